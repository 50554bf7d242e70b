import { useTranslation } from 'react-i18next';
import type { User } from '../../../../server/src/api/schemas/users.ts';

/** What is special about a user, in a word each. */
export function UserTags({ user }: { user: User }) {
  const { t } = useTranslation('administration/users');
  const tags = [
    user.role && user.role !== 'user' && t(`roles.${user.role}`),
    user.active === false && t('inactive'),
    user.leaving && t('leaving'),
    user.origin === 'import' && t('imported'),
    user.signInReady === false && user.invited && user.active !== false && t('invited'),
    user.sample && t('sample'),
  ].filter((tag) => typeof tag === 'string');
  return tags.map((tag) => (
    <span key={tag} className="tag">
      {tag}
    </span>
  ));
}
