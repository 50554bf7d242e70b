import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Controls } from '../../shell/controls.tsx';
import { Dialog } from '../../shell/dialog.tsx';
import { Problem, Skeleton } from '../../shell/parts.tsx';
import { consentQuery } from './consent.queries.ts';
import { ConsentPanel } from './consent-panel.tsx';

/** The authorization window. @param unasked it opened by itself: it can be put off. */
export default function ConsentDialog({ unasked = false, onClose }: { unasked?: boolean; onClose(): void }) {
  const { t } = useTranslation('accounts/microsoft365');
  const consent = useQuery(consentQuery);
  const isNew = !consent.data || consent.data.state === 'none';
  return (
    <Dialog title={isNew ? t('title') : t('titleAgain')} onClose={onClose}>
      <Controls>
        {unasked && <p>{t('wanted')}</p>}
        {consent.isPending && <Skeleton rows={4} />}
        {consent.isError && <Problem error={consent.error} retry={() => void consent.refetch()} />}
        {consent.data && (
          <ConsentPanel consent={consent.data} onConnected={onClose} {...(unasked ? { onLater: onClose } : {})} />
        )}
      </Controls>
    </Dialog>
  );
}
