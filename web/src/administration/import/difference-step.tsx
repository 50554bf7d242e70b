import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportRow, ImportRun } from '../../../../server/src/api/schemas/import.ts';
import { Empty, Problem, Skeleton } from '../../shell/parts.tsx';
import { inOurWords, ServerWords } from '../../shell/server-words.tsx';
import { useChange } from '../administration.queries.ts';
import { type RowFilter, rowsQuery } from './import.queries.ts';

const kinds = ['create', 'change', 'missing', 'deactivate', 'conflict', 'wrong'] as const;

/** What would change, before anything does: counts first, then every user with what becomes of them. */
export function DifferenceStep({ run, back, carriedOut }: { run: ImportRun; back(): void; carriedOut(): void }) {
  const { t } = useTranslation('administration/import');
  const carryOut = useChange('importRun');
  const cancel = useChange('importRun', 'importSources');
  const [kind, setKind] = useState<RowFilter>('');
  const plan = run.plan;
  if (!plan) return <Skeleton />;
  const changes = plan.create + plan.change + plan.missing + plan.deactivate;
  const busy = carryOut.isPending || cancel.isPending;
  return (
    <div className="stack">
      {run.message && <ServerWords text={run.message} />}
      <ul className="plan-counts" aria-label={t('difference.label')}>
        {kinds.map((one) => (
          <li key={one}>
            <button
              type="button"
              data-kind={one}
              aria-pressed={kind === one}
              disabled={plan[one] === 0}
              onClick={() => setKind(kind === one ? '' : one)}
            >
              <strong>{plan[one]}</strong>
              {t(`difference.kinds.${one}`)}
            </button>
          </li>
        ))}
      </ul>
      <p className="hint">{t('difference.unchanged', { count: plan.unchanged })}</p>
      {plan.notes.map((note) => (
        <ServerWords key={note} text={note} />
      ))}
      {changes + plan.conflict + plan.wrong === 0 ? (
        <Empty icon="check" title={t('difference.nothing')} text={t('difference.nothingText')} />
      ) : (
        <Rows run={run} kind={kind} />
      )}
      {(carryOut.isError || cancel.isError) && <Problem error={carryOut.error ?? cancel.error} />}
      <div className="save-bar" data-dirty={changes > 0}>
        <p>{t('difference.untilNow')}</p>
        <div className="actions">
          <button
            type="button"
            className="button quiet"
            disabled={busy}
            onClick={() =>
              cancel.mutate({ method: 'POST', path: `/import-runs/${run.id}/cancel` }, { onSuccess: back })
            }
          >
            {t('difference.dismiss')}
          </button>
          <button
            type="button"
            className="button primary"
            disabled={busy || changes === 0}
            onClick={() =>
              carryOut.mutate({ method: 'POST', path: `/import-runs/${run.id}/carry-out` }, { onSuccess: carriedOut })
            }
          >
            {t('difference.carryOut', { count: changes })}
          </button>
        </div>
      </div>
    </div>
  );
}

export function Rows({ run, kind }: { run: ImportRun; kind: RowFilter }) {
  const { t } = useTranslation('administration/import');
  const rows = useInfiniteQuery(rowsQuery(run.id, kind));
  if (rows.isPending) return <Skeleton rows={6} />;
  if (rows.isError) return <Problem error={rows.error} retry={() => void rows.refetch()} />;
  const shown = rows.data.pages.flatMap((page) => page.rows);
  return (
    <>
      <ul className="plan-rows" aria-label={t('difference.rows')}>
        {shown.map((row) => (
          <PlanRow key={row.number} row={row} />
        ))}
      </ul>
      {rows.hasNextPage && (
        <button
          type="button"
          className="button"
          disabled={rows.isFetchingNextPage}
          onClick={() => void rows.fetchNextPage()}
        >
          {t('difference.more')}
        </button>
      )}
    </>
  );
}

function PlanRow({ row }: { row: ImportRow }) {
  const { t } = useTranslation('administration/import');
  const told = row.changes.filter(({ field }) => field !== 'missedRuns' && field !== 'active');
  const value = (one: string | number | boolean | null) =>
    one === null || one === '' ? t('difference.empty') : String(one);
  return (
    <li className="plan-row" data-kind={row.kind}>
      <span className={`tag plan-${row.kind}`}>{t(`difference.kind.${row.kind}`)}</span>
      <div>
        <strong>{row.displayName || row.email || row.place}</strong> <small>{row.email}</small>{' '}
        <small className="hint">{inOurWords(row.place) ?? row.place}</small>
        {row.kind === 'change' && (
          <ul className="plan-changes">
            {told.map(({ field, from, to }) => (
              <li key={field}>
                {t(`fields.${field}`)}: <s>{value(from)}</s> <span aria-hidden="true">→</span>{' '}
                <strong>{value(to)}</strong>
              </li>
            ))}
          </ul>
        )}
        {row.kind === 'create' && (
          <p className="hint">
            {told
              .filter(({ field, to }) => ['groupId', 'extension', 'mobileNumber'].includes(field) && to !== null)
              .map(({ to }) => String(to))
              .join(' · ')}
          </p>
        )}
        {row.reason && <ServerWords text={row.reason} />}
      </div>
    </li>
  );
}
