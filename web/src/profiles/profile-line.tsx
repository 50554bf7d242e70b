import './profiles.css';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Profile } from '../../../server/src/api/schemas/presence.ts';
import { useProfileName } from '../presence/profile-name.ts';
import { StatusMark } from '../presence/status.tsx';
import { usePresenceWords } from '../presence/words.ts';
import { useNow } from '../shell/now.ts';
import { useFormat } from '../shell/use-format.ts';
import { type ChoosableTarget, type Target, useTargetWords } from './targets.ts';

/** A profile in a list: its status, where calls go, its note, and what the reader may do with it. */
export function ProfileLine(props: {
  profile: Profile;
  targets: readonly ChoosableTarget[];
  /** Whether it is told to the user whom it is for. */
  own?: boolean;
  /** Beside the name. */
  tag?: string | undefined;
  change?(): void;
  remove?(): void;
  /** What else may be done, and below the line what is to be known. */
  action?: ReactNode;
  children?: ReactNode;
}) {
  const { t } = useTranslation(['profiles', 'presence', 'shell']);
  const words = usePresenceWords(useFormat(), useNow(60_000));
  const nameOf = useProfileName();
  const targetWords = useTargetWords(props.own ?? false);
  const { profile, change, remove, action } = props;
  const name = nameOf(profile.name);
  const status = t(`status.${profile.status}`, { ns: 'presence' });
  const { mode, target, busy, unanswered } = profile.forwarding;
  const text = (each: Target | null) => targetWords.text(each, props.targets);
  return (
    <li data-status={profile.status}>
      <div>
        <StatusMark status={profile.status} /> <strong>{name}</strong>{' '}
        {props.tag && <span className="tag">{props.tag}</span>}{' '}
        {!profile.active && <span className="tag">{t('off')}</span>}
        <p>
          {name !== status && `${status} · `}
          {words.calls({ mode, target: text(target), busy: text(busy), unanswered: text(unanswered) })}
          {profile.note && ` · ${profile.note}`}
        </p>
        {props.children}
      </div>
      {(change || remove || action) && (
        <div className="actions">
          {change && (
            <button type="button" className="button quiet" aria-label={t('changeLabel', { name })} onClick={change}>
              {t('change', { ns: 'shell' })}
            </button>
          )}
          {remove && (
            <button type="button" className="button quiet" aria-label={t('removeLabel', { name })} onClick={remove}>
              {t('remove', { ns: 'shell' })}
            </button>
          )}
          {action}
        </div>
      )}
    </li>
  );
}
