import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ImportRun } from '../../../../server/src/api/schemas/import.ts';
import { get, withQuery } from '../../shell/api.ts';
import { Icon } from '../../shell/icons.tsx';
import { ServerWords } from '../../shell/server-words.tsx';
import { PlaceLink } from '../place-link.tsx';
import { Rows } from './difference-step.tsx';

/** What came of a run, and who was left out with the reason. */
export function ResultStep({ run, again }: { run: ImportRun; again(): void }) {
  const { t } = useTranslation('administration/import');
  const failed = run.state === 'failed';
  const refused = useQuery({
    queryKey: ['importRun', run.id, 'anyRefused'],
    queryFn: ({ signal }) =>
      get<{ rows: unknown[] }>(withQuery(`/import-runs/${run.id}`, { kind: 'refused', limit: 1 }), signal),
    enabled: !failed,
  });
  const anyRefused = (refused.data?.rows.length ?? 0) > 0;
  return (
    <div className="stack">
      <div className="card stack" role="status">
        <h2 className="result-head" data-ok={!failed}>
          <Icon name={failed ? 'warning' : 'check'} /> {t(failed ? 'result.failed' : 'result.done')}
        </h2>
        {!failed && run.plan && (
          <p>
            {t('result.sentence', {
              create: run.plan.create,
              change: run.plan.change,
              deactivate: run.plan.deactivate,
            })}
          </p>
        )}
        <ServerWords text={run.message} />
      </div>
      {anyRefused && (
        <section>
          <h3>{t('result.refused')}</h3>
          <Rows run={run} kind="refused" />
        </section>
      )}
      {(run.plan?.conflict ?? 0) > 0 && (
        <section>
          <h3>{t('result.conflicts')}</h3>
          <Rows run={run} kind="conflict" />
        </section>
      )}
      {(run.plan?.wrong ?? 0) > 0 && (
        <section>
          <h3>{t('result.wrong')}</h3>
          <Rows run={run} kind="wrong" />
        </section>
      )}
      <div className="actions">
        <PlaceLink to="users" className="button primary">
          {t('result.toUsers')}
        </PlaceLink>
        <button type="button" className="button" onClick={again}>
          {t('result.again')}
        </button>
      </div>
    </div>
  );
}
