import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Invitation, User } from '../../../../server/src/api/schemas/users.ts';
import { Confirm, Dialog } from '../../shell/dialog.tsx';
import { notify } from '../../shell/notices.tsx';
import { useErrorText } from '../../shell/parts.tsx';
import { useMe } from '../../shell/session.ts';
import { usersQuery } from '../../team/team.queries.ts';
import { extensionsQuery, useChange, useQuickChange } from '../administration.queries.ts';
import { Section } from '../section.tsx';
import { InvitationLink } from './invitation-link.tsx';
import { UserForm } from './user-form.tsx';

export default function Users() {
  const { t } = useTranslation('administration/users');
  const me = useMe();
  const users = useQuery(usersQuery);
  const { data: extensions = [] } = useQuery(extensionsQuery);
  const [editing, setEditing] = useState<User | 'new' | null>(null);
  const [removing, setRemoving] = useState<User | null>(null);
  const [invitation, setInvitation] = useState<Invitation | null>(null);
  const [search, setSearch] = useState('');
  const errorText = useErrorText();
  const invite = useChange<Invitation>('users');
  const quick = useQuickChange('users', 'extensions');
  const wanted = search.trim().toLocaleLowerCase();
  const found = (users.data ?? []).filter((user) =>
    `${user.displayName} ${user.email}`.toLocaleLowerCase().includes(wanted),
  );
  const shown = found.slice(0, 200);

  return (
    <Section
      title={t('rooms.users', { ns: 'administration' })}
      intro={t('intro')}
      add={{ label: t('add'), run: () => setEditing('new') }}
      query={users}
    >
      <label className="field" style={{ margin: '16px 0', maxWidth: 400 }}>
        <span>{t('search')}</span>
        <input type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
      </label>
      <ul className="list">
        {shown.map((user) => (
          <li key={user.id}>
            <div>
              <strong>{user.displayName}</strong>{' '}
              {user.role === 'administrator' && <span className="tag">{t('administrator')}</span>}{' '}
              {user.signInReady === false && !user.sample && <span className="tag">{t('invited')}</span>}{' '}
              {user.sample && <span className="tag">{t('sample')}</span>}
              <p>
                {[
                  user.email,
                  ...extensions.filter((one) => one.userId === user.id).map((one) => one.number),
                  user.mobileNumber,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </div>
            <div className="actions">
              <button
                type="button"
                className="button quiet"
                aria-label={t('changeLabel', { name: user.displayName })}
                onClick={() => setEditing(user)}
              >
                {t('change', { ns: 'shell' })}
              </button>
              <button
                type="button"
                className="button quiet"
                aria-label={t('inviteLabel', { name: user.displayName })}
                disabled={invite.isPending}
                onClick={() =>
                  invite.mutate(
                    { method: 'POST', path: `/users/${user.id}/invitation` },
                    { onSuccess: setInvitation, onError: (error) => notify(errorText(error), { tone: 'problem' }) },
                  )
                }
              >
                {t('invite')}
              </button>
              {user.id !== me.id && (
                <button
                  type="button"
                  className="button quiet"
                  aria-label={t('removeLabel', { name: user.displayName })}
                  onClick={() => setRemoving(user)}
                >
                  {t('remove', { ns: 'shell' })}
                </button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {found.length > shown.length && <p className="hint">{t('more', { count: found.length - shown.length })}</p>}
      {editing && (
        <UserForm
          user={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onInvited={(made) => {
            setEditing(null);
            setInvitation(made);
          }}
        />
      )}
      {invitation && (
        <Dialog title={t('linkTitle')} onClose={() => setInvitation(null)}>
          <InvitationLink invitation={invitation} />
        </Dialog>
      )}
      {removing && (
        <Confirm
          title={t('removeTitle', { name: removing.displayName })}
          text={t('removeText')}
          confirm={t('removeYes')}
          busy={quick.isPending}
          onClose={() => setRemoving(null)}
          onConfirm={() => quick.run({ method: 'DELETE', path: `/users/${removing.id}` }, () => setRemoving(null))}
        />
      )}
    </Section>
  );
}
