import { useTranslation } from 'react-i18next';
import type { Invitation } from '../../../server/src/api/schemas/users.ts';
import { Icon } from '../shell/icons.tsx';
import { notify } from '../shell/notices.tsx';
import { useNow } from '../shell/now.ts';
import { useFormat } from '../shell/use-format.ts';

/** The one-time link, to be copied and sent by whatever way the company trusts. */
export function InvitationLink({ invitation }: { invitation: Invitation }) {
  const { t } = useTranslation('admin');
  const now = useNow(60_000);
  const format = useFormat();
  return (
    <>
      <p>{t('users.linkText', { when: format.moment(invitation.expiresAt, now) })}</p>
      <CopyField label={t('users.link')} value={invitation.url} />
    </>
  );
}

export function CopyField({ label, value }: { label: string; value: string }) {
  const { t } = useTranslation('admin');
  return (
    <div className="copy">
      <input readOnly aria-label={label} value={value} onFocus={(event) => event.target.select()} />
      <button
        type="button"
        className="button"
        onClick={() => void navigator.clipboard.writeText(value).then(() => notify(t('copied')))}
      >
        <Icon name="copy" />
        {t('copy')}
      </button>
    </div>
  );
}
