import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Confirm } from '../../shell/dialog.tsx';
import { Empty, PageHead, Problem, Skeleton } from '../../shell/parts.tsx';
import { useTitle } from '../../shell/use-title.ts';
import { type Group, groupsQuery, useQuickChange } from '../administration.queries.ts';
import { useMayChange } from '../may-change.ts';
import { PauseCard } from '../trust/pause-card.tsx';
import { FunctionList } from './function-list.tsx';
import { GroupForm } from './location-form.tsx';

export default function GroupPage({ id }: { id: string }) {
  const { t } = useTranslation('administration/locations');
  const groups = useQuery(groupsQuery);
  if (groups.isPending) return <Skeleton rows={6} />;
  if (groups.isError) return <Problem error={groups.error} retry={() => void groups.refetch()} />;
  const group = groups.data.find((one) => one.id === id);
  return group ? <Shown group={group} /> : <Empty icon="team" title={t('group.gone')} />;
}

function Shown({ group }: { group: Group }) {
  const { t } = useTranslation('administration/locations');
  const navigate = useNavigate();
  const mayChange = useMayChange();
  const quick = useQuickChange('groups', 'locations');
  const [showing, setShowing] = useState<'change' | 'remove' | null>(null);
  useTitle(group.name);
  return (
    <>
      <PageHead title={group.name} intro={t('group.of', { location: group.location })}>
        {mayChange && (
          <>
            <button type="button" className="button" onClick={() => setShowing('change')}>
              {t('change', { ns: 'shell' })}
            </button>
            <button type="button" className="button quiet" onClick={() => setShowing('remove')}>
              {t('remove', { ns: 'shell' })}
            </button>
          </>
        )}
      </PageHead>
      <section className="section">
        <h2>{t('presence')}</h2>
        <FunctionList owner={`groups/${group.id}`} functions={group.functions} />
      </section>
      <section className="section">
        <PauseCard place={`groups/${group.id}`} name={group.name} />
      </section>
      <section className="section">
        <h2>{t('group.users')}</h2>
        <p>
          {t('users', { count: group.users })}
          {group.users > 0 && (
            <>
              {' · '}
              <Link to="/administration/$" params={{ _splat: 'users' }} search={{ groupId: group.id }}>
                {t('group.showUsers')}
              </Link>
            </>
          )}
        </p>
      </section>
      {showing === 'change' && (
        <GroupForm group={group} locationId={group.locationId} onClose={() => setShowing(null)} />
      )}
      {showing === 'remove' && (
        <Confirm
          title={t('removeTitle', { name: group.name })}
          text={group.users > 0 ? t('group.removeHasUsers', { count: group.users }) : t('group.removeText')}
          confirm={t('group.removeYes')}
          busy={quick.isPending || group.users > 0}
          onClose={() => setShowing(null)}
          onConfirm={() =>
            quick.run({ method: 'DELETE', path: `/groups/${group.id}` }, () =>
              navigate({ to: '/administration/$', params: { _splat: `locations/${group.locationId}` } }),
            )
          }
        />
      )}
    </>
  );
}
