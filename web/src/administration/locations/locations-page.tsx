import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../shell/parts.tsx';
import { useMe } from '../../shell/session.ts';
import { locationsQuery } from '../administration.queries.ts';
import { PlaceLink } from '../place-link.tsx';
import { Section } from '../section.tsx';
import { LocationForm } from './location-form.tsx';

export default function LocationsPage() {
  const { t } = useTranslation('administration/locations');
  const navigate = useNavigate();
  const locations = useQuery(locationsQuery);
  const [adding, setAdding] = useState(false);
  const isWhole = useMe().role === 'administrator';
  return (
    <Section
      title={t('title')}
      intro={t('intro')}
      {...(isWhole ? { add: { label: t('add'), run: () => setAdding(true) } } : {})}
      query={locations}
    >
      {locations.data?.length === 0 ? (
        <Empty icon="place" title={t('none')} text={t('noneText')} />
      ) : (
        <ul className="place-list">
          {locations.data?.map((location) => (
            <li key={location.id}>
              <PlaceLink to={`locations/${location.id}`}>
                <span className="place-name">{location.name}</span>
                <span className="place-count">{t('users', { count: location.users })}</span>
                <small>
                  {t('groups', { count: location.groups })} · {location.timeZone.replaceAll('_', ' ')}
                </small>
              </PlaceLink>
            </li>
          ))}
        </ul>
      )}
      {adding && (
        <LocationForm
          location={null}
          onClose={() => setAdding(false)}
          onMade={(made) => void navigate({ to: '/administration/$', params: { _splat: `locations/${made.id}` } })}
        />
      )}
    </Section>
  );
}
