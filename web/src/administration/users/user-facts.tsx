import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { User } from '../../../../server/src/api/schemas/users.ts';
import { type Group, phoneSystemsQuery } from '../administration.queries.ts';
import { PlaceLink } from '../place-link.tsx';
import { overviewQuery } from './users.queries.ts';

/** What is entered about a user, and who keeps it. */
export function UserFacts({ user, group }: { user: User; group: Group | undefined }) {
  const { t } = useTranslation('administration/users');
  const { data: systems = [] } = useQuery(phoneSystemsQuery);
  const facts: [string, React.ReactNode][] = [
    [t('group'), group && <PlaceLink to={`groups/${group.id}`}>{`${group.location} / ${group.name}`}</PlaceLink>],
    ...systems.map((system): [string, React.ReactNode] => [
      t('extension', { system: system.name }),
      user.extensions
        ?.filter(({ phoneSystemId }) => phoneSystemId === system.id)
        .map(({ number }) => number)
        .join(', ') || t('page.noExtension'),
    ]),
    [t('mobile'), user.mobileNumber ?? t('page.none')],
    [t('deputy'), <PersonLink key="deputy" id={user.deputyId ?? null} />],
    [t('assistant'), <PersonLink key="assistant" id={user.assistantId ?? null} />],
    [t('language'), user.language && t(`languages.${user.language}`)],
    [t('timeZone'), user.timeZone.replaceAll('_', ' ')],
    [t('page.origin'), user.origin && t(`page.origins.${user.origin}`)],
    [t('page.externalId'), user.externalId],
  ];
  return (
    <section className="card stack" aria-label={t('page.facts')}>
      <h2>{t('page.facts')}</h2>
      <dl className="facts user-facts">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

function PersonLink({ id }: { id: string | null }) {
  const { t } = useTranslation('administration/users');
  const { data } = useQuery(overviewQuery(id ?? ''));
  if (id === null) return t('page.none');
  return <PlaceLink to={`users/${id}`}>{data?.user.displayName ?? '…'}</PlaceLink>;
}
