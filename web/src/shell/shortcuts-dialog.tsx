import { useTranslation } from 'react-i18next';
import { Dialog } from './dialog.tsx';
import { shortcuts } from './shortcuts.ts';

const symbols: Partial<Record<string, string>> = { ArrowLeft: '←', ArrowRight: '→' };

export default function ShortcutsDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t('shortcuts.title')} onClose={onClose}>
      <dl className="shortcuts">
        {shortcuts.map((key) => (
          <div key={key}>
            <dt>
              <kbd>{symbols[key] ?? key.toUpperCase()}</kbd>
            </dt>
            <dd>{t(`shortcuts.keys.${key}`)}</dd>
          </div>
        ))}
      </dl>
      <p className="hint">{t('shortcuts.hint')}</p>
    </Dialog>
  );
}
