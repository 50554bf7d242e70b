import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Profile } from '../../../../server/src/api/schemas/presence.ts';
import { type NewProfileOf, ProfileForm } from '../../profiles/profile-form.tsx';
import { ProfileLine } from '../../profiles/profile-line.tsx';
import { Confirm } from '../../shell/dialog.tsx';
import { Icon } from '../../shell/icons.tsx';
import { notify } from '../../shell/notices.tsx';
import { Empty, Problem, Skeleton } from '../../shell/parts.tsx';
import { useChange } from '../administration.queries.ts';
import { targetsQuery } from '../dialling/dialling.queries.ts';
import { useMayChange } from '../may-change.ts';
import { PlaceLink } from '../place-link.tsx';
import { centralProfilesQuery, phoneAbilitiesQuery } from './profiles.queries.ts';

/**
 * The central presence profiles of a location or a group: what each status means for the phone. A group whose profiles
 * are "Default" shows those of its location, to be changed there.
 */
export function CentralProfiles(props: {
  owner: 'location' | 'group';
  id: string;
  locationId: string;
  mode: 'default' | 'individual' | undefined;
}) {
  const { t } = useTranslation(['administration/profiles', 'profiles']);
  const of: NewProfileOf =
    props.owner === 'location' ? { owner: 'location', locationId: props.id } : { owner: 'group', groupId: props.id };
  const profiles = useQuery(centralProfilesQuery(props.owner, props.id));
  const { data: targets = [] } = useQuery(targetsQuery(props.locationId));
  const mayChange = useMayChange() && props.mode !== 'default';
  const { data: abilities = [] } = useQuery(phoneAbilitiesQuery(props.locationId));
  const [editing, setEditing] = useState<Profile | 'new' | null>(null);
  const [removing, setRemoving] = useState<Profile | null>(null);
  const [startingAgain, setStartingAgain] = useState(false);
  return (
    <section className="section central-profiles">
      <div className="section-head">
        <h2>{t('central')}</h2>
        {mayChange && (
          <div className="actions">
            {props.owner === 'group' && (
              <button type="button" className="button quiet" onClick={() => setStartingAgain(true)}>
                {t('again.start')}
              </button>
            )}
            <button type="button" className="button" onClick={() => setEditing('new')}>
              <Icon name="plus" />
              {t('add', { ns: 'profiles' })}
            </button>
          </div>
        )}
      </div>
      <p className="page-intro">
        {props.mode === 'default' ? (
          <>
            {t('fromLocation')} <PlaceLink to={`locations/${props.locationId}/profiles`}>{t('toLocation')}</PlaceLink>
          </>
        ) : (
          t('intro')
        )}
      </p>
      {profiles.isPending ? (
        <Skeleton rows={6} />
      ) : profiles.isError ? (
        <Problem error={profiles.error} retry={() => void profiles.refetch()} />
      ) : profiles.data.length === 0 ? (
        <Empty icon="agenda" title={t('none')} />
      ) : (
        <ul className="list profile-list">
          {profiles.data.map((profile) => (
            <ProfileLine
              key={profile.id}
              profile={profile}
              targets={targets}
              {...(mayChange && { change: () => setEditing(profile) })}
              {...(mayChange && profile.key === null && { remove: () => setRemoving(profile) })}
            />
          ))}
        </ul>
      )}
      {editing && (
        <ProfileForm
          title={editing === 'new' ? t('add', { ns: 'profiles' }) : t('change', { ns: 'profiles' })}
          profile={editing === 'new' ? null : editing}
          of={of}
          targets={targets}
          phoneSystems={abilities}
          onClose={() => setEditing(null)}
        />
      )}
      {removing && <Removal profile={removing} onClose={() => setRemoving(null)} />}
      {startingAgain && <StartAgain groupId={props.id} onClose={() => setStartingAgain(false)} />}
    </section>
  );
}

/** A profile in use is refused, and the refusal says where it is used: shown here, where one has just asked. */
function Removal({ profile, onClose }: { profile: Profile; onClose(): void }) {
  const { t } = useTranslation(['administration/profiles', 'profiles']);
  const change = useChange('profiles');
  return (
    <Confirm
      title={t('removeTitle', { ns: 'profiles', name: profile.name })}
      text={t('removeText')}
      confirm={t('remove', { ns: 'shell' })}
      busy={change.isPending || change.isError}
      onClose={onClose}
      onConfirm={() => change.mutate({ method: 'DELETE', path: `/profiles/${profile.id}` }, { onSuccess: onClose })}
    >
      {change.isError && <Problem error={change.error} />}
    </Confirm>
  );
}

/** The group's own profiles give way to a copy of the location's; one in use is refused, and the refusal says where. */
function StartAgain({ groupId, onClose }: { groupId: string; onClose(): void }) {
  const { t } = useTranslation('administration/profiles');
  const change = useChange('profiles');
  return (
    <Confirm
      title={t('again.title')}
      text={t('again.text')}
      confirm={t('again.yes')}
      busy={change.isPending || change.isError}
      onClose={onClose}
      onConfirm={() =>
        change.mutate(
          { method: 'POST', path: `/groups/${groupId}/profiles/start-again` },
          {
            onSuccess() {
              notify(t('again.done'));
              onClose();
            },
          },
        )
      }
    >
      {change.isError && <Problem error={change.error} />}
    </Confirm>
  );
}
