import { useTranslation } from 'react-i18next';
import type { PhoneAbilityList, ProfileOptions } from '../../../server/src/api/schemas/telephony.ts';
import { Icon } from '../shell/icons.tsx';
import { ServerWords } from '../shell/server-words.tsx';

/** `users`: of a location; a user's own have none. */
export type PhoneSystem = ProfileOptions['phoneSystems'][number] &
  Partial<Pick<PhoneAbilityList['phoneSystems'][number], 'users'>>;
export type ForwardingPart = PhoneSystem['unable'][number]['part'];

/** Which of the phone systems can't do what is chosen here, and why: the profile may still be right for the others. */
export function CannotDo(props: { part: ForwardingPart; phoneSystems: readonly PhoneSystem[] }) {
  const { t } = useTranslation('profiles');
  const lines = props.phoneSystems.flatMap(({ id, name, users, unable }) => {
    const found = unable.find(({ part }) => part === props.part);
    return found ? [{ id, name, users, reason: found.reason }] : [];
  });
  if (lines.length === 0) return null;
  return (
    <ul className="cannot-do">
      {lines.map(({ id, name, users, reason }) => (
        <li key={id}>
          <Icon name="warning" size={16} />
          <div>
            {users === undefined ? t('own.cannotDo', { name }) : t('cannotDo', { name, count: users })}{' '}
            <ServerWords text={reason} />
          </div>
        </li>
      ))}
    </ul>
  );
}
