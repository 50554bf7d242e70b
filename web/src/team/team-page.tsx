import './team.css';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
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
import { useStatusFilter } from './status-filter.ts';
import { usersQuery } from './team.queries.ts';
import { useVisiblePresence } from './visible-presence.ts';
import { useVisibleRows } from './visible-rows.ts';

const PresencePanel = lazy(() => import('../presence/presence-panel.tsx'));
const rowHeight = 56;

export default function TeamPage() {
  const { t } = useTranslation('team');
  useTitle(t('title'));
  const me = useMe();
  const users = useQuery(usersQuery);
  const [search, setSearch] = useState('');
  const [status, setStatus] = useState<Status | 'any'>('any');
  const field = useRef<HTMLInputElement>(null);
  useShortcut('/', () => field.current?.focus());

  const named = useMemo(() => {
    const wanted = search.trim().toLocaleLowerCase();
    return (users.data ?? [])
      .filter((user) => user.id !== me.id)
      .filter((user) => `${user.displayName} ${user.email}`.toLocaleLowerCase().includes(wanted))
      .sort((a, b) => a.displayName.localeCompare(b.displayName));
  }, [users.data, search, me.id]);
  const { people, loading } = useStatusFilter(named, status);

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
          {users.data && t('count', { count: people.length })}
        </p>
      </search>
      {users.isPending || loading ? (
        <Skeleton rows={8} />
      ) : users.isError ? (
        <Problem error={users.error} retry={() => void users.refetch()} />
      ) : people.length === 0 ? (
        <Empty
          icon="team"
          title={t(named.length === 0 && search === '' ? 'alone' : 'none')}
          text={t(named.length === 0 && search === '' ? 'aloneText' : 'noneText')}
        />
      ) : (
        <People people={people} />
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

/** A list one walks with the arrow keys; only what is on the screen is drawn and watched. */
function People({ people }: { people: User[] }) {
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
            total={people.length}
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
  // Where calls go is told to those who may change it, and to readers.
  const mayActFor = useMe().role !== 'reader' && presence?.forwarding !== undefined;
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
      {mayActFor && (
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
