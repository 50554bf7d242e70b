import './profiles.css';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PredefinedTarget } from '../../../../server/src/api/schemas/dialling.ts';
import type { Profile } from '../../../../server/src/api/schemas/presence.ts';
import { useProfileName } from '../../presence/profile-name.ts';
import { StatusMark } from '../../presence/status.tsx';
import { usePresenceWords } from '../../presence/words.ts';
import { Confirm } from '../../shell/dialog.tsx';
import { Icon } from '../../shell/icons.tsx';
import { notify } from '../../shell/notices.tsx';
import { useNow } from '../../shell/now.ts';
import { Empty, Problem, Skeleton } from '../../shell/parts.tsx';
import { useFormat } from '../../shell/use-format.ts';
import { useChange } from '../administration.queries.ts';
import { targetsQuery } from '../dialling/dialling.queries.ts';
import { useMayChange } from '../may-change.ts';
import { PlaceLink } from '../place-link.tsx';
import { ProfileForm } from './profile-form.tsx';
import { centralProfilesQuery, type Target } from './profiles.queries.ts';

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
  const { t } = useTranslation('administration/profiles');
  const profiles = useQuery(centralProfilesQuery(props.owner, props.id));
  const { data: targets = [] } = useQuery(targetsQuery(props.locationId));
  const mayChange = useMayChange() && props.mode !== 'default';
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
              {t('add')}
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
            <Row
              key={profile.id}
              profile={profile}
              targets={targets}
              mayChange={mayChange}
              change={() => setEditing(profile)}
              remove={() => setRemoving(profile)}
            />
          ))}
        </ul>
      )}
      {editing && (
        <ProfileForm
          profile={editing === 'new' ? null : editing}
          owner={props.owner}
          ownerId={props.id}
          locationId={props.locationId}
          targets={targets}
          onClose={() => setEditing(null)}
        />
      )}
      {removing && <Removal profile={removing} onClose={() => setRemoving(null)} />}
      {startingAgain && <StartAgain groupId={props.id} onClose={() => setStartingAgain(false)} />}
    </section>
  );
}

function Row(props: {
  profile: Profile;
  targets: readonly PredefinedTarget[];
  mayChange: boolean;
  change(): void;
  remove(): void;
}) {
  const { t } = useTranslation(['administration/profiles', 'presence']);
  const words = usePresenceWords(useFormat(), useNow(60_000));
  const nameOf = useProfileName();
  const { profile } = props;
  const name = nameOf(profile.name);
  return (
    <li data-status={profile.status}>
      <div>
        <StatusMark status={profile.status} /> <strong>{name}</strong>{' '}
        {!profile.active && <span className="tag">{t('off')}</span>}
        <p>
          {nameOf(profile.name) !== t(`status.${profile.status}`, { ns: 'presence' }) &&
            `${t(`status.${profile.status}`, { ns: 'presence' })} · `}
          {words.calls(named(profile.forwarding, props.targets, t))}
          {profile.note && ` · ${profile.note}`}
        </p>
      </div>
      {props.mayChange && (
        <div className="actions">
          <button type="button" className="button quiet" aria-label={t('changeLabel', { name })} onClick={props.change}>
            {t('change', { ns: 'shell' })}
          </button>
          {profile.key === null && (
            <button
              type="button"
              className="button quiet"
              aria-label={t('removeLabel', { name })}
              onClick={props.remove}
            >
              {t('remove', { ns: 'shell' })}
            </button>
          )}
        </div>
      )}
    </li>
  );
}

/** A profile in use is refused, and the refusal says where it is used: shown here, where one has just asked. */
function Removal({ profile, onClose }: { profile: Profile; onClose(): void }) {
  const { t } = useTranslation('administration/profiles');
  const change = useChange('profiles');
  return (
    <Confirm
      title={t('removeTitle', { name: profile.name })}
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

type T = ReturnType<typeof useTranslation<['administration/profiles', 'presence']>>['t'];

function named({ mode, target, busy, unanswered }: Profile['forwarding'], targets: readonly PredefinedTarget[], t: T) {
  const name = (each: Target | null) => targetText(each, targets, t);
  return { mode, target: name(target), busy: name(busy), unanswered: name(unanswered) };
}

function targetText(target: Target | null, targets: readonly PredefinedTarget[], t: T): string | null {
  if (!target) return null;
  if (target.kind === 'number') return target.number;
  if (target.kind === 'predefined')
    return targets.find(({ id }) => id === target.targetId)?.name ?? t('targets.predefined');
  return t(`targetOf.${target.kind}`);
}
