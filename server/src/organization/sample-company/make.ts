/** Puts the sample company into the store, person by person, and takes it out again completely. */
import { sql } from 'kysely';
import type { Context } from '../../context.ts';
import { markDue } from '../../presence/due.ts';
import type { ForwardingMode, ForwardingTarget, Status } from '../../presence/presence.ts';
import { seedBuiltInProfiles } from '../../presence/profiles.queries.ts';
import type { Executor } from '../../store/database.ts';
import { createAccount } from '../../sync/accounts.ts';
import { systemActor } from '../audit.ts';
import { createExtension } from '../phone-systems.ts';
import { ensureDefaultGroup } from '../setup.ts';
import { calendarText, type SampleEvent } from './event.ts';
import { administratorAs, reception, type SamplePerson, samplePeople } from './people.ts';
import type { SampleState } from './state.ts';

const groupName = 'Sample company';

/** What appointments do to the phones of the sample company. */
const forwarding: readonly {
  key: Status;
  mode: ForwardingMode;
  target: ForwardingTarget | null;
  note: string | null;
}[] = [
  { key: 'appointment', mode: 'all', target: { kind: 'voicemail' }, note: null },
  { key: 'outOfOffice', mode: 'all', target: { kind: 'number', number: reception }, note: 'Reception takes calls.' },
  { key: 'doNotDisturb', mode: 'doNotDisturb', target: null, note: null },
];

/** The group's profiles are its own: its location is taken out with it. */
const ownProfiles = { individual: JSON.stringify({ profiles: {} }), settings: JSON.stringify({ profiles: {} }) };

export async function makeGroup(db: Executor): Promise<{ groupId: string; locationId: string }> {
  const location = await db
    .insertInto('location')
    .values({ name: groupName, time_zone: 'Europe/Berlin' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const group = await db
    .insertInto('configuration_group')
    .values({ location_id: location.id, name: groupName, ...ownProfiles })
    .returning('id')
    .executeTakeFirstOrThrow();
  await seedBuiltInProfiles(db, { groupId: group.id });
  for (const { key, mode, target, note } of forwarding)
    await db
      .updateTable('profile')
      .set({ forwarding_mode: mode, forwarding_target: target && JSON.stringify(target), note })
      .where('group_id', '=', group.id)
      .where('key', '=', key)
      .execute();
  return { groupId: group.id, locationId: location.id };
}

/** Everybody, the administrator first: whose agenda is looked at first moves first. */
export async function everybody(db: Executor, administratorId: string | undefined): Promise<SamplePerson[]> {
  const row =
    administratorId &&
    (await db
      .selectFrom('users')
      .select(['email', 'display_name as name', 'language', 'time_zone as timeZone'])
      .where('id', '=', administratorId)
      .executeTakeFirst());
  return row ? [administratorAs(row), ...samplePeople] : [...samplePeople];
}

export interface PersonInStore {
  userId: string;
  calendar: string;
  soon: string;
}

/** @param administratorId of whom joins instead of being made. Run it in a transaction. */
export async function makePerson(
  context: Pick<Context, 'store' | 'secrets'>,
  db: Executor,
  person: SamplePerson,
  {
    state,
    events,
    soon,
    administratorId,
  }: {
    state: SampleState;
    events: readonly SampleEvent[];
    soon: readonly SampleEvent[];
    administratorId: string | null;
  },
): Promise<PersonInStore> {
  const userId = administratorId ?? (await makeUser(db, person, state.groupId!));
  if (administratorId)
    await db.updateTable('users').set({ group_id: state.groupId! }).where('id', '=', userId).execute();
  await createExtension(db, systemActor, { userId, phoneSystemId: state.phoneSystemId!, number: person.extension });
  const german = person.language === 'de';
  const account = (name: string, list: readonly SampleEvent[]) =>
    createAccount(
      context,
      {
        userId,
        kind: 'icalendar-file',
        name,
        settings: { fileName: 'sample-company.ics' },
        secret: { text: calendarText(name, list, person) },
      },
      db,
    );
  const calendar = await account(german ? 'Beispielkalender' : 'Sample calendar', events);
  const soonAccount = await account(german ? 'Spontane Termine' : 'Short meetings', soon);
  await markDue(db, [userId]);
  return { userId, calendar, soon: soonAccount };
}

async function makeUser(db: Executor, person: SamplePerson, groupId: string): Promise<string> {
  const { id } = await db
    .insertInto('users')
    .values({
      group_id: groupId,
      email: person.email,
      display_name: person.name,
      language: person.language,
      time_zone: person.timeZone,
      mobile_number: person.mobileNumber,
      sample: true,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** All that making it brought; the phones were given back before. Run it in a transaction. */
export async function removeEverything(db: Executor, state: SampleState): Promise<void> {
  const accounts = Object.values(state.accounts).flatMap(({ calendar, soon }) => [calendar, soon]);
  await db.deleteFrom('account').where('id', '=', sql<string>`any(${accounts}::uuid[])`).execute();
  await db.deleteFrom('users').where('sample', '=', true).execute();
  if (state.phoneSystemId) await db.deleteFrom('phone_system').where('id', '=', state.phoneSystemId).execute();
  if (!state.groupId) return;
  // Whoever joined goes back; who was put into the group since goes to the default one.
  if (state.administrator)
    await db
      .updateTable('users')
      .set({ group_id: state.administrator.groupId })
      .where('id', '=', state.administrator.userId)
      .where('group_id', '=', state.groupId)
      .execute();
  const left = await db.selectFrom('users').select('id').where('group_id', '=', state.groupId).execute();
  if (left.length > 0) {
    const groupId = await ensureDefaultGroup(db, 'UTC');
    await db.updateTable('users').set({ group_id: groupId }).where('group_id', '=', state.groupId).execute();
  }
  await db.deleteFrom('configuration_group').where('id', '=', state.groupId).execute();
  if (state.locationId) await db.deleteFrom('location').where('id', '=', state.locationId).execute();
  const changed = [...left.map(({ id }) => id), ...(state.administrator ? [state.administrator.userId] : [])];
  await markDue(db, changed);
  for (const userId of changed) await sql`select pg_notify('agenda', ${userId})`.execute(db);
}
