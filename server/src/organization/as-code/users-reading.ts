/** The users that stand, as a company file has them. */

import { sql } from 'kysely';
import { profilesOf } from '../../presence/profiles.queries.ts';
import type { Secrets } from '../../store/secrets.ts';
import { kindsOfNoFile } from './accounts.ts';
import { entryOf } from './central-profiles.ts';
import type { ApplyContext } from './section.ts';
import { openedValue } from './unreadable.ts';
import { type AccountEntry, sorted, type UserEntry } from './users.ts';

interface Row extends Omit<UserEntry, 'accounts' | 'profiles' | 'mobileNumber' | 'deputy' | 'assistant'> {
  id: string;
  email: string;
  mobileNumber: string | null;
  deputy: string | null;
  assistant: string | null;
}

/** Without those of the sample company and those that are leaving. */
export async function readUsers({ transaction, secrets }: ApplyContext): Promise<Record<string, UserEntry>> {
  const { rows } = await sql<Row>`
    select users.id, users.email, users.display_name as "displayName", location.name as location,
           configuration_group.name as "group", users.time_zone as "timeZone", users.language, users.role, users.active,
           users.mobile_number as "mobileNumber", deputy.email as deputy, assistant.email as assistant,
           array(select of.name from administered_location join location of on of.id = administered_location.location_id
                  where administered_location.user_id = users.id order by of.name) as administers,
           (select coalesce(json_agg(json_build_object('phoneSystem', phone_system.name, 'number', number)
                              order by phone_system.name, number), '[]')
              from extension join phone_system on phone_system.id = phone_system_id
             where extension.user_id = users.id
               and not exists (select from leaving where subject_id = extension.id and state = 'running')) as extensions,
           (select coalesce(json_object_agg(other.email, level order by other.email), '{}')
              from relationship join users other on other.id = other_id
             where relationship.user_id = users.id) as relationships
      from users
      join configuration_group on configuration_group.id = users.group_id
      join location on location.id = configuration_group.location_id
      left join users deputy on deputy.id = users.deputy_id
      left join users assistant on assistant.id = users.assistant_id
     where not users.sample and users.leaving_at is null
     order by users.email`.execute(transaction);
  const accounts = await accountsByUser(transaction, secrets);
  const owners = await transaction
    .selectFrom('profile')
    .select('user_id')
    .distinct()
    .where('user_id', 'is not', null)
    .execute();
  const profiles = Map.groupBy(
    await profilesOf(transaction, { userIds: owners.map(({ user_id }) => user_id!) }),
    ({ userId }) => userId,
  );
  const targets = new Map(
    (await transaction.selectFrom('predefined_target').select(['id', 'name']).execute()).map(({ id, name }) => [
      id,
      name,
    ]),
  );
  return Object.fromEntries(
    rows.map(({ id, email, mobileNumber, deputy, assistant, ...row }) => [
      email,
      {
        ...row,
        ...sorted({ ...row, administers: row.role === 'locationAdministrator' ? row.administers : [] }),
        ...(mobileNumber === null ? {} : { mobileNumber }),
        ...(deputy === null ? {} : { deputy }),
        ...(assistant === null ? {} : { assistant }),
        accounts: accounts.get(id) ?? {},
        profiles: Object.fromEntries(
          (profiles.get(id) ?? []).map((profile) => [profile.name, entryOf(profile, targets)]),
        ),
      },
    ]),
  );
}

async function accountsByUser(
  transaction: ApplyContext['transaction'],
  secrets: Secrets,
): Promise<Map<string, Record<string, AccountEntry>>> {
  const rows = await transaction
    .selectFrom('account')
    .where('kind', 'not in', kindsOfNoFile)
    .select(['id', 'user_id', 'kind', 'name', 'settings', 'secret'])
    .orderBy('name')
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  const byUser = new Map<string, Record<string, AccountEntry>>();
  for (const row of rows) {
    const of = byUser.get(row.user_id) ?? {};
    byUser.set(row.user_id, of);
    of[Object.hasOwn(of, row.name) ? `${row.name} (${row.id})` : row.name] = {
      kind: row.kind,
      settings: row.settings,
      ...(row.secret === null ? {} : { secret: openedValue(secrets, row.secret, row.id) }),
    };
  }
  return byUser;
}
