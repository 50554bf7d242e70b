import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Profile } from '../../../../server/src/api/schemas/presence.ts';
import { profilesQuery } from '../../presence/presence.queries.ts';
import { useProfileName } from '../../presence/profile-name.ts';
import { StatusMark } from '../../presence/status.tsx';
import { usePresenceWords } from '../../presence/words.ts';
import { Confirm } from '../../shell/dialog.tsx';
import { useNow } from '../../shell/now.ts';
import { useFormat } from '../../shell/use-format.ts';
import { useQuickChange } from '../administration.queries.ts';
import { Section } from '../section.tsx';
import { ProfileForm } from './profile-form.tsx';

/** The central presence profiles: what each status means for the phone. */
export default function Profiles() {
  const { t } = useTranslation('administration/profiles');
  const words = usePresenceWords(useFormat(), useNow(60_000));
  const nameOf = useProfileName();
  const profiles = useQuery(profilesQuery);
  const [editing, setEditing] = useState<Profile | 'new' | null>(null);
  const [removing, setRemoving] = useState<Profile | null>(null);
  const quick = useQuickChange('profiles');
  return (
    <Section
      title={t('rooms.profiles', { ns: 'administration' })}
      intro={t('intro')}
      add={{ label: t('add'), run: () => setEditing('new') }}
      query={profiles}
    >
      <ul className="list" style={{ marginTop: 16 }}>
        {profiles.data
          ?.filter((profile) => profile.owner !== 'user')
          .map((profile) => (
            <li key={profile.id} data-status={profile.status}>
              <div>
                <StatusMark status={profile.status} /> <strong>{nameOf(profile.name)}</strong>{' '}
                {!profile.active && <span className="tag">{t('off')}</span>}
                <p>
                  {words.calls({ mode: profile.forwarding.mode, target: targetText(profile, t) })}
                  {profile.note && ` · ${profile.note}`}
                </p>
              </div>
              <div className="actions">
                <button
                  type="button"
                  className="button quiet"
                  aria-label={t('changeLabel', { name: nameOf(profile.name) })}
                  onClick={() => setEditing(profile)}
                >
                  {t('change', { ns: 'shell' })}
                </button>
                {profile.key === null && (
                  <button
                    type="button"
                    className="button quiet"
                    aria-label={t('removeLabel', { name: profile.name })}
                    onClick={() => setRemoving(profile)}
                  >
                    {t('remove', { ns: 'shell' })}
                  </button>
                )}
              </div>
            </li>
          ))}
      </ul>
      {editing && <ProfileForm profile={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
      {removing && (
        <Confirm
          title={t('removeTitle', { name: removing.name })}
          text={t('removeText')}
          confirm={t('remove', { ns: 'shell' })}
          busy={quick.isPending}
          onClose={() => setRemoving(null)}
          onConfirm={() => quick.run({ method: 'DELETE', path: `/profiles/${removing.id}` }, () => setRemoving(null))}
        />
      )}
    </Section>
  );
}

function targetText(
  { forwarding }: Profile,
  t: ReturnType<typeof useTranslation<'administration/profiles'>>['t'],
): string | null {
  const { target } = forwarding;
  if (!target) return null;
  return target.kind === 'number' ? target.number : t(`target.${target.kind}`, { ns: 'presence' });
}
