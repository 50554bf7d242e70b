/** Loads what forwarding targets are resolved with, for many users at once, and of it only what their profiles name. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import { type Dialling, diallingOf } from '../telephony/dialling.ts';
import { diallingRulesOf } from '../telephony/dialling-rules.ts';
import { loadNumberingPlan } from '../telephony/numbering-plan.ts';
import type { OwnExtension, Person, TargetInputs } from './forwarding-target.ts';
import type { ForwardingTarget, Profile } from './presence.ts';

export interface TargetUser {
  id: string;
  locationId: string;
  mobile_number: string | null;
  deputy_id: string | null;
  assistant_id: string | null;
}

export type TargetKind = ForwardingTarget['kind'];

/** Which kinds of targets the profiles forward to. */
export const targetKindsOf = (profiles: readonly Pick<Profile, 'forwarding'>[]): ReadonlySet<TargetKind> =>
  new Set(
    profiles.flatMap(({ forwarding: { target, busy, unanswered } }) =>
      [target, busy, unanswered].flatMap((each) => each?.kind ?? []),
    ),
  );

const any = (ids: readonly string[]) => sql<string>`any(${[...new Set(ids)]}::uuid[])`;

/** @returns for every user; what none of `kinds` needs is left empty. */
export async function loadTargetInputs(
  executor: Executor,
  users: readonly TargetUser[],
  kinds: ReadonlySet<TargetKind>,
): Promise<Map<string, TargetInputs>> {
  const locationIds = users.map(({ locationId }) => locationId);
  const people = await peopleOf(executor, users, kinds);
  const teams = kinds.has('team') ? await teamsOf(executor, users) : null;
  const predefined = kinds.has('predefined') ? await predefinedNumbers(executor, locationIds) : null;
  const elsewhere = [...people.others.values(), ...(teams?.values() ?? [])].map(({ locationId }) => locationId ?? []);
  const diallings = [...kinds].some((kind) => kind !== 'voicemail')
    ? await diallingsOf(executor, [...locationIds, ...elsewhere.flat()])
    : null;
  const personOf = (id: string | null, locationId: string): Person | null => {
    const other = id === null ? undefined : people.others.get(id);
    if (!other) return null;
    const mobileNumber = numberFrom(other.mobileNumber, other.locationId, locationId, diallings);
    return { mobileNumber, extensions: other.extensions };
  };
  const teamOf = (userId: string, locationId: string): TargetInputs['team'] => {
    const team = teams?.get(userId);
    if (!team) return null;
    const kind = team.locationId && diallings?.get(team.locationId)?.read(team.number).kind;
    if (kind === 'internal') return { number: team.number, internal: true };
    const number = numberFrom(team.number, team.locationId, locationId, diallings);
    return number === null ? null : { number, internal: false };
  };
  return new Map(
    users.map((user) => [
      user.id,
      {
        mobileNumber: user.mobile_number,
        extensions: people.extensions.get(user.id) ?? [],
        deputy: personOf(user.deputy_id, user.locationId),
        assistant: personOf(user.assistant_id, user.locationId),
        team: teamOf(user.id, user.locationId),
        predefined: predefined?.get(user.locationId) ?? noNumbers,
        dialling: diallings?.get(user.locationId) ?? nothingIsDialled,
      },
    ]),
  );
}

/** The same for one user, who is looked up; null when there is no such user. */
export async function targetInputsOf(
  executor: Executor,
  userId: string,
  kinds: ReadonlySet<TargetKind>,
): Promise<TargetInputs | null> {
  const user = await executor
    .selectFrom('users')
    .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
    .select(['users.id', 'location_id as locationId', 'mobile_number', 'deputy_id', 'assistant_id'])
    .where('users.id', '=', userId)
    .executeTakeFirst();
  if (!user) return null;
  return (await loadTargetInputs(executor, [user], kinds)).get(userId) ?? null;
}

/** As far as it goes without a user: what is the same for everybody at the location. */
export async function centralTargetInputs(
  executor: Executor,
  locationId: string,
  kinds: ReadonlySet<TargetKind>,
): Promise<TargetInputs> {
  const id = '00000000-0000-0000-0000-000000000000';
  const nobody: TargetUser = { id, locationId, mobile_number: null, deputy_id: null, assistant_id: null };
  return (await loadTargetInputs(executor, [nobody], kinds)).get(id)!;
}

/**
 * A number that is kept at one location, for somebody at another: what is written without country code means a number
 * of the country where it is kept. Null where that isn't known. @param from null: kept for all locations.
 */
function numberFrom(
  number: string | null,
  from: string | null,
  to: string,
  diallings: ReadonlyMap<string, Dialling> | null,
): string | null {
  if (number === null || from === null || from === to || number.trim().startsWith('+')) return number;
  return diallings?.get(from)?.read(number).e164 ?? null;
}

const noNumbers: ReadonlyMap<string, string> = new Map();

/** Stands where no profile forwards to a number. */
const nothingIsDialled: Dialling = {
  read: (shown) => ({ kind: 'refused', e164: null, shown, dialled: null, problem: null, reason: null }),
  extension: (shown) => ({ kind: 'refused', e164: null, shown, dialled: null, problem: null, reason: null }),
};

/** The users' own extensions, and where their deputies and assistants can be reached. */
async function peopleOf(executor: Executor, users: readonly TargetUser[], kinds: ReadonlySet<TargetKind>) {
  const otherIds = users.flatMap(({ deputy_id, assistant_id }) => [
    ...(kinds.has('deputy') && deputy_id ? [deputy_id] : []),
    ...(kinds.has('assistant') && assistant_id ? [assistant_id] : []),
  ]);
  const rows = await executor
    .selectFrom('extension')
    .select(['user_id', 'phone_system_id as phoneSystemId', 'number'])
    .where('user_id', '=', any([...users.map(({ id }) => id), ...otherIds]))
    .orderBy('number')
    .execute();
  const extensions = new Map<string, OwnExtension[]>();
  for (const { user_id, ...extension } of rows) {
    const known = extensions.get(user_id);
    if (known) known.push(extension);
    else extensions.set(user_id, [extension]);
  }
  return { extensions, others: await othersOf(executor, otherIds, extensions) };
}

/** Those of them that are active. */
async function othersOf(executor: Executor, ids: readonly string[], extensions: ReadonlyMap<string, OwnExtension[]>) {
  const others = new Map<string, Person & { locationId: string }>();
  if (ids.length === 0) return others;
  const rows = await executor
    .selectFrom('users')
    .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
    .select(['users.id', 'mobile_number as mobileNumber', 'location_id as locationId'])
    .where('users.id', '=', any(ids))
    .where('active', '=', true)
    .execute();
  for (const { id, ...row } of rows) others.set(id, { ...row, extensions: extensions.get(id) ?? [] });
  return others;
}

async function teamsOf(executor: Executor, users: readonly TargetUser[]) {
  const rows = await executor
    .selectFrom('work_group_member as member')
    .innerJoin('work_group', 'work_group.id', 'member.work_group_id')
    .distinctOn('member.user_id')
    .select(['member.user_id', 'work_group.location_id as locationId'])
    .select((of) => of.ref('work_group.number').$notNull().as('number'))
    .where('member.user_id', '=', any(users.map(({ id }) => id)))
    .where('work_group.number', 'is not', null)
    .orderBy('member.user_id')
    .orderBy('work_group.name')
    .execute();
  return new Map(rows.map(({ user_id, ...team }) => [user_id, team]));
}

async function predefinedNumbers(executor: Executor, locationIds: readonly string[]) {
  const rows = await executor
    .selectFrom('predefined_target')
    .select(['id', 'location_id', 'number'])
    .where('location_id', '=', any(locationIds))
    .execute();
  const byLocation = Map.groupBy(rows, (row) => row.location_id);
  return new Map(
    [...byLocation].map(([location, of]) => [location, new Map(of.map(({ id, number }) => [id, number]))]),
  );
}

async function diallingsOf(executor: Executor, locationIds: readonly string[]): Promise<Map<string, Dialling>> {
  const plan = await loadNumberingPlan();
  const rows = await executor
    .selectFrom('location')
    .select(['id', 'dialling'])
    .where('id', '=', any(locationIds))
    .execute();
  return new Map(rows.map(({ id, dialling }) => [id, diallingOf(diallingRulesOf(dialling), plan)]));
}
