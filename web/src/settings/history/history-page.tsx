import './history.css';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useProfileName } from '../../presence/profile-name.ts';
import { StatusMark } from '../../presence/status.tsx';
import { usePresenceWords } from '../../presence/words.ts';
import { useNow } from '../../shell/now.ts';
import { Empty, Problem, Skeleton } from '../../shell/parts.tsx';
import { dateIn } from '../../shell/time.ts';
import { useFormat } from '../../shell/use-format.ts';
import { privacyQuery } from '../colleagues/relationships.queries.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import { historyQuery, type PastSegment } from './history.queries.ts';

/** What one's presence was, and why: for oneself alone. */
export default function HistoryPage() {
  const { t } = useTranslation('settings/history');
  const privacy = useQuery(privacyQuery);
  const kept = privacy.data?.historyDays;
  return (
    <SettingsFrame page="history">
      <section className="section">
        <h2>{t('title')}</h2>
        {privacy.isPending && <Skeleton rows={6} />}
        {privacy.isError && <Problem error={privacy.error} retry={() => void privacy.refetch()} />}
        {kept === 0 && <Empty icon="clock" title={t('off')} />}
        {kept !== undefined && kept > 0 && (
          <>
            <p className="page-intro">{t('text', { count: kept })}</p>
            <Days kept={kept} />
          </>
        )}
      </section>
    </SettingsFrame>
  );
}

function Days({ kept }: { kept: number }) {
  const { t } = useTranslation('settings/history');
  const format = useFormat();
  const [opened] = useState(() => new Date());
  const history = useInfiniteQuery(historyQuery(opened, kept));
  if (history.isPending) return <Skeleton rows={6} />;
  if (history.isError) return <Problem error={history.error} retry={() => void history.refetch()} />;
  const newestFirst = history.data.pages.flatMap((page) => [...page].reverse());
  if (newestFirst.length === 0 && !history.hasNextPage)
    return <Empty icon="clock" title={t('empty')} text={t('emptyText')} />;
  const days = Map.groupBy(newestFirst, ({ start }) => dateIn(new Date(start), format.zone));
  return (
    <>
      {[...days].map(([date, segments]) => (
        <section key={date} className="history-day" aria-label={format.day(date)}>
          <h3>{format.day(date)}</h3>
          <ol className="history">
            {segments.map((segment) => (
              <Line key={segment.start} segment={segment} />
            ))}
          </ol>
        </section>
      ))}
      {history.hasNextPage && (
        <button
          type="button"
          className="button"
          disabled={history.isFetchingNextPage}
          onClick={() => void history.fetchNextPage()}
        >
          {t('log.older', { ns: 'presence' })}
        </button>
      )}
    </>
  );
}

function Line({ segment }: { segment: PastSegment }) {
  const { t } = useTranslation('settings/history');
  const now = useNow(60_000);
  const format = useFormat();
  const words = usePresenceWords(format, now);
  const nameOf = useProfileName();
  const { status, profile, reason, note, forwarding, setBy } = segment;
  const name = profile ? nameOf(profile.name) : undefined;
  const statusName = t(`status.${status}`, { ns: 'presence' });
  return (
    <li data-status={status}>
      <StatusMark status={status} />
      <span className="history-times">
        {format.time(segment.start)} – {segment.end ? format.time(segment.end) : t('now')}
      </span>
      <div>
        <strong>{statusName}</strong>
        {name && name !== statusName && ` (${name})`}
        <p>
          {[
            words.why(reason, null),
            setBy && t('byOther', { name: setBy.displayName }),
            note,
            forwarding && forwarding.mode !== 'off' && words.calls(forwarding),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </div>
    </li>
  );
}
