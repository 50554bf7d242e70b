import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportCheckResult, ImportSource } from '../../../../server/src/api/schemas/import.ts';
import { request } from '../../shell/api.ts';
import { CheckSteps } from '../../shell/check-steps.tsx';
import { Problem, Skeleton } from '../../shell/parts.tsx';
import { ServerWords } from '../../shell/server-words.tsx';

/** Tries the directory, names the first fault, and shows the first people as they would come. */
export function CheckStep(props: { source: ImportSource; busy: boolean; back(): void; begin(): void }) {
  const { t } = useTranslation('administration/import');
  const { mutate, ...check } = useMutation({
    mutationFn: (id: string) => request<ImportCheckResult>('POST', `/import-sources/${id}/check`),
  });
  useEffect(() => {
    mutate(props.source.id);
  }, [mutate, props.source.id]);
  const ok = check.data?.steps.every((step) => step.ok) ?? false;
  return (
    <div className="stack">
      <div className="card stack" aria-live="polite">
        {check.isPending || check.isIdle ? <Skeleton rows={3} /> : null}
        {check.isError && <Problem error={check.error} retry={() => mutate(props.source.id)} />}
        {check.data && <CheckSteps steps={check.data.steps} label={t('check.label')} />}
      </div>
      {check.data && check.data.examples.length > 0 && (
        <section>
          <h2>{t('check.examples')}</h2>
          <ul className="list">
            {check.data.examples.map((one) => (
              <li key={one.place}>
                <div>
                  <strong>{one.displayName || one.place}</strong>
                  <p>{[one.email, one.place].filter(Boolean).join(' · ')}</p>
                  <ServerWords text={one.reason} />
                </div>
              </li>
            ))}
          </ul>
        </section>
      )}
      <div className="actions">
        <button type="button" className="button primary" disabled={!ok || props.busy} onClick={props.begin}>
          {t('check.read')}
        </button>
        <button type="button" className="button" onClick={props.back}>
          {t('check.back')}
        </button>
        {check.data && !ok && (
          <button type="button" className="button quiet" onClick={() => mutate(props.source.id)}>
            {t('tryAgain', { ns: 'shell' })}
          </button>
        )}
      </div>
    </div>
  );
}
