import './team.css';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type KeyboardEvent, lazy, Suspense, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Presence } from '../../../server/src/api/schemas/presence.ts';
import type { User } from '../../../server/src/api/schemas/users.ts';
import { type Status, StatusMark, statuses } from '../presence/status.tsx';
import { usePresenceWords } from '../presence/words.ts';
import { Icon } from '../shell/icons.tsx';
import { useNow } from '../shell/now.ts';
import { Empty, PageHead, Problem, Skeleton } from '../shell/parts.tsx';
import { useMe } from '../shell/session.ts';
import { useShortcut } from '../shell/shortcuts.ts';
import { useFormat } from '../shell/use-format.ts';
import { useTitle } from '../shell/use-title.ts';
import { colleaguesQuery } from './team.queries.ts';
import { useVisiblePresence } from './visible-presence.ts';
import { useVisibleRows } from './visible-rows.ts';

const PresencePanel = lazy(() => import('../presence/presence-panel.tsx'));
const rowHeight = 56;
/** The next page is asked for when so many rows are left below the screen. */
const rowsAhead = 40;

export default function TeamPage() {
  const { t } = useTranslation('team');
  useTitle(t('title'));
  const me = useMe();
  const [search, setSearch] = useState('');
  const [status, setStatus] = useState<Status | 'any'>('any');
  const field = useRef<HTMLInputElement>(null);
  useShortcut('/', () => field.current?.focus());
  const users = useInfiniteQuery(colleaguesQuery(me.id, useDeferredValue(search.trim()), status));
  const people = useMemo(() => users.data?.pages.flatMap((page) => page.users) ?? [], [users.data]);
  const total = users.data?.pages[0]?.total ?? 0;
  const isAlone = search.trim() === '' && status === 'any';

  return (
    <div className="page">
      <PageHead title={t('title')} />
      <search className="team-filter">
        <label className="search">
          <Icon name="search" />
          <span className="sr-only">{t('search')}</span>
          <input
            ref={field}
            type="search"
            placeholder={t('search')}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </label>
        <label className="field-inline">
          <span className="sr-only">{t('filter')}</span>
          <select value={status} onChange={(event) => setStatus(event.target.value as Status | 'any')}>
            <option value="any">{t('anyStatus')}</option>
            {statuses.map((one) => (
              <option key={one} value={one}>
                {t(`status.${one}`, { ns: 'presence' })}
              </option>
            ))}
          </select>
        </label>
        <p className="hint" role="status">
          {users.data && t('count', { count: total })}
        </p>
      </search>
      {users.isPending ? (
        <Skeleton rows={8} />
      ) : users.isError ? (
        <Problem error={users.error} retry={() => void users.refetch()} />
      ) : people.length === 0 ? (
        <Empty icon="team" title={t(isAlone ? 'alone' : 'none')} text={t(isAlone ? 'aloneText' : 'noneText')} />
      ) : (
        <People
          people={people}
          total={total}
          more={users.hasNextPage && !users.isFetching ? () => void users.fetchNextPage() : undefined}
        />
      )}
    </div>
  );
}

const steps: Record<string, number> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
  Home: -Infinity,
  End: Infinity,
};
const rowSelector = (index: number) => `[data-index="${index}"]`;

/**
 * A list one walks with the arrow keys; only what is on the screen is drawn and watched, and it grows as one nears its
 * end. @param more undefined where there is no more, or it is on its way.
 */
function People({ people, total, more }: { people: User[]; total: number; more: (() => void) | undefined }) {
  const { t } = useTranslation('team');
  const list = useRef<HTMLUListElement>(null);
  const { first, last } = useVisibleRows(list, people.length, rowHeight);
  const shown = people.slice(first, last);
  const presence = useVisiblePresence(shown.map((user) => user.id));
  const [focused, setFocused] = useState(0);
  const [actingFor, setActingFor] = useState<User | null>(null);
  const wanted = useRef<number | null>(null);
  const at = Math.min(focused, people.length - 1);
  // Scrolled away, the row that had the focus is no longer there: the first one shown takes its place.
  const tabStop = at >= first && at < last ? at : first;

  useEffect(() => {
    if (last + rowsAhead >= people.length) more?.();
  }, [last, people.length, more]);

  // A row far away is drawn only after the list has scrolled there.
  useEffect(() => {
    const row = wanted.current === null ? null : list.current?.querySelector<HTMLElement>(rowSelector(wanted.current));
    if (!row) return;
    wanted.current = null;
    row.focus();
  });

  function move(event: KeyboardEvent): void {
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(people.length - 1, Math.max(0, at + step));
    wanted.current = next;
    setFocused(next);
    const top = (list.current?.getBoundingClientRect().top ?? 0) + scrollY + next * rowHeight;
    if (top < scrollY + 120 || top > scrollY + innerHeight - 160) scrollTo({ top: top - innerHeight / 2 });
  }

  return (
    <>
      <ul
        ref={list}
        className="people"
        aria-label={t('title')}
        style={{ height: people.length * rowHeight }}
        onKeyDown={move}
      >
        {shown.map((user, index) => (
          <Person
            key={user.id}
            user={user}
            presence={presence.get(user.id)}
            index={first + index}
            total={total}
            tabIndex={first + index === tabStop ? 0 : -1}
            onFocus={() => setFocused(first + index)}
            onActFor={() => setActingFor(user)}
          />
        ))}
      </ul>
      {actingFor && (
        <Suspense>
          <PresencePanel actingFor={actingFor} onClose={() => setActingFor(null)} />
        </Suspense>
      )}
    </>
  );
}

function Person(props: {
  user: User;
  presence: Presence | undefined;
  index: number;
  total: number;
  tabIndex: number;
  onFocus(): void;
  onActFor(): void;
}) {
  const { t } = useTranslation('presence');
  const { user, presence } = props;
  const now = useNow(60_000);
  const format = useFormat();
  const words = usePresenceWords(format, now);
  const theirTime = new Intl.DateTimeFormat(undefined, { timeZone: user.timeZone, hour: '2-digit', minute: '2-digit' });
  const elsewhere = user.timeZone !== format.zone;
  return (
    <li
      className="person"
      data-index={props.index}
      data-status={presence?.status}
      style={{ top: props.index * rowHeight }}
      tabIndex={props.tabIndex}
      aria-posinset={props.index + 1}
      aria-setsize={props.total}
      onFocus={props.onFocus}
    >
      <span className="person-initials" aria-hidden="true">
        {initialsOf(user.displayName)}
        {presence && <StatusMark status={presence.status} size={18} />}
      </span>
      <span className="person-name">
        <strong>{user.displayName}</strong>
        <small>
          {user.email}
          {elsewhere && <span> · {t('theirTime', { time: theirTime.format(now) })}</span>}
        </small>
      </span>
      <span className="person-presence">
        {presence ? (
          <>
            <strong>{t(`status.${presence.status}`)}</strong>
            <small>
              {words.untilWhen(presence.until)}
              {presence.note && ` · ${presence.note}`}
            </small>
          </>
        ) : (
          <span className="skeleton-row" />
        )}
      </span>
      {presence?.mayAct && (
        <button
          type="button"
          className="icon-button person-act"
          tabIndex={props.tabIndex}
          aria-label={t('acting.open', { name: user.displayName })}
          title={t('acting.open', { name: user.displayName })}
          onClick={props.onActFor}
        >
          <Icon name="more" />
        </button>
      )}
    </li>
  );
}

function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => word?.[0]?.toLocaleUpperCase() ?? '').join('');
}
