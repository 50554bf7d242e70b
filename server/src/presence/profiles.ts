/** Presence profiles, and what one of them comes to for a particular user. Pure. */
import { forwardingFor, type TargetInputs } from './forwarding-target.ts';
import {
  type Forwarding,
  type ForwardingProblem,
  noForwarding,
  type Profile,
  type Slot,
  type Status,
  statuses,
} from './presence.ts';

/** The built-in profiles of every location, one a status; the key is the status's name. */
export const builtInProfiles: ReadonlyArray<{ key: Status; name: string; status: Status }> = [
  { key: 'available', name: 'Available' },
  { key: 'appointment', name: 'Appointment' },
  { key: 'outOfOffice', name: 'Out of office' },
  { key: 'doNotDisturb', name: 'Do not disturb' },
  { key: 'beRightBack', name: 'Be right back' },
  { key: 'unavailable', name: 'Unavailable' },
  { key: 'onThePhone', name: 'On the phone' },
].map(({ key, name }) => ({ key: key as Status, name, status: key as Status }));

export const isBuiltInKey = (key: string | null): key is Status => (statuses as readonly string[]).includes(key ?? '');

/** What others see and what the phone does: a profile as it comes to one user. */
export interface Look {
  status: Status;
  profileId: string | null;
  note: string | null;
  forwarding: Forwarding;
  forwardingProblem?: ForwardingProblem;
  forwardingProblemSlot?: Exclude<Slot, 'always'>;
}

/** Profiles by id, key and name in small letters; made once an owner, however many users they serve. */
export interface ProfileIndex {
  byId: ReadonlyMap<string, Profile>;
  byKey: ReadonlyMap<string, Profile>;
  byName: ReadonlyMap<string, Profile>;
}
export const emptyProfileIndex: ProfileIndex = { byId: new Map(), byKey: new Map(), byName: new Map() };

export function profileIndex(profiles: readonly Profile[]): ProfileIndex {
  const keyed = profiles.flatMap((profile) => (profile.key ? [[profile.key, profile] as const] : []));
  return {
    byId: new Map(profiles.map((profile) => [profile.id, profile])),
    byKey: new Map(keyed),
    byName: new Map(profiles.map((profile) => [profile.name.toLowerCase(), profile])),
  };
}

/** Whose eyes a profile is resolved with. */
export interface ProfileOwner {
  own: ProfileIndex;
  /** Of the group, or of its location where the group's profiles are "Default". */
  central: ProfileIndex;
  targets: TargetInputs;
}

/**
 * The profile that stands for a status: the user's own of that key before the central one. A switched-off own profile
 * gives way to the central one; a switched-off central profile leaves the bare status, without note and forwarding.
 */
export function profileOfStatus(status: Status, owner: ProfileOwner): Profile | null {
  return [owner.own.byKey.get(status), owner.central.byKey.get(status)].find((profile) => profile?.active) ?? null;
}

/**
 * The profile that a setting or a rule names, by key or by name (in small or large letters), in the user's own set: so one
 * rule of a location fits groups with profiles of their own. Keys come before names, own profiles before central ones;
 * what is switched off gives way. null: there is none of this name.
 */
export function profileNamed(keyOrName: string, owner: ProfileOwner): Profile | null {
  const name = keyOrName.toLowerCase();
  return (
    [
      owner.own.byKey.get(keyOrName),
      owner.central.byKey.get(keyOrName),
      owner.own.byName.get(name),
      owner.central.byName.get(name),
    ].find((profile) => profile?.active) ?? null
  );
}

/** What the profile with this id, or else the one that stands for the status, comes to for the user. */
export function lookOf(claim: { profileId: string | null; status: Status }, owner: ProfileOwner): Look {
  const chosen = claim.profileId
    ? (owner.own.byId.get(claim.profileId) ?? owner.central.byId.get(claim.profileId))
    : undefined;
  const profile = chosen?.active ? chosen : profileOfStatus(claim.status, owner);
  if (!profile) return { status: claim.status, profileId: null, note: null, forwarding: noForwarding };
  const { forwarding, problem, problemSlot } = forwardingFor(profile.forwarding, owner.targets);
  const look: Look = { status: profile.status, profileId: profile.id, note: profile.note, forwarding };
  if (problem) look.forwardingProblem = problem;
  if (problemSlot) look.forwardingProblemSlot = problemSlot;
  return look;
}
