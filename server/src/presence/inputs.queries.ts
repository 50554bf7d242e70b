/** Loads what presence is computed from, for many users at once. */
import { sql } from 'kysely';
import type { Interval } from '../agenda/appointment.ts';
import { appointmentsForPresence } from '../agenda/presence-appointments.queries.ts';
import type { Executor } from '../store/database.ts';
import { synchronizationSettingsOf } from '../sync/settings.ts';
import { type ClientReport, heedsClients } from './clients.ts';
import type { Profile, Status } from './presence.ts';
import { ownProfilesAllowed } from './profile-settings.ts';
import { hasOwnProfiles, profilesOf } from './profiles.queries.ts';
import { emptyProfileIndex, type ProfileIndex, profileIndex } from './profiles.ts';
import { demandsOf, type RuleInputs } from './rules/deciding.ts';
import type { Reach } from './rules/matching.ts';
import { personalRulesOf } from './rules/rules.queries.ts';
import { type PresenceSettings, presenceSettingsOf, type WorkingDay } from './settings.ts';
import { loadTargetInputs, targetKindsOf } from './target-inputs.queries.ts';
import type { PresenceInputs, StoredClaim } from './timeline.ts';

export interface LoadedInputs extends PresenceInputs {
  /** Of the user's group, when it was read. */
  settingsRevision: number;
  /** The mailbox's, which takes the place of the group's in `settings`; null: the group's counts. */
  mailboxDay: WorkingDay | null;
}

/**
 * The inputs of the users' presence in the interval; unknown users are left out. Where somebody's manual choice waits
 * for a boundary, the appointments reach back to when it was made, and on to the last instant it can end at.
 * Appointments are loaded as far around the interval as leads and lags reach, with the details that rules look at.
 * @param interval must not be empty.
 * @param alsoFor rules that aren't in force: what they need is loaded too.
 */
export async function loadInputs(
  executor: Executor,
  userIds: readonly string[],
  interval: Interval,
  alsoFor: readonly Pick<RuleInputs, 'settings' | 'ownRules' | 'choices'>[] = [],
): Promise<Map<string, LoadedInputs>> {
  const users = await usersOf(executor, userIds);
  const groupIds = [...new Set(users.map((user) => user.group_id))];
  const groups = await groupsOf(executor, groupIds);
  const profiles = await profilesFor(executor, groups, userIds);
  const targets = await loadTargetInputs(
    executor,
    users.map((user) => ({ ...user, locationId: groups.get(user.group_id)!.locationId })),
    profiles.targetKinds,
  );
  const claims = await claimsOf(executor, userIds, interval);
  const clients = await clientsOf(executor, users, groups);
  const personal = await personalRulesOf(executor, userIds);
  const ruled = new Map(
    users.map(({ id, group_id, working_day: workingDay }) => {
      const { settings: ofGroup, freeBusyOnly, mailboxHours } = groups.get(group_id)!;
      const mailboxDay = mailboxHours ? workingDay : null;
      const settings = mailboxDay ? { ...ofGroup, workingDay: mailboxDay } : ofGroup;
      const { rules: ownRules, choices } = personal.get(id) ?? noneOfTheirOwn;
      return [id, { settings, mailboxDay, freeBusyOnly, ownRules, choices }];
    }),
  );
  const { needs, reach } = demandsOf([...ruled.values(), ...alsoFor]);
  const around = withReach(withOpenChoices(interval, claims), reach);
  const appointments = await appointmentsForPresence(executor, userIds, around, needs);

  const inputs = new Map<string, LoadedInputs>();
  for (const user of users) {
    const group = groups.get(user.group_id)!;
    inputs.set(user.id, {
      timeZone: user.time_zone,
      ...ruled.get(user.id)!,
      settingsRevision: group.revision,
      profiles: {
        own: (user.active && group.ownProfiles && profiles.byUser.get(user.id)) || emptyProfileIndex,
        central: (user.active && profiles.byOwner.get(group.profilesFrom)) || emptyProfileIndex,
        targets: targets.get(user.id)!,
      },
      claims: user.active ? (claims.get(user.id) ?? []) : [resting],
      clients: (user.active && clients.get(user.id)) || [],
      appointments: (user.active && appointments.get(user.id)) || [],
    });
  }
  return inputs;
}

const noneOfTheirOwn = { rules: [], choices: new Map() };

/** Of a deactivated user: away and, without profiles, forwarded nowhere, whatever the calendars last said. */
const resting: StoredClaim = {
  ...{ id: 0, origin: 'manual', profileId: null, status: 'unavailable', note: null },
  ...{ start: 0, end: null, endRule: 'untilChanged' },
};

const usersOf = (executor: Executor, userIds: readonly string[]) =>
  executor
    .selectFrom('users')
    .select(['id', 'group_id', 'time_zone', 'mobile_number', 'deputy_id', 'assistant_id', 'active', 'working_day'])
    .where('id', '=', sql<string>`any(${[...userIds]}::uuid[])`)
    .execute();

interface LoadedGroup {
  settings: PresenceSettings;
  freeBusyOnly: boolean;
  /** Users' working hours come from their mailboxes, where those tell them. */
  mailboxHours: boolean;
  revision: number;
  locationId: string;
  /** The id of the group or location whose central profiles it has. */
  profilesFrom: string;
  ownProfiles: boolean;
}

async function groupsOf(executor: Executor, groupIds: readonly string[]): Promise<Map<string, LoadedGroup>> {
  const rows = await executor
    .selectFrom('configuration_group')
    .select(['id', 'location_id', 'settings', 'settings_revision', hasOwnProfiles.as('individual')])
    .where('id', '=', sql<string>`any(${[...groupIds]}::uuid[])`)
    .execute();
  return new Map(
    rows.map((row) => [
      row.id,
      {
        settings: presenceSettingsOf(row.settings),
        ...ofCalendars(row.settings),
        revision: row.settings_revision,
        locationId: row.location_id,
        profilesFrom: row.individual ? row.id : row.location_id,
        ownProfiles: ownProfilesAllowed(row.settings),
      },
    ]),
  );
}

function ofCalendars(settings: Record<string, unknown>) {
  const { freeBusyOnly, microsoft365 } = synchronizationSettingsOf(settings);
  return { freeBusyOnly, mailboxHours: microsoft365.mailboxSettings };
}

/** Indexed once a location, a group and a user who has own ones, however many users share them. */
async function profilesFor(executor: Executor, groups: ReadonlyMap<string, LoadedGroup>, userIds: readonly string[]) {
  const owners = [...new Set([...groups.values()].map(({ profilesFrom }) => profilesFrom))];
  // Ids are unique over tables: one list of owners serves both columns.
  const profiles = await profilesOf(executor, { locationIds: owners, groupIds: owners, userIds });
  const indexed = (of: Map<string | null, Profile[]>) =>
    new Map<string | null, ProfileIndex>([...of].map(([owner, list]) => [owner, profileIndex(list)]));
  return {
    byOwner: indexed(Map.groupBy(profiles, (profile) => profile.locationId ?? profile.groupId)),
    byUser: indexed(Map.groupBy(profiles, (profile) => profile.userId)),
    targetKinds: targetKindsOf(profiles),
  };
}

async function claimsOf(
  executor: Executor,
  userIds: readonly string[],
  interval: Interval,
): Promise<Map<string, StoredClaim[]>> {
  const rows = await executor
    .selectFrom('claim')
    .select([
      'id',
      'user_id',
      'origin',
      'key',
      'profile_id',
      'status',
      'note',
      'starts_at',
      'ends_at',
      'end_rule',
      'appointment',
      'leased_until',
      'created_by',
    ])
    .where('user_id', '=', sql<string>`any(${[...userIds]}::uuid[])`)
    .where('starts_at', '<', interval.to)
    .where((where) => where.or([where('ends_at', 'is', null), where('ends_at', '>', interval.from)]))
    .where((where) => where.or([where('leased_until', 'is', null), where('leased_until', '>', interval.from)]))
    .execute();
  const byUser = new Map<string, StoredClaim[]>();
  for (const row of rows) {
    const claim: StoredClaim = {
      id: row.id,
      origin: row.origin,
      profileId: row.profile_id,
      status: row.status as Status,
      note: row.note,
      start: row.starts_at.epochMilliseconds,
      end: row.ends_at?.epochMilliseconds ?? null,
      endRule: row.end_rule,
      appointment: row.appointment,
      ...(row.leased_until && { lease: row.leased_until.epochMilliseconds }),
      ...(row.origin === 'api' && { program: row.key }),
      setBy: row.created_by === row.user_id ? null : row.created_by,
    };
    const known = byUser.get(row.user_id);
    if (known) known.push(claim);
    else byUser.set(row.user_id, [claim]);
  }
  return byUser;
}

/** Of users in groups where something follows from what their clients say; elsewhere nothing is asked. */
async function clientsOf(
  executor: Executor,
  users: ReadonlyArray<{ id: string; group_id: string }>,
  groups: ReadonlyMap<string, LoadedGroup>,
): Promise<Map<string, ClientReport[]>> {
  const heeded = users.filter(({ group_id }) => heedsClients(groups.get(group_id)!.settings.client));
  const byUser = new Map<string, ClientReport[]>();
  if (heeded.length === 0) return byUser;
  const rows = await executor
    .selectFrom('client_report')
    .select(['user_id', 'state', 'since', 'until'])
    .where('user_id', '=', sql<string>`any(${heeded.map(({ id }) => id)}::uuid[])`)
    .execute();
  for (const { user_id, state, since, until } of rows) {
    const report = { state, since: since.epochMilliseconds, until: until.epochMilliseconds };
    const known = byUser.get(user_id);
    if (known) known.push(report);
    else byUser.set(user_id, [report]);
  }
  return byUser;
}

/** A working day ends within eight days of any instant; an appointment counts for a choice that it runs at, or the same day. */
const longestWait = {
  nextBoundary: Temporal.Duration.from({ hours: 8 * 24 }),
  appointmentEnd: Temporal.Duration.from({ hours: 26 }),
};

/** An appointment's claim may begin before it and end after it. */
const withReach = ({ from, to }: Interval, { lead, lag }: Reach): Interval => ({
  from: from.subtract({ milliseconds: lag }),
  to: to.add({ milliseconds: lead }),
});

function withOpenChoices({ from, to }: Interval, claims: ReadonlyMap<string, readonly StoredClaim[]>): Interval {
  for (const { start, end, endRule } of [...claims.values()].flat()) {
    if (end !== null || (endRule !== 'nextBoundary' && endRule !== 'appointmentEnd')) continue;
    const made = Temporal.Instant.fromEpochMilliseconds(start);
    const last = made.add(longestWait[endRule]);
    if (Temporal.Instant.compare(made, from) < 0) from = made;
    if (Temporal.Instant.compare(last, to) > 0) to = last;
  }
  return { from, to };
}
