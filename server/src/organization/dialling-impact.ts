/** What other dialling rules of a location would forbid, told before they are saved and when they are: nothing here writes. */
import { sql } from 'kysely';
import { ApiError } from '../api/errors.ts';
import type { ForwardingTarget } from '../presence/presence.ts';
import type { Executor } from '../store/database.ts';
import { type Dialling, diallingOf } from '../telephony/dialling.ts';
import { type DiallingRules, diallingRulesOf } from '../telephony/dialling-rules.ts';
import { loadNumberingPlan } from '../telephony/numbering-plan.ts';
import { settled } from './dialling.ts';

export interface RefusedNumber {
  /** Of the profile, target, user or work group. */
  id: string;
  name: string;
  number: string;
  /** For people. */
  reason: string;
}

/** Those that could be dialled until now; the first ten by name. */
export interface RefusedNumbers {
  count: number;
  first: RefusedNumber[];
}

export interface DiallingImpact {
  /** What to see to, for people. */
  warnings: string[];
  profiles: RefusedNumbers;
  predefinedTargets: RefusedNumbers;
  mobileNumbers: RefusedNumbers;
  workGroups: RefusedNumbers;
}

const mostShown = 10;

/** @throws ApiError notFound */
export async function diallingImpact(
  executor: Executor,
  locationId: string,
  rules: DiallingRules,
): Promise<DiallingImpact> {
  const plan = await loadNumberingPlan();
  const locations = await executor.selectFrom('location').select(['id', 'dialling', 'time_zone']).execute();
  const diallings = new Map(locations.map(({ id, dialling }) => [id, diallingOf(diallingRulesOf(dialling), plan)]));
  const before = diallings.get(locationId);
  const location = locations.find(({ id }) => id === locationId);
  if (!before || !location) throw new ApiError('notFound', 'There is no such location.');
  const asked = await settled(rules, location.time_zone);
  const after = diallingOf(asked, plan);
  const newlyRefused = (candidates: readonly Candidate[]): RefusedNumbers => {
    const refused = candidates.flatMap(({ read = byNumber, ...candidate }): RefusedNumber[] => {
      const { reason } = read(after, candidate.number);
      return reason === null || read(before, candidate.number).reason !== null ? [] : [{ ...candidate, reason }];
    });
    return { count: refused.length, first: refused.slice(0, mostShown) };
  };
  return {
    warnings: countryWarnings(asked),
    profiles: newlyRefused(await profilesWithNumbers(executor, locationId)),
    predefinedTargets: newlyRefused(await predefinedTargets(executor, locationId)),
    mobileNumbers: newlyRefused(await mobileNumbers(executor, locationId)),
    workGroups: newlyRefused(await teams(executor, locationId, diallings)),
  };
}

/** Pure. */
export function countryWarnings({ country, countryAssumed }: DiallingRules): string[] {
  if (country === null)
    return ['No country is set: only numbers written with + are checked, all others are dialled as they were written.'];
  return countryAssumed ? [`The country ${country} is assumed from the time zone. Confirm it, or choose another.`] : [];
}

interface Candidate {
  id: string;
  name: string;
  number: string;
  /** Left out: as forwarding targets are read. */
  read?: (dialling: Dialling, number: string) => { reason: string | null };
}

const byNumber = (dialling: Dialling, number: string) => dialling.read(number);

/** Central ones of the location and its groups, and its users' own. */
async function profilesWithNumbers(executor: Executor, locationId: string): Promise<Candidate[]> {
  const { rows } = await sql<{
    id: string;
    name: string;
    owner: string | null;
    targets: Array<ForwardingTarget | null>;
  }>`
    select profile.id, profile.name, coalesce(users.display_name, configuration_group.name) as owner,
           jsonb_build_array(forwarding_target, busy_target, unanswered_target) as targets
      from profile
      left join users on users.id = profile.user_id
      left join configuration_group on configuration_group.id = coalesce(users.group_id, profile.group_id)
     where coalesce(profile.location_id, configuration_group.location_id) = ${locationId}::uuid
       and 'number' in (forwarding_target ->> 'kind', busy_target ->> 'kind', unanswered_target ->> 'kind')
     order by profile.name, owner, profile.id`.execute(executor);
  return rows.flatMap(({ id, name, owner, targets }) =>
    targets.flatMap((target): Candidate[] =>
      target?.kind === 'number'
        ? [{ id, name: owner === null ? name : `${name} (${owner})`, number: target.number }]
        : [],
    ),
  );
}

const predefinedTargets = (executor: Executor, locationId: string): Promise<Candidate[]> =>
  executor
    .selectFrom('predefined_target')
    .select(['id', 'name', 'number'])
    .where('location_id', '=', locationId)
    .orderBy('name')
    .execute();

async function mobileNumbers(executor: Executor, locationId: string): Promise<Candidate[]> {
  const rows = await executor
    .selectFrom('users')
    .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
    .select(['users.id', 'display_name as name', 'mobile_number as number'])
    .where('location_id', '=', locationId)
    .where('mobile_number', 'is not', null)
    .orderBy('display_name')
    .orderBy('email')
    .$narrowType<{ number: string }>()
    .execute();
  return rows;
}

/** Numbers that somebody at the location may be forwarded to; internal ones by the rules of the work group's location. */
async function teams(
  executor: Executor,
  locationId: string,
  diallings: ReadonlyMap<string, Dialling>,
): Promise<Candidate[]> {
  const { rows } = await sql<{ id: string; name: string; number: string; locationId: string | null }>`
    select id, name, number, location_id as "locationId" from work_group
     where number is not null
       and (location_id = ${locationId}::uuid
            or exists (select from work_group_member
                         join users on users.id = work_group_member.user_id
                         join configuration_group on configuration_group.id = users.group_id
                        where work_group_id = work_group.id and configuration_group.location_id = ${locationId}::uuid))
     order by name`.execute(executor);
  return rows.map(({ locationId: own, ...team }) => ({
    ...team,
    read(dialling, number) {
      const elsewhere = own !== null && own !== locationId && diallings.get(own)?.read(number).kind === 'internal';
      return elsewhere ? dialling.extension(number) : dialling.read(number);
    },
  }));
}
