import { useTranslation } from 'react-i18next';
import { Dialog } from '../../shell/dialog.tsx';
import type { Impact } from './locations.queries.ts';

/** Before anything is saved: what changes from what to what, and for how many people. */
export function ImpactDialog(props: {
  impact: Impact;
  changes: readonly { label: string; from: string; to: string }[];
  busy: boolean;
  onSave(): void;
  onClose(): void;
}) {
  const { t } = useTranslation('administration/locations');
  const { impact, changes } = props;
  const more = impact.users - impact.first.length;
  return (
    <Dialog title={t('impact.title', { count: impact.users })} onClose={props.onClose}>
      {changes.length > 0 ? (
        <dl className="impact-changes">
          {changes.map(({ label, from, to }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>
                <s>{from}</s> <span aria-hidden="true">→</span> <strong>{to}</strong>
              </dd>
            </div>
          ))}
        </dl>
      ) : (
        <p>{t('impact.sameValues')}</p>
      )}
      <div>
        <p>{t('impact.users', { count: impact.users })}</p>
        {impact.first.length > 0 && (
          <ul className="impact-people">
            {impact.first.map((user) => (
              <li key={user.id} className="tag">
                {user.displayName}
              </li>
            ))}
            {more > 0 && <li className="hint">{t('impact.more', { count: more })}</li>}
          </ul>
        )}
      </div>
      {impact.notes.length > 0 && (
        <ul>
          {[...new Map(impact.notes.map((note) => [note.code, note])).values()].map(({ code, count }) => (
            <li key={code}>{t(`impact.notes.${code}`, { count })}</li>
          ))}
        </ul>
      )}
      <div className="actions">
        <button type="button" className="button primary" disabled={props.busy} onClick={props.onSave}>
          {t('impact.save')}
        </button>
        <button type="button" className="button" onClick={props.onClose}>
          {t('cancel', { ns: 'shell' })}
        </button>
      </div>
    </Dialog>
  );
}
