/** What the matrix is tried on: two locations with everything in them, and people of every role, made by SQL for speed. */
import { randomBytes, randomUUID } from 'node:crypto';
import { hashToken, newToken, sessionCookie } from '../../server/src/api/sessions.ts';
import type { Context } from '../../server/src/context.ts';
import { hashApiToken, newApiToken } from '../../server/src/organization/api-tokens.ts';
import { systemActor } from '../../server/src/organization/audit.ts';
import { startLeaving } from '../../server/src/organization/leaving/start.ts';
import type { Executor } from '../../server/src/store/database.ts';
import type { Role } from '../../server/src/store/schema.ts';

/** Stands in the subject of owner's appointment: nobody else may ever read it. */
export const subject = 'Geheimtermin-5e0c';
/** Stands in every secret that is sent or stored: nobody may ever read it again. */
export const secret = 'Geheimnis-91fd';

/** Stands in addresses that are as good as a secret: whoever keeps them sees them, readers and the audit log don't. */
export const addressSecret = 'Adresse-77aa';

export interface Place {
  locationId: string;
  groupId: string;
}

/** Ids by the names that paths use: a user of a location and what belongs to the user, and to the whole system. */
export type Things = Place & Record<string, string>;

const unique = () => randomBytes(4).toString('hex');
const id = <Row extends { id: unknown }>(row: Row): Row['id'] => row.id;

export async function makePlace(db: Executor, name: string): Promise<Place> {
  const locationId = id(
    await db
      .insertInto('location')
      .values({ name: `${name} ${unique()}`, time_zone: 'Europe/Berlin' })
      .returning('id')
      .executeTakeFirstOrThrow(),
  );
  const groupId = id(
    await db
      .insertInto('configuration_group')
      .values({ location_id: locationId, name: `Group ${unique()}` })
      .returning('id')
      .executeTakeFirstOrThrow(),
  );
  return { locationId, groupId };
}

export async function makePerson(db: Executor, groupId: string, role: Role, locationIds: string[] = []) {
  const name = `Person ${unique()}`;
  const { id: userId } = await db
    .insertInto('users')
    .values({ group_id: groupId, email: `${unique()}@example.com`, display_name: name, time_zone: 'UTC', role })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (const location_id of locationIds)
    await db.insertInto('administered_location').values({ user_id: userId, location_id }).execute();
  return userId;
}

/** @returns the Cookie header of a new session. */
export async function cookieOf(db: Executor, userId: string): Promise<{ cookie: string; sessionId: string }> {
  const token = newToken();
  const { id: sessionId } = await db
    .insertInto('login_session')
    .values({ user_id: userId, token: hashToken(token), expires_at: inDays(1) })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { cookie: `${sessionCookie}=${token}`, sessionId };
}

/** @returns the Authorization header of a new token. */
export async function bearerOf(db: Executor, userId: string, scopes: string[]): Promise<string> {
  const token = newApiToken();
  await db
    .insertInto('api_token')
    .values({ user_id: userId, name: scopes.join(), token: hashApiToken(token), scopes, expires_at: inDays(1) })
    .execute();
  return `Bearer ${token}`;
}

export const inDays = (days: number) => Temporal.Now.instant().add({ hours: 24 * days });

/** A user in the group with one of everything; and one of everything that the system has. */
export async function makeThings({ store, secrets }: Context, place: Place): Promise<Things> {
  return store.db.transaction().execute(async (db) => {
    const userId = await makePerson(db, place.groupId, 'user');
    const otherId = await makePerson(db, place.groupId, 'user');
    const things: Things = { ...place, userId, otherId, token: 'no-such-invitation', function: 'activation' };
    const accountId = randomUUID();
    things.accountId = accountId;
    await db
      .insertInto('account')
      .values({
        ...{ id: accountId, user_id: userId, kind: 'icalendar-file', name: `Calendar ${unique()}` },
        settings: JSON.stringify({ fileName: 'calendar.ics' }),
        secret: secrets.seal(JSON.stringify({ text: secret }), accountId),
      })
      .execute();
    things.calendarId = id(
      await db
        .insertInto('calendar')
        .values({ account_id: accountId, remote_id: 'file', name: 'File' })
        .returning('id')
        .executeTakeFirstOrThrow(),
    );
    const appointment = await db
      .insertInto('appointment')
      .values({
        ...{ user_id: userId, calendar_id: things.calendarId, object_key: 'a', kind: 'event', uid: unique() },
        ...{ starts_at: inDays(0), ends_at: inDays(1), title: subject, show_as: 'busy' },
        ...{ sensitivity: 'normal', response: 'accepted', reminders: [10] },
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    things.reminderId = `${appointment.id}.10`;
    await db
      .insertInto('second_factor')
      .values({ user_id: userId, secret: secrets.seal(secret, userId), confirmed_at: inDays(-1) })
      .execute();
    things.sessionId = (await cookieOf(db, userId)).sessionId;
    await bearerOf(db, userId, ['read']);
    const token = await db.selectFrom('api_token').select('id').where('user_id', '=', userId).executeTakeFirstOrThrow();
    things.tokenId = token.id;
    Object.assign(things, await makeTelephony(db, secrets, userId));
    things.profileId = id(
      await db
        .insertInto('profile')
        .values({ group_id: place.groupId, name: `Profile ${unique()}`, status: 'available', position: 9 })
        .returning('id')
        .executeTakeFirstOrThrow(),
    );
    things.webhookId = randomUUID();
    await db
      .insertInto('webhook')
      .values({
        id: things.webhookId,
        url: `https://127.0.0.1:1/${addressSecret}`,
        secret: secrets.seal(secret, things.webhookId),
      })
      .execute();
    Object.assign(things, await makeOrganization(db, secrets, things));
    return things;
  });
}

async function makeTelephony(db: Executor, secrets: Context['secrets'], userId: string) {
  const phoneSystemId = randomUUID();
  await db
    .insertInto('phone_system')
    .values({
      ...{ id: phoneSystemId, name: `Phones ${unique()}`, kind: 'asterisk', mode: 'paused' },
      settings: JSON.stringify({ host: '127.0.0.1', port: 1 }),
      secret: secrets.seal(JSON.stringify({ username: 'ami', password: secret }), phoneSystemId),
    })
    .execute();
  const extensionId = id(
    await db
      .insertInto('extension')
      .values({ user_id: userId, phone_system_id: phoneSystemId, number: unique() })
      .returning('id')
      .executeTakeFirstOrThrow(),
  );
  return { phoneSystemId, extensionId };
}

async function makeOrganization(db: Executor, secrets: Context['secrets'], { locationId, groupId }: Things) {
  const leaving = await startLeaving(db, { kind: 'user', id: await makePerson(db, groupId, 'user') }, systemActor);
  await db
    .updateTable('leaving')
    .set({ due_at: inDays(1) })
    .where('id', '=', leaving.id)
    .execute();
  const targetId = id(
    await db
      .insertInto('predefined_target')
      .values({ location_id: locationId, name: `Target ${unique()}`, number: '+4930123456' })
      .returning('id')
      .executeTakeFirstOrThrow(),
  );
  const workGroupId = id(
    await db
      .insertInto('work_group')
      .values({ location_id: locationId, name: `Team ${unique()}` })
      .returning('id')
      .executeTakeFirstOrThrow(),
  );
  const sourceId = randomUUID();
  await db
    .insertInto('import_source')
    .values({ id: sourceId, name: `Import ${unique()}`, kind: 'csv', secret: secrets.seal(secret, sourceId) })
    .execute();
  const runId = id(
    await db
      .insertInto('import_run')
      .values({ source_id: sourceId, state: 'planned', plan: '[]' })
      .returning('id')
      .executeTakeFirstOrThrow(),
  );
  const providerId = randomUUID();
  await db
    .insertInto('identity_provider')
    .values({
      ...{ id: providerId, name: `Provider ${unique()}`, issuer: 'https://idp.invalid', client_id: 'c' },
      secret: secrets.seal(secret, providerId),
    })
    .execute();
  return { leavingId: leaving.id, targetId, workGroupId, sourceId, runId, providerId };
}
