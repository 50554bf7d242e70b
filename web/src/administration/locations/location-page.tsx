import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Confirm } from '../../shell/dialog.tsx';
import { Icon } from '../../shell/icons.tsx';
import { Empty, PageHead, Problem, Skeleton } from '../../shell/parts.tsx';
import { useMe } from '../../shell/session.ts';
import { useTitle } from '../../shell/use-title.ts';
import { groupsQuery, type Location, locationsQuery, useQuickChange } from '../administration.queries.ts';
import { useMayChange } from '../may-change.ts';
import { PlaceList } from '../place-list.tsx';
import { usePlaces } from '../places-context.ts';
import { trailOf } from '../tree-nodes.ts';
import { GroupList } from './group-list.tsx';
import { GroupForm, LocationForm } from './location-form.tsx';

export default function LocationPage({ id }: { id: string }) {
  const { t } = useTranslation('administration/locations');
  const locations = useQuery(locationsQuery);
  if (locations.isPending) return <Skeleton rows={6} />;
  if (locations.isError) return <Problem error={locations.error} retry={() => void locations.refetch()} />;
  const location = locations.data.find((one) => one.id === id);
  return location ? <Shown location={location} /> : <Empty icon="place" title={t('gone')} />;
}

function Shown({ location }: { location: Location }) {
  const { t } = useTranslation('administration/locations');
  const navigate = useNavigate();
  const mayChange = useMayChange();
  const isWhole = useMe().role === 'administrator';
  const quick = useQuickChange('locations', 'groups');
  const groups = useQuery(groupsQuery);
  const [showing, setShowing] = useState<'change' | 'remove' | 'add' | null>(null);
  const path = `locations/${location.id}`;
  const places = trailOf(usePlaces(), path).at(-1)?.children ?? [];
  const goTo = (to: string) => void navigate({ to: '/administration/$', params: { _splat: to } });
  useTitle(location.name);
  return (
    <>
      <PageHead
        title={location.name}
        intro={`${t('users', { count: location.users })} · ${location.timeZone.replaceAll('_', ' ')}`}
      >
        {mayChange && (
          <button type="button" className="button" onClick={() => setShowing('change')}>
            {t('change', { ns: 'shell' })}
          </button>
        )}
        {isWhole && (
          <button type="button" className="button quiet" onClick={() => setShowing('remove')}>
            {t('remove', { ns: 'shell' })}
          </button>
        )}
      </PageHead>
      <section className="section">
        <h2>{t('settings')}</h2>
        <PlaceList nodes={places.filter((node) => node.path.startsWith(path))} />
      </section>
      <section className="section">
        <div className="section-head">
          <h2>{t('group.title')}</h2>
          {mayChange && (
            <button type="button" className="button" onClick={() => setShowing('add')}>
              <Icon name="plus" />
              {t('group.add')}
            </button>
          )}
        </div>
        {groups.isPending ? (
          <Skeleton />
        ) : groups.isError ? (
          <Problem error={groups.error} retry={() => void groups.refetch()} />
        ) : (
          <GroupList groups={groups.data.filter((group) => group.locationId === location.id)} />
        )}
      </section>
      {showing === 'change' && <LocationForm location={location} onClose={() => setShowing(null)} />}
      {showing === 'add' && (
        <GroupForm
          group={null}
          locationId={location.id}
          onClose={() => setShowing(null)}
          onMade={(made) => goTo(`groups/${made.id}`)}
        />
      )}
      {showing === 'remove' && (
        <Confirm
          title={t('removeTitle', { name: location.name })}
          text={location.users > 0 ? t('removeHasUsers', { count: location.users }) : t('removeText')}
          confirm={t('removeYes')}
          busy={quick.isPending || location.users > 0}
          onClose={() => setShowing(null)}
          onConfirm={() => quick.run({ method: 'DELETE', path: `/locations/${location.id}` }, () => goTo('locations'))}
        />
      )}
    </>
  );
}
