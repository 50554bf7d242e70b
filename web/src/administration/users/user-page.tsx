import './users.css';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UserOverview } from '../../../../server/src/api/schemas/user-list.ts';
import type { Invitation } from '../../../../server/src/api/schemas/users.ts';
import { ApiError } from '../../shell/api.ts';
import { Dialog } from '../../shell/dialog.tsx';
import { Icon } from '../../shell/icons.tsx';
import { notify } from '../../shell/notices.tsx';
import { Empty, Problem, Skeleton, useErrorText } from '../../shell/parts.tsx';
import { useMe } from '../../shell/session.ts';
import { useTitle } from '../../shell/use-title.ts';
import { UserAccess } from '../access/user-access.tsx';
import { groupsQuery, useChange } from '../administration.queries.ts';
import { useMayChange } from '../may-change.ts';
import { PlaceLink } from '../place-link.tsx';
import { PauseCard } from '../trust/pause-card.tsx';
import { InvitationLink } from './invitation-link.tsx';
import { UserAccounts } from './user-accounts.tsx';
import { UserActivity } from './user-activity.tsx';
import { UserFacts } from './user-facts.tsx';
import { UserForm } from './user-form.tsx';
import { UserPresence } from './user-presence.tsx';
import { UserRemoval } from './user-removal.tsx';
import { UserReset } from './user-reset.tsx';
import { UserTags } from './user-tags.tsx';
import { overviewQuery } from './users.queries.ts';

/** All of a user: presence and why, phones, calendars, particulars, access, and the ways to help. */
export default function UserPage({ id }: { id: string }) {
  const { t } = useTranslation('administration/users');
  const overview = useQuery(overviewQuery(id));
  if (overview.isPending) return <Skeleton rows={8} />;
  if (overview.data) return <Shown overview={overview.data} />;
  if (overview.error instanceof ApiError && overview.error.status === 404)
    return <Empty icon="person" title={t('gone')} />;
  return <Problem error={overview.error} retry={() => void overview.refetch()} />;
}

function Shown({ overview }: { overview: UserOverview }) {
  // The second namespace is for the question before a removal, which would else wait for it behind a blank page.
  const { t } = useTranslation(['administration/users', 'administration/leaving']);
  const { user, leaving } = overview;
  const { data: groups = [] } = useQuery(groupsQuery);
  const group = groups.find(({ id }) => id === user.groupId);
  useTitle(user.displayName);
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{user.displayName}</h1>
          <p className="page-intro">
            {user.email}
            {group && (
              <>
                {' · '}
                <PlaceLink to={`groups/${group.id}`}>
                  {group.location} / {group.name}
                </PlaceLink>
              </>
            )}{' '}
            <UserTags user={user} />
          </p>
        </div>
        <Actions overview={overview} />
      </header>
      {leaving && (
        <p className="notice-line">
          <Icon name="clock" size={16} /> {t('page.leavingNow')}{' '}
          <PlaceLink to="leaving">{t('page.toLeaving')}</PlaceLink>
        </p>
      )}
      <div className="user-page">
        <UserPresence overview={overview} />
        <div className="card">
          <PauseCard place={`users/${user.id}`} name={user.displayName} />
        </div>
        <UserAccounts accounts={overview.accounts} />
        <UserFacts user={user} group={group} />
        <div className="card">
          <UserAccess user={user} signIn={overview.signIn} />
        </div>
        <UserReset user={user} />
      </div>
    </>
  );
}

function Actions({ overview }: { overview: UserOverview }) {
  const { t } = useTranslation('administration/users');
  const { user } = overview;
  const me = useMe();
  const errorText = useErrorText();
  const mayChange = useMayChange();
  const [showing, setShowing] = useState<'change' | 'remove' | null>(null);
  const [invitation, setInvitation] = useState<Invitation | null>(null);
  const invite = useChange<Invitation>('users');
  if (!mayChange) return null;
  return (
    <div className="actions">
      <button type="button" className="button" onClick={() => setShowing('change')}>
        {t('change', { ns: 'shell' })}
      </button>
      <button
        type="button"
        className="button"
        disabled={invite.isPending}
        onClick={() =>
          invite.mutate(
            { method: 'POST', path: `/users/${user.id}/invitation` },
            { onSuccess: setInvitation, onError: (error) => notify(errorText(error), { tone: 'problem' }) },
          )
        }
      >
        {t(user.signInReady || user.invited ? 'invite' : 'inviteFirst')}
      </button>
      {user.id !== me.id && (
        <>
          <UserActivity user={user} />
          <button type="button" className="button quiet" onClick={() => setShowing('remove')}>
            {t('remove', { ns: 'shell' })}
          </button>
        </>
      )}
      {showing === 'change' && <UserForm user={user} onClose={() => setShowing(null)} onInvited={setInvitation} />}
      {invitation && (
        <Dialog title={t('linkTitle')} onClose={() => setInvitation(null)}>
          <InvitationLink invitation={invitation} />
        </Dialog>
      )}
      {showing === 'remove' && <UserRemoval overview={overview} onClose={() => setShowing(null)} />}
    </div>
  );
}
