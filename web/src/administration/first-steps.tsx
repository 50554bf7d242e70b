import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Icon } from '../shell/icons.tsx';
import { useMe } from '../shell/session.ts';
import { locationsQuery, phoneSystemsQuery } from './administration.queries.ts';
import { PlaceLink } from './place-link.tsx';

/** What a new system needs, each with whether it is there; gone when all is. */
export function FirstSteps() {
  const { t } = useTranslation('administration');
  const isWhole = useMe().role === 'administrator';
  const { data: locations } = useQuery(locationsQuery);
  const { data: systems } = useQuery({ ...phoneSystemsQuery, enabled: isWhole });
  if (!isWhole || !locations || !systems) return null;
  const users = locations.reduce((sum, location) => sum + location.users, 0);
  const steps = [
    { name: 'locations', to: 'locations', done: locations.length > 1 || (locations[0]?.groups ?? 0) > 1 },
    { name: 'phones', to: 'phones', done: systems.length > 0 },
    { name: 'users', to: 'import', done: users > 1 },
  ] as const;
  if (steps.every(({ done }) => done)) return null;
  return (
    <section className="card first-steps" aria-labelledby="first-steps">
      <h2 id="first-steps">{t('begin.title')}</h2>
      <p>{t('begin.intro')}</p>
      <ol>
        {steps.map(({ name, to, done }, index) => (
          <li key={name} data-done={done}>
            <span className="first-step-mark" aria-hidden="true">
              {done ? <Icon name="check" size={16} /> : index + 1}
            </span>
            <span>
              <PlaceLink to={to}>{t(`begin.${name}`)}</PlaceLink>
              {done && <span className="sr-only"> ({t('begin.done')})</span>}
              <small>{t(`begin.${name}Text`)}</small>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
