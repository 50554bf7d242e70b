/** Where a profile is used, in words for the message that refuses to remove it or to switch it off. */
import { sql } from 'kysely';
import { usesOfStatus } from '../../presence/mapping.ts';
import { hasOwnProfiles, type StoredProfile } from '../../presence/profiles.queries.ts';
import { isBuiltInKey } from '../../presence/profiles.ts';
import { presenceSettingsOf } from '../../presence/settings.ts';
import type { Executor } from '../../store/database.ts';
import { readState } from '../sample-company/state.ts';
import { list, usesInRules } from './rule-uses.queries.ts';

/** Empty: nowhere. */
export async function usesOfProfile(executor: Executor, profile: StoredProfile): Promise<string[]> {
  return [
    ...(await runningChoices(executor, profile.id)),
    ...(profile.userId === null ? await automaticActivation(executor, profile) : []),
    ...(await sampleCompany(executor, profile)),
    ...(await usesInRules(executor, profile, 'keyOrName')),
    ...(await otherSettings(executor, profile.id)),
  ];
}

async function runningChoices(executor: Executor, profileId: string): Promise<string[]> {
  const { rows } = await sql<{ display_name: string }>`
    select distinct users.display_name from claim join users on users.id = claim.user_id
     where claim.profile_id = ${profileId} and (claim.ends_at is null or claim.ends_at > now())
       and (claim.leased_until is null or claim.leased_until > now())
     order by users.display_name`.execute(executor);
  return rows.length === 0 ? [] : [`chosen just now by ${list(rows.map((row) => row.display_name))}`];
}

/** Groups where appointments, the working day or the empty calendar lead to the profile. */
async function automaticActivation(executor: Executor, profile: StoredProfile): Promise<string[]> {
  const { key } = profile;
  if (!isBuiltInKey(key)) return [];
  const groups = executor.selectFrom('configuration_group').select(['name', 'settings']).orderBy('name');
  const rows = await (profile.groupId
    ? groups.where('id', '=', profile.groupId).where(hasOwnProfiles, '=', true)
    : groups.where('location_id', '=', profile.locationId).where(hasOwnProfiles, '=', false)
  ).execute();
  const using = rows.flatMap(({ name, settings }) => {
    const uses = usesOfStatus(key, presenceSettingsOf(settings));
    return uses.length > 0 ? [{ name, why: uses.join(', ') }] : [];
  });
  return [...Map.groupBy(using, ({ why }) => why)].map(
    ([why, of]) => `automatic activation (${why}) of ${list(of.map(({ name }) => name))}`,
  );
}

async function sampleCompany(executor: Executor, profile: StoredProfile): Promise<string[]> {
  if (profile.groupId === null) return [];
  const state = await readState(executor, Temporal.Now.instant());
  return state?.groupId === profile.groupId ? ['the sample company'] : [];
}

/** Any setting that names the profile by its id, whichever function has it. */
async function otherSettings(executor: Executor, profileId: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select 'location ' || name as name from location where position(${profileId} in settings::text) > 0
    union all
    select 'group ' || name from configuration_group where position(${profileId} in individual::text) > 0
    order by name`.execute(executor);
  return rows.length === 0 ? [] : [`settings of ${list(rows.map((row) => row.name))}`];
}
