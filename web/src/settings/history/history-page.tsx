import './history.css';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Segment } from '../../../../server/src/api/schemas/presence.ts';
import { useProfileName } from '../../presence/profile-name.ts';
import { StatusMark } from '../../presence/status.tsx';
import { forwards, usePresenceWords } from '../../presence/words.ts';
import { useNow } from '../../shell/now.ts';
import { Empty, Problem, Skeleton } from '../../shell/parts.tsx';
import { dateIn } from '../../shell/time.ts';
import { useFormat } from '../../shell/use-format.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import { historyQuery } from './history.queries.ts';

/** What one's presence was, and why: for oneself alone. */
export default function HistoryPage() {
  const { t } = useTranslation('settings/history');
  return (
    <SettingsFrame page="history">
      <section className="section">
        <h2>{t('title')}</h2>
        <Days />
      </section>
    </SettingsFrame>
  );
}

function Days() {
  const { t } = useTranslation('settings/history');
  const format = useFormat();
  const [opened] = useState(() => new Date());
  const history = useInfiniteQuery(historyQuery(opened));
  if (history.isPending) return <Skeleton rows={6} />;
  if (history.isError) return <Problem error={history.error} retry={() => void history.refetch()} />;
  const kept = history.data.pages[0]!.keptDays;
  if (kept === 0) return <Empty icon="clock" title={t('off')} />;
  const newestFirst = history.data.pages.flatMap(({ segments }) => [...segments].reverse());
  const days = Map.groupBy(newestFirst, ({ start }) => dateIn(new Date(start), format.zone));
  return (
    <>
      <p className="page-intro">{t('text', { count: kept })}</p>
      {newestFirst.length === 0 && <Empty icon="clock" title={t('empty')} text={t('emptyText')} />}
      {[...days].map(([date, segments]) => (
        <section key={date} className="history-day" aria-label={format.day(date)}>
          <h3>{format.day(date)}</h3>
          <ol className="history">
            {segments.map((segment) => (
              <Line key={segment.start} segment={segment} opened={opened} />
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

function Line({ segment, opened }: { segment: Segment; opened: Date }) {
  const { t } = useTranslation('settings/history');
  const now = useNow(60_000);
  const format = useFormat();
  const words = usePresenceWords(format, now);
  const nameOf = useProfileName();
  const { status, profile, reason, note, forwarding, setBy } = segment;
  // What runs on was cut off where the page was opened.
  const isOver = segment.end !== null && new Date(segment.end) < opened;
  const name = profile ? nameOf(profile.name) : undefined;
  const statusName = t(`status.${status}`, { ns: 'presence' });
  return (
    <li data-status={status}>
      <StatusMark status={status} />
      <span className="history-times">
        {format.time(segment.start)} – {isOver ? format.time(segment.end!) : t('now')}
      </span>
      <div>
        <strong>{statusName}</strong>
        {name && name !== statusName && ` (${name})`}
        <p>
          {[words.why(reason, null, setBy), note, forwards(forwarding) && words.calls(forwarding)]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </div>
    </li>
  );
}
