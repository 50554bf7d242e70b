import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Profile } from '../../../../server/src/api/schemas/presence.ts';
import { useProfileName } from '../../presence/profile-name.ts';
import { statuses } from '../../presence/status.tsx';
import { usePresenceWords } from '../../presence/words.ts';
import { ProfileForm } from '../../profiles/profile-form.tsx';
import { ProfileLine } from '../../profiles/profile-line.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useNow } from '../../shell/now.ts';
import { Empty, Problem, Skeleton } from '../../shell/parts.tsx';
import { useFormat } from '../../shell/use-format.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import { ownProfilesQuery, profileOptionsQuery } from './own-profiles.queries.ts';
import { ProfileRemoval } from './profile-removal.tsx';

/** The profiles that one may choose: one's own, to be changed here, and those of the administrators. */
export default function OwnProfilesPage() {
  const list = useQuery(ownProfilesQuery);
  return (
    <SettingsFrame page="profiles">
      {list.isPending ? (
        <Skeleton rows={6} />
      ) : list.isError ? (
        <Problem error={list.error} retry={() => void list.refetch()} />
      ) : (
        <Lists profiles={list.data.profiles} allowed={list.data.ownAllowed ?? false} />
      )}
    </SettingsFrame>
  );
}

/** What the form is open for: one of one's own, or a new one, which may begin as a central one and take its place. */
type Editing = { profile: Profile } | { start: Profile | undefined };

function Lists({ profiles, allowed }: { profiles: readonly Profile[]; allowed: boolean }) {
  const { t } = useTranslation(['settings/profiles', 'profiles', 'presence']);
  const nameOf = useProfileName();
  const { data: options } = useQuery(profileOptionsQuery);
  const [editing, setEditing] = useState<Editing | null>(null);
  const [removing, setRemoving] = useState<Profile | null>(null);
  const targets = options?.predefinedTargets ?? [];
  const own = profiles.filter(({ owner }) => owner === 'user');
  const central = profiles.filter(({ owner }) => owner !== 'user');
  const taken = new Set(own.map(({ key }) => key));
  return (
    <>
      <section className="section">
        <div className="section-head">
          <h2>{t('title')}</h2>
          {allowed && (
            <button type="button" className="button" onClick={() => setEditing({ start: undefined })}>
              <Icon name="plus" />
              {t('add')}
            </button>
          )}
        </div>
        {allowed ? (
          <>
            <p className="page-intro">
              {t('text')} {t('replaces')}
            </p>
            {own.length === 0 ? (
              <Empty icon="agenda" title={t('none')} text={t('noneText')} />
            ) : (
              <ul className="list profile-list">
                {own.map((profile) => (
                  <ProfileLine
                    key={profile.id}
                    own
                    profile={profile}
                    targets={targets}
                    tag={replacedBy(profile)}
                    change={() => setEditing({ profile })}
                    remove={() => setRemoving(profile)}
                  >
                    <ForwardingProblem profile={profile} />
                  </ProfileLine>
                ))}
              </ul>
            )}
          </>
        ) : (
          <Empty icon="agenda" title={t('forbidden')} text={t('forbiddenText')} />
        )}
      </section>
      <section className="section" aria-labelledby="central-profiles">
        <h2 id="central-profiles">{t('central')}</h2>
        <p className="page-intro">{t('centralText')}</p>
        <ul className="list profile-list">
          {central.map((profile) => (
            <ProfileLine
              key={profile.id}
              own
              profile={profile}
              targets={targets}
              tag={profile.owner === 'group' ? t('from.group') : t('from.location')}
              action={
                allowed && profile.key !== null && !taken.has(profile.key) ? (
                  <button
                    type="button"
                    className="button quiet"
                    aria-label={t('takeLabel', { name: nameOf(profile.name) })}
                    onClick={() => setEditing({ start: { ...profile, name: nameOf(profile.name), active: true } })}
                  >
                    {t('take')}
                  </button>
                ) : null
              }
            >
              <ForwardingProblem profile={profile} />
            </ProfileLine>
          ))}
        </ul>
      </section>
      {editing && (
        <ProfileForm
          {...formOf(editing)}
          targets={targets}
          phoneSystems={options?.phoneSystems ?? []}
          onClose={() => setEditing(null)}
        />
      )}
      {removing && (
        <ProfileRemoval profile={removing} replaces={replacedName(removing)} onClose={() => setRemoving(null)} />
      )}
    </>
  );

  function formOf(wish: Editing) {
    if ('profile' in wish)
      return {
        title: t('change', { ns: 'profiles' }),
        profile: wish.profile,
        of: { owner: 'user', key: wish.profile.key } as const,
      };
    const { start } = wish;
    return {
      title: start ? t('takeTitle', { name: start.name }) : t('add'),
      profile: null,
      start,
      of: { owner: 'user', key: start?.key ?? null } as const,
    };
  }

  /** The built-in profile that an own one stands for. */
  function replacedName({ key }: Profile): string | null {
    const status = statuses.find((one) => one === key);
    return status ? t(`status.${status}`, { ns: 'presence' }) : null;
  }

  function replacedBy(profile: Profile): string | undefined {
    const name = replacedName(profile);
    return name === null || !profile.active ? undefined : t('insteadOf', { name });
  }
}

/** Why its calls aren't forwarded as it says, and what mends that. */
function ForwardingProblem({ profile: { problem, problemSlot } }: { profile: Profile }) {
  const { t } = useTranslation('presence');
  const words = usePresenceWords(useFormat(), useNow(60_000));
  if (!problem) return null;
  return (
    <div className="problem-text">
      <Icon name="warning" size={16} /> {words.ofSlot(problemSlot, t(`forwardingProblem.${problem}`))}
    </div>
  );
}
