import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../shell/icons.tsx';
import { notify } from '../../shell/notices.tsx';

/** Shown once: the server keeps only what it needs to recognise them. */
export function RecoveryCodes({ codes, email, onKept }: { codes: string[]; email: string; onKept(): void }) {
  const { t } = useTranslation('settings/security');
  const head = t('recovery.fileHead', { email });
  const text = [head, '', ...codes, ''].join('\r\n');
  const heading = useRef<HTMLHeadingElement>(null);
  // The form that had the focus is gone.
  useEffect(() => heading.current?.focus(), []);

  function download(): void {
    const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
    Object.assign(document.createElement('a'), { href: url, download: 'whenabouts-recovery-codes.txt' }).click();
    URL.revokeObjectURL(url);
  }

  return (
    <div className="recovery-codes">
      <h3 ref={heading} tabIndex={-1}>
        {t('recovery.title')}
      </h3>
      <p>{t('recovery.text')}</p>
      <ul aria-label={t('recovery.list')}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="actions">
        <button
          type="button"
          className="button"
          onClick={() => void navigator.clipboard.writeText(text).then(() => notify(t('recovery.copied')))}
        >
          <Icon name="copy" />
          {t('recovery.copy')}
        </button>
        <button type="button" className="button" onClick={download}>
          <Icon name="download" />
          {t('recovery.download')}
        </button>
        <button type="button" className="button" onClick={() => print()}>
          <Icon name="print" />
          {t('recovery.print')}
        </button>
        <button type="button" className="button primary" onClick={onKept}>
          {t('recovery.kept')}
        </button>
      </div>
    </div>
  );
}
