import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ForwardingEntry } from '../../../server/src/api/schemas/presence.ts';
import { Icon } from '../shell/icons.tsx';
import { useNow } from '../shell/now.ts';
import { Empty, PageHead, Problem, Skeleton } from '../shell/parts.tsx';
import { ServerWords } from '../shell/server-words.tsx';
import { useMe } from '../shell/session.ts';
import { dateIn } from '../shell/time.ts';
import { useFormat } from '../shell/use-format.ts';
import { useTitle } from '../shell/use-title.ts';
import { describeEntry, namesCalls } from './forwarding-entry.ts';
import { forwardingLogQuery } from './presence.queries.ts';
import { usePresenceWords } from './words.ts';

/** With the controls of forms, which the page of everybody else doesn't need. */
const ChooseUser = lazy(() => import('./choose-user.tsx'));

/** What Whenabouts did with my phone, and why; administrators and readers may look at others'. */
export default function ForwardingLogPage() {
  const { t } = useTranslation('presence');
  useTitle(t('log.title'));
  const me = useMe();
  const [userId, setUserId] = useState(me.id);
  const [pages, setPages] = useState<(number | undefined)[]>([undefined]);
  return (
    <div className="page">
      <PageHead title={t('log.title')} intro={t('log.intro')} />
      {me.role !== 'user' && (
        <Suspense>
          <ChooseUser
            choose={(next) => {
              setUserId(next);
              setPages([undefined]);
            }}
          />
        </Suspense>
      )}
      {pages.map((before, index) => (
        <LogPage
          key={`${userId} ${before}`}
          userId={userId}
          before={before}
          older={index === pages.length - 1 ? (id) => setPages([...pages, id]) : undefined}
        />
      ))}
    </div>
  );
}

function LogPage(props: { userId: string; before: number | undefined; older: ((id: number) => void) | undefined }) {
  const { t } = useTranslation('presence');
  const format = useFormat();
  const now = useNow(60_000);
  const log = useQuery(forwardingLogQuery(props.userId, props.before));
  if (log.isPending) return <Skeleton rows={6} />;
  if (log.isError) return <Problem error={log.error} retry={() => void log.refetch()} />;
  if (log.data.length === 0)
    return props.before === undefined ? <Empty icon="calls" title={t('log.empty')} text={t('log.emptyText')} /> : null;
  const days = Map.groupBy(log.data, (entry) => dateIn(new Date(entry.at), format.zone));
  return (
    <>
      {[...days].map(([date, entries]) => (
        <section key={date} className="log-day" aria-label={format.day(date)}>
          <h2>{format.day(date)}</h2>
          <ol className="log">
            {entries.map((entry) => (
              <LogLine key={entry.id} entry={entry} time={format.time(entry.at)} now={now} />
            ))}
          </ol>
        </section>
      ))}
      {props.older && log.data.length >= 50 && (
        <button type="button" className="button" onClick={() => props.older!(log.data.at(-1)!.id)}>
          {t('log.older')}
        </button>
      )}
    </>
  );
}

function LogLine({ entry, time, now }: { entry: ForwardingEntry; time: string; now: Date }) {
  const { t } = useTranslation('presence');
  const words = usePresenceWords(useFormat(), now);
  const { known, tone, slot, wanted, reason, by } = describeEntry(entry);
  const tells = known && namesCalls.has(known);
  return (
    <li data-tone={tone}>
      <time dateTime={entry.at}>{time}</time>
      <Icon name={tone === 'problem' ? 'warning' : tone === 'back' ? 'undo' : 'calls'} />
      <div>
        <p>
          {known
            ? words.ofSlot(
                tells ? 'always' : slot,
                t(`log.event.${known}`, { calls: words.callsIn(slot, wanted), name: by }),
              )
            : entry.event}
        </p>
        {known === 'paused' ? (
          reason && <p className="hint">“{reason}”</p>
        ) : (
          <ServerWords text={reason ?? null} className="hint" />
        )}
      </div>
      <span className="log-where">{[entry.extension, entry.phoneSystem].filter(Boolean).join(' · ')}</span>
    </li>
  );
}
