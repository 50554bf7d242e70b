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

/** "Individual" profiles, so that the group may have some. */
const ownProfiles = { individual: '{"profiles":{}}', settings: '{"profiles":{}}' };

/** Something to resume. */
const paused = (id: string | null) =>
  JSON.stringify({ by: { id, name: 'Somebody' }, reason: null, giveBack: false, until: null, inForce: 0 });

export async function makeGroup(db: Executor, locationId: string): Promise<{ groupId: string }> {
  const { id: groupId } = await db
    .insertInto('configuration_group')
    .values({
      location_id: locationId,
      name: `Group ${unique()}`,
      ...ownProfiles,
      forwarding_paused_at: inDays(-1),
      forwarding_pause: paused(null),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { groupId };
}

export async function makePlace(db: Executor, name: string): Promise<Place> {
  const { id: locationId } = await db
    .insertInto('location')
    .values({ name: `${name} ${unique()}`, time_zone: 'Europe/Berlin' })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { locationId, ...(await makeGroup(db, locationId)) };
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

type Maker = (context: Context, db: Executor, things: Things) => Promise<Record<string, string>>;

/** Each by the name that paths use. What belongs to a user is given to `things.userId`. */
const makers: Record<string, Maker> = {
  async applicationId({ secrets }, db) {
    const applicationId = randomUUID();
    await db
      .insertInto('graph_application')
      .values({
        ...{ id: applicationId, name: `Application ${unique()}`, client_id: 'c', tenant_id: 't', cloud: 'custom' },
        ...{ login_address: 'http://127.0.0.1:1', graph_address: 'http://127.0.0.1:1' },
        credential: secrets.seal(JSON.stringify({ kind: 'secret', secret }), applicationId),
      })
      .execute();
    return { applicationId };
  },
  async exchangeServerId({ secrets }, db) {
    const exchangeServerId = randomUUID();
    await db
      .insertInto('exchange_server')
      .values({
        ...{ id: exchangeServerId, name: `Exchange ${unique()}`, address: 'https://127.0.0.1:1/EWS/Exchange.asmx' },
        ...{ sign_in: 'basic', settings: JSON.stringify({ userName: 'reader' }) },
        credential: secrets.seal(secret, exchangeServerId),
      })
      .execute();
    return { exchangeServerId };
  },
  subscriptionId: async () => ({ subscriptionId: randomUUID() }), // of Microsoft Graph, and known to nobody
  async providerId({ secrets }, db) {
    const providerId = randomUUID();
    await db
      .insertInto('identity_provider')
      .values({
        ...{ id: providerId, name: `Provider ${unique()}`, issuer: 'https://idp.invalid', client_id: 'c' },
        secret: secrets.seal(secret, providerId),
      })
      .execute();
    return { providerId };
  },
  async userId({ secrets }, db, { groupId }) {
    const userId = await makePerson(db, groupId, 'user');
    await db
      .insertInto('second_factor')
      .values({ user_id: userId, secret: secrets.seal(secret, userId), confirmed_at: inDays(-1) })
      .execute();
    await cookieOf(db, userId);
    await db
      .updateTable('users')
      .set({ forwarding_paused_at: inDays(-1), forwarding_pause: paused(userId) })
      .where('id', '=', userId)
      .execute();
    const { id: provider_id } = await db
      .insertInto('identity_provider')
      .values({ name: `Provider ${unique()}`, issuer: 'https://idp.invalid', client_id: 'c' })
      .returning('id')
      .executeTakeFirstOrThrow();
    await db.insertInto('login_identity').values({ provider_id, subject: unique(), user_id: userId }).execute();
    return { userId };
  },
  otherId: async (_, db, { groupId }) => ({ otherId: await makePerson(db, groupId, 'user') }),
  async accountId({ secrets }, db, { userId }) {
    const accountId = randomUUID();
    await db
      .insertInto('account')
      .values({
        ...{ id: accountId, user_id: userId!, kind: 'icalendar-file', name: `Calendar ${unique()}` },
        settings: JSON.stringify({ fileName: 'calendar.ics' }),
        secret: secrets.seal(JSON.stringify({ text: secret }), accountId),
      })
      .execute();
    return { accountId };
  },
  async calendarId(_, db, { accountId }) {
    const { id } = await db
      .insertInto('calendar')
      .values({ account_id: accountId!, remote_id: unique(), name: 'File' })
      .returning('id')
      .executeTakeFirstOrThrow();
    return { calendarId: id };
  },
  async reminderId(_, db, { userId, calendarId }) {
    const uid = unique();
    const { id } = await db
      .insertInto('appointment')
      .values({
        ...{ user_id: userId!, calendar_id: calendarId!, object_key: 'a', kind: 'event', uid },
        ...{ starts_at: inDays(0), ends_at: inDays(1), title: subject, show_as: 'busy' },
        ...{ sensitivity: 'normal', response: 'accepted', reminders: [10] },
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    return { reminderId: `${id}.10`, uid };
  },
  async appointmentId(_, db, { userId, calendarId }) {
    const { id } = await db
      .insertInto('appointment')
      .values({
        ...{ user_id: userId!, calendar_id: calendarId!, object_key: 'a', kind: 'event', uid: unique() },
        ...{ starts_at: inDays(0), ends_at: inDays(1), title: subject, show_as: 'busy' },
        ...{ sensitivity: 'normal', response: 'accepted', open_url: 'https://calendar.example/1' },
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    return { appointmentId: String(id) };
  },
  sessionId: async (_, db, { userId }) => ({ sessionId: (await cookieOf(db, userId!)).sessionId }),
  async tokenId(_, db, { userId }) {
    await bearerOf(db, userId!, ['read']);
    const of = db.selectFrom('api_token').select('id').where('user_id', '=', userId!);
    return { tokenId: (await of.orderBy('created_at', 'desc').executeTakeFirstOrThrow()).id };
  },
  async phoneSystemId({ secrets }, db) {
    const phoneSystemId = randomUUID();
    await db
      .insertInto('phone_system')
      .values({
        ...{ id: phoneSystemId, name: `Phones ${unique()}`, kind: 'asterisk', mode: 'paused' },
        ...{ paused_at: inDays(-1), paused_reason: paused(null) },
        settings: JSON.stringify({ host: '127.0.0.1', port: 1, username: 'ami' }),
        secret: secrets.seal(JSON.stringify({ password: secret }), phoneSystemId),
      })
      .execute();
    return { phoneSystemId };
  },
  async extensionId(_, db, { userId, phoneSystemId }) {
    const { id } = await db
      .insertInto('extension')
      .values({ user_id: userId!, phone_system_id: phoneSystemId!, number: unique() })
      .returning('id')
      .executeTakeFirstOrThrow();
    return { extensionId: id };
  },
  async alertId(_, db, { phoneSystemId, locationId }) {
    const { id } = await db
      .insertInto('alert')
      .values({
        ...{
          kind: 'guard',
          subject_kind: 'phoneSystem',
          subject_id: phoneSystemId!,
          subject_name: 'Phones',
          location_id: locationId,
        },
        detail: '{"changes":30,"phones":100,"share":20}',
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    return { alertId: String(id) };
  },
  async profileId(_, db, { groupId }) {
    const { id } = await db
      .insertInto('profile')
      .values({ group_id: groupId, name: `Profile ${unique()}`, status: 'available', position: 9 })
      .returning('id')
      .executeTakeFirstOrThrow();
    return { profileId: id };
  },
  async origin(_, db, { userId }) {
    const origin = `door ${unique()}`;
    const claim = { user_id: userId!, origin: 'api' as const, key: origin, status: 'unavailable' };
    await db
      .insertInto('claim')
      .values({ ...claim, starts_at: inDays(0), leased_until: inDays(1) })
      .execute();
    return { origin };
  },
  async webhookId({ secrets }, db) {
    const webhookId = randomUUID();
    const url = `https://127.0.0.1:1/${addressSecret}`;
    await db
      .insertInto('webhook')
      .values({ id: webhookId, url, secret: secrets.seal(secret, webhookId) })
      .execute();
    return { webhookId };
  },
  async leavingId(_, db, { groupId }) {
    const leaving = await startLeaving(db, { kind: 'user', id: await makePerson(db, groupId, 'user') }, systemActor);
    await db
      .updateTable('leaving')
      .set({ due_at: inDays(1) })
      .where('id', '=', leaving.id)
      .execute();
    return { leavingId: leaving.id };
  },
  async targetId(_, db, { locationId }) {
    const { id } = await db
      .insertInto('predefined_target')
      .values({ location_id: locationId, name: `Target ${unique()}`, number: '+4930123456' })
      .returning('id')
      .executeTakeFirstOrThrow();
    return { targetId: id };
  },
  async workGroupId(_, db, { locationId }) {
    const { id } = await db
      .insertInto('work_group')
      .values({ location_id: locationId, name: `Team ${unique()}` })
      .returning('id')
      .executeTakeFirstOrThrow();
    return { workGroupId: id };
  },
  async sourceId({ secrets }, db) {
    const sourceId = randomUUID();
    await db
      .insertInto('import_source')
      .values({ id: sourceId, name: `Import ${unique()}`, kind: 'csv', secret: secrets.seal(secret, sourceId) })
      .execute();
    return { sourceId };
  },
  async runId(_, db, { sourceId }) {
    const { id } = await db
      .insertInto('import_run')
      .values({ source_id: sourceId!, state: 'planned', plan: '[]' })
      .returning('id')
      .executeTakeFirstOrThrow();
    return { runId: id };
  },
};

/** A user in the group with one of everything; and one of everything that the system has. */
export async function makeThings(context: Context, place: Place): Promise<Things> {
  const things: Things = { ...place, token: 'no-such-invitation', function: 'activation' };
  await context.store.db.transaction().execute(async (db) => {
    for (const make of Object.values(makers)) Object.assign(things, await make(context, db, things));
  });
  return things;
}

/** The same things, but for a new one of what is named; groups and locations are then empty ones. */
export async function withNew(context: Context, things: Things, name: string): Promise<Things> {
  const { db } = context.store;
  if (name === 'groupId') return { ...things, ...(await makeGroup(db, things.locationId)) };
  if (name === 'locationId') return { ...things, locationId: (await makePlace(db, 'Empty')).locationId };
  const make = makers[name];
  return make
    ? { ...things, ...(await db.transaction().execute((executor) => make(context, executor, things))) }
    : things;
}
