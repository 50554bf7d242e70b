import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ClientAnswer } from '../../../server/src/api/schemas/claims.ts';
import { askToDetectIdle, clientAnswerKey, idlePermission } from '../presence/client-report.ts';
import { Icon } from '../shell/icons.tsx';

/** What the group makes of whether somebody is at this computer, and whether the browser may tell it of the whole computer. */
export function ThisComputer() {
  const { t } = useTranslation('settings');
  // Filled by the page itself, when it has reported.
  const { data: answer } = useQuery<ClientAnswer>({ queryKey: clientAnswerKey, enabled: false });
  const permission = useQuery({ queryKey: ['idlePermission'], queryFn: idlePermission, staleTime: 0 });
  async function allow(): Promise<void> {
    if (await askToDetectIdle()) location.reload();
    else await permission.refetch();
  }
  if (!answer?.heeded || !permission.data) return null;
  return (
    <section className="section">
      <h2>{t('computer.title')}</h2>
      <p>{t('computer.text', { count: answer.inactiveAfterMinutes })}</p>
      <p>{t(`computer.${permission.data}`)}</p>
      {permission.data === 'prompt' && (
        <button type="button" className="button" onClick={() => void allow()}>
          <Icon name="check" />
          {t('computer.allow')}
        </button>
      )}
    </section>
  );
}
