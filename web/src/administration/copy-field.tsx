import { useTranslation } from 'react-i18next';
import { Icon } from '../shell/icons.tsx';
import { notify } from '../shell/notices.tsx';

/** A text that is shown to be taken along: a link, a secret. */
export function CopyField({ label, value }: { label: string; value: string }) {
  const { t } = useTranslation();
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
