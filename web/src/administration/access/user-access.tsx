import './access.css';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LoginSessionList } from '../../../../server/src/api/schemas/sign-in.ts';
import type { UserOverview } from '../../../../server/src/api/schemas/user-list.ts';
import type { User, UserRole } from '../../../../server/src/api/schemas/users.ts';
import { useDevice } from '../../settings/security/use-device.ts';
import { get } from '../../shell/api.ts';
import { Confirm } from '../../shell/dialog.tsx';
import { notify } from '../../shell/notices.tsx';
import { useNow } from '../../shell/now.ts';
import { Problem, Skeleton } from '../../shell/parts.tsx';
import { useMe } from '../../shell/session.ts';
import { useFormat } from '../../shell/use-format.ts';
import { useQuickChange } from '../administration.queries.ts';
import { useMayChange } from '../may-change.ts';
import { RoleForm } from './role-form.tsx';

type Person = Pick<User, 'id' | 'displayName'>;

/** On a user's page: what they may administer, where they are signed in, and the ways to help who is locked out. */
export function UserAccess({ user, signIn }: { user: Person; signIn: UserOverview['signIn'] }) {
  const { t } = useTranslation('administration/access');
  const me = useMe();
  const role = useQuery({
    queryKey: ['role', user.id],
    queryFn: ({ signal }) => get<UserRole>(`/users/${user.id}/role`, signal),
  });
  return (
    <section className="user-access" aria-label={t('title')}>
      <h2>{t('title')}</h2>
      {role.isPending && <Skeleton rows={2} />}
      {role.isError && <Problem error={role.error} retry={() => void role.refetch()} />}
      {role.data && <RoleForm key={JSON.stringify(role.data)} user={user} known={role.data} />}
      <SessionsOf user={user} />
      {me.role === 'administrator' && user.id !== me.id && (
        <>
          <RemoveSecondFactor user={user} isSetUp={signIn.secondFactor} />
          {signIn.providers.length > 0 && <ForgetIdentities user={user} providers={signIn.providers} />}
        </>
      )}
    </section>
  );
}

function SessionsOf({ user }: { user: Person }) {
  const { t } = useTranslation('administration/access');
  const mayChange = useMayChange();
  const now = useNow(30_000);
  const format = useFormat();
  const device = useDevice();
  const quick = useQuickChange('sessionsOf');
  const [asking, setAsking] = useState(false);
  const sessions = useQuery({
    queryKey: ['sessionsOf', user.id],
    queryFn: async ({ signal }) => (await get<LoginSessionList>(`/users/${user.id}/sessions`, signal)).sessions,
  });
  return (
    <div className="access-part">
      <h3>{t('sessions.title')}</h3>
      {sessions.isError && <Problem error={sessions.error} retry={() => void sessions.refetch()} />}
      {sessions.data?.length === 0 && <p className="hint">{t('sessions.none')}</p>}
      <ul className="list" hidden={!sessions.data?.length}>
        {sessions.data?.map((session) => (
          <li key={session.id}>
            <div>
              {device(session.userAgent)}
              <p>
                {[t('sessions.lastUsed', { when: format.relative(session.lastUsedAt, now) }), session.address]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </div>
          </li>
        ))}
      </ul>
      {mayChange && sessions.data && sessions.data.length > 0 && (
        <button type="button" className="button" onClick={() => setAsking(true)}>
          {t('sessions.end')}
        </button>
      )}
      {asking && (
        <Confirm
          title={t('sessions.endTitle', { name: user.displayName })}
          text={t('sessions.endText')}
          confirm={t('sessions.end')}
          busy={quick.isPending}
          onClose={() => setAsking(false)}
          onConfirm={() =>
            quick.run({ method: 'DELETE', path: `/users/${user.id}/sessions` }, () => {
              setAsking(false);
              notify(t('sessions.ended'));
            })
          }
        />
      )}
    </div>
  );
}

function RemoveSecondFactor({ user, isSetUp }: { user: Person; isSetUp: boolean }) {
  const { t } = useTranslation('administration/access');
  const quick = useQuickChange('users');
  const [asking, setAsking] = useState(false);
  return (
    <div className="access-part">
      <h3>{t('second.title')}</h3>
      <p className="hint">{t(isSetUp ? 'second.text' : 'second.none')}</p>
      {isSetUp && (
        <button type="button" className="button" onClick={() => setAsking(true)}>
          {t('second.remove')}
        </button>
      )}
      {asking && (
        <Confirm
          title={t('second.removeTitle', { name: user.displayName })}
          text={t('second.removeText')}
          confirm={t('second.remove')}
          busy={quick.isPending}
          onClose={() => setAsking(false)}
          onConfirm={() =>
            quick.run({ method: 'DELETE', path: `/users/${user.id}/second-factor` }, () => {
              setAsking(false);
              notify(t('second.removed'));
            })
          }
        />
      )}
    </div>
  );
}

function ForgetIdentities({ user, providers }: { user: Person; providers: readonly string[] }) {
  const { t } = useTranslation('administration/access');
  const quick = useQuickChange('users', 'sessionsOf');
  const [asking, setAsking] = useState(false);
  const names = providers.join(', ');
  return (
    <div className="access-part">
      <h3>{t('identities.title')}</h3>
      <p>{names}</p>
      <p className="hint">{t('identities.text')}</p>
      <button type="button" className="button" onClick={() => setAsking(true)}>
        {t('identities.forget')}
      </button>
      {asking && (
        <Confirm
          title={t('identities.forgetTitle', { name: user.displayName })}
          text={t('identities.forgetText', { names })}
          confirm={t('identities.forget')}
          busy={quick.isPending}
          onClose={() => setAsking(false)}
          onConfirm={() =>
            quick.run({ method: 'DELETE', path: `/users/${user.id}/identities` }, () => {
              setAsking(false);
              notify(t('identities.forgotten'));
            })
          }
        />
      )}
    </div>
  );
}
