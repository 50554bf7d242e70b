import { useTranslation } from 'react-i18next';

/** At the foot of a long form: whether there is anything to save, undo and save. */
export function SaveBar({ dirty, busy, undo }: { dirty: boolean; busy: boolean; undo(): void }) {
  const { t } = useTranslation('administration');
  return (
    <div className="save-bar" data-dirty={dirty}>
      <p role="status">{dirty ? t('save.unsaved') : t('save.allSaved')}</p>
      <div className="actions">
        <button type="button" className="button quiet" disabled={!dirty} onClick={undo}>
          {t('save.undo')}
        </button>
        <button type="submit" className="button primary" disabled={!dirty || busy}>
          {t('save', { ns: 'shell' })}
        </button>
      </div>
    </div>
  );
}
