import { Progress } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ImportRun } from '../../../../server/src/api/schemas/import.ts';
import { Problem } from '../../shell/parts.tsx';
import { useChange } from '../administration.queries.ts';

/** While the server reads or carries out: how far it is. One may go elsewhere and come back. */
export function ProgressStep({ run }: { run: ImportRun }) {
  const { t } = useTranslation('administration/import');
  const cancel = useChange('importRun', 'importSources');
  const isKnown = run.total > 0;
  return (
    <div className="card stack">
      <div role="status" className="stack">
        <h2>{t(run.state === 'reading' ? 'progress.reading' : 'progress.running')}</h2>
        <Progress
          value={isKnown ? (100 * run.done) / run.total : 100}
          striped={!isKnown}
          animated={!isKnown}
          size="md"
          aria-label={t('progress.label')}
        />
        <p>
          {isKnown
            ? t('progress.doneOf', { count: run.total, done: run.done })
            : t('progress.done', { count: run.done })}
        </p>
      </div>
      <p className="hint">{t('progress.leave')}</p>
      {cancel.isError && <Problem error={cancel.error} />}
      <div className="actions">
        <button
          type="button"
          className="button"
          disabled={cancel.isPending}
          onClick={() => cancel.mutate({ method: 'POST', path: `/import-runs/${run.id}/cancel` })}
        >
          {t('progress.stop')}
        </button>
      </div>
    </div>
  );
}
