import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Outlook } from '../../../../server/src/api/schemas/trust.ts';
import { Dialog } from '../../shell/dialog.tsx';
import { notify } from '../../shell/notices.tsx';
import { Problem, Skeleton } from '../../shell/parts.tsx';
import { ServerWords } from '../../shell/server-words.tsx';
import { useChange } from '../administration.queries.ts';
import { outlookQuery } from './trust.queries.ts';

/** Says what would happen this second, then switches an observed phone system on. */
export function SwitchOn({ system, onClose }: { system: { id: string; name: string }; onClose(): void }) {
  const { t } = useTranslation('administration/trust');
  const outlook = useQuery(outlookQuery(system.id, { changing: true, search: '', offset: 0 }));
  const change = useChange('phoneSystems', 'outlook', 'pause');
  return (
    <Dialog title={t('switchOn.title', { name: system.name })} onClose={onClose}>
      {outlook.isPending && <Skeleton rows={3} />}
      {outlook.isError && <Problem error={outlook.error} retry={() => void outlook.refetch()} />}
      {outlook.data && <Summary summary={outlook.data.summary} />}
      <p className="hint">{t('switchOn.promise')}</p>
      {change.isError && <Problem error={change.error} />}
      <div className="actions">
        <button
          type="button"
          className="button primary"
          disabled={change.isPending || !outlook.data}
          onClick={() =>
            change.mutate(
              { method: 'PATCH', path: `/phone-systems/${system.id}`, body: { mode: 'active' } },
              {
                onSuccess() {
                  notify(t('switchOn.done', { name: system.name }));
                  onClose();
                },
              },
            )
          }
        >
          {t('switchOn.yes')}
        </button>
        <button type="button" className="button" onClick={onClose}>
          {t('switchOn.no')}
        </button>
      </div>
    </Dialog>
  );
}

export function Summary({ summary, active = false }: { summary: Outlook['summary']; active?: boolean }) {
  const { t } = useTranslation('administration/trust');
  const { phones, forwarded, changes, inForce, problems } = summary;
  return (
    <div className="stack outlook-summary">
      <p>
        <strong>
          {active ? t('inForce', { count: inForce, phones }) : t('summary.forwarded', { count: forwarded, phones })}
        </strong>{' '}
        {!active && changes !== forwarded && t('summary.changes', { count: changes })}
        {!active && inForce > 0 && ` ${t('summary.inForce', { count: inForce })}`}
      </p>
      {problems.length > 0 && (
        <ul>
          {problems.map(({ reason, phones: count }) => (
            <li key={reason}>
              {t('summary.problem', { count })}
              <ServerWords text={reason} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
