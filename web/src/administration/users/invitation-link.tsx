import { useTranslation } from 'react-i18next';
import type { Invitation } from '../../../../server/src/api/schemas/users.ts';
import { useNow } from '../../shell/now.ts';
import { useFormat } from '../../shell/use-format.ts';
import { CopyField } from '../copy-field.tsx';

/** The one-time link, to be copied and sent by whatever way the company trusts. */
export function InvitationLink({ invitation }: { invitation: Invitation }) {
  const { t } = useTranslation('administration/users');
  const now = useNow(60_000);
  const format = useFormat();
  return (
    <>
      <p>{t('linkText', { when: format.moment(invitation.expiresAt, now) })}</p>
      <CopyField label={t('link')} value={invitation.url} />
    </>
  );
}
