import { useTranslation } from 'react-i18next';
import type { PauseState } from '../../../../server/src/api/schemas/pause.ts';
import { ServerWords } from '../../shell/server-words.tsx';

/** How many phones are given back already, and what is known of the others. */
export function GivingBack({ state }: { state: PauseState }) {
  const { t } = useTranslation('administration/trust');
  const { inForce, waiting, waitingPhones, waitingMailboxes } = state;
  const done = inForce - waiting;
  if (waitingMailboxes.length > 0)
    return (
      <div className="stack" aria-live="polite">
        <p>{t('repliesLeft', { count: waitingMailboxes.length })}</p>
        <ul className="waiting-phones">
          {waitingMailboxes.slice(0, 10).map(({ mailbox, user, reason }) => (
            <li key={mailbox}>
              <strong>{mailbox}</strong> <span className="hint">{user.displayName}</span>
              <ServerWords text={reason} />
            </li>
          ))}
        </ul>
        {waiting > 0 && <GivingBack state={{ ...state, waitingMailboxes: [] }} />}
      </div>
    );
  if (waiting === 0) return <p className="hint">{t('nothingLeft')}</p>;
  return (
    <div className="stack" aria-live="polite">
      <label className="giving-back">
        {t('givingBack', { done, count: inForce })}
        <progress max={inForce} value={done} />
      </label>
      {waitingPhones.some(({ reason }) => reason) && (
        <ul className="waiting-phones">
          {waitingPhones
            .filter(({ reason }) => reason)
            .slice(0, 10)
            .map(({ extension, user, phoneSystem, reason }) => (
              <li key={`${phoneSystem} ${extension}`}>
                <strong>
                  {extension}, {user.displayName}
                </strong>{' '}
                <span className="hint">{phoneSystem}</span>
                <ServerWords text={reason} />
              </li>
            ))}
        </ul>
      )}
    </div>
  );
}
