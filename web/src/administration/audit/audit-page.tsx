import './audit.css';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../shell/icons.tsx';
import { Empty, PageHead, Problem, Skeleton } from '../../shell/parts.tsx';
import { addDays, dateIn, startOfDay } from '../../shell/time.ts';
import { useFormat } from '../../shell/use-format.ts';
import { useTitle } from '../../shell/use-title.ts';
import { auditQuery } from './audit.queries.ts';
import { type AuditChoice, AuditFilters } from './audit-filters.tsx';
import { AuditLine } from './audit-line.tsx';
import { KeptDays } from './kept-days.tsx';

/** Who changed what, from what, to what. */
export default function AuditPage() {
  const { t } = useTranslation('administration/audit');
  useTitle(t('title'));
  const format = useFormat();
  const [choice, setChoice] = useState<AuditChoice>({});
  const log = useInfiniteQuery(
    auditQuery({
      subjectKind: choice.kind,
      subjectId: choice.subject?.id,
      actorId: choice.actor?.id,
      from: choice.from && startOfDay(choice.from, format.zone).toISOString(),
      // The last day is meant whole.
      to: choice.to && startOfDay(addDays(choice.to, 1), format.zone).toISOString(),
    }),
  );
  const entries = log.data?.pages.flatMap((page) => page.entries) ?? [];
  const names = Object.assign({}, ...(log.data?.pages.map((page) => page.names) ?? [])) as Record<string, string>;
  const days = Map.groupBy(entries, (entry) => dateIn(new Date(entry.at), format.zone));
  return (
    <>
      <PageHead title={t('title')} intro={t('intro')} />
      <AuditFilters choice={choice} choose={setChoice} />
      {log.isPending && <Skeleton rows={8} />}
      {log.isError && <Problem error={log.error} retry={() => void log.refetch()} />}
      {log.data && entries.length === 0 && <Empty icon="search" title={t('none')} text={t('noneText')} />}
      {[...days].map(([date, ofDay]) => (
        <section key={date} className="audit-day" aria-label={format.day(date)}>
          <h2>{format.day(date)}</h2>
          <ol className="audit">
            {ofDay.map((entry) => (
              <AuditLine
                key={entry.id}
                entry={entry}
                names={names}
                narrow={(more) => setChoice({ ...choice, ...more })}
              />
            ))}
          </ol>
        </section>
      ))}
      {log.hasNextPage && (
        <button
          type="button"
          className="button"
          disabled={log.isFetchingNextPage}
          onClick={() => void log.fetchNextPage()}
        >
          <Icon name="down" />
          {t('older')}
        </button>
      )}
      <KeptDays />
    </>
  );
}
