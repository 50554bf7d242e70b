/** Settings of a group carried out on real accounts: CalDAV against the simulator, files with the text they hold. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tame } from '../../../simulators/caldav/habits.ts';
import { type CaldavSimulator, startCaldavSimulator } from '../../../simulators/caldav/server.ts';
import { makeUser, testContext } from '../../../test/context.ts';
import { openTestStore } from '../../../test/store.ts';
import { agendaOf } from '../agenda/service.ts';
import { caldavConnector } from '../calendars/caldav/connector.ts';
import type { CalendarConnector } from '../calendars/connector.ts';
import { icalendarFileConnector } from '../calendars/icalendar/connector.ts';
import { systemActor } from '../organization/audit.ts';
import { setGroupFunction } from '../organization/settings.ts';
import { createOutbound } from '../outbound/client.ts';
import { createAccount, selectCalendar } from './accounts.ts';
import { accountHealth } from './health.ts';
import { defaultSynchronizationSettings, type SynchronizationSettings } from './settings.ts';
import { pullAccountOnce } from './sync.ts';

const store = await openTestStore();
const context = testContext(store);
const { db } = store;
const outbound = createOutbound({ allowedNetworks: ['127.0.0.1'] });
const noDns = { resolveSrv: async () => [], resolveTxt: async () => [] };
const connectors = [
  caldavConnector(outbound, { resolver: noDns }),
  icalendarFileConnector(),
] as readonly CalendarConnector[];
let simulator: CaldavSimulator;
beforeAll(async () => {
  simulator = await startCaldavSimulator(tame);
});
afterAll(async () => {
  await simulator.stop();
  await outbound.close();
  await store.close();
});

const now = Temporal.Instant.from('2026-04-01T12:00:00Z');
const days = { from: now.subtract({ hours: 24 * 30 }), to: now.add({ hours: 24 * 300 }) };
const secret = 'Zanzibar';
const text = (uid: string, ...lines: string[]) =>
  [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260301T000000Z'],
    ...[`SUMMARY:${secret}`, `LOCATION:${secret}`, `ORGANIZER:mailto:${secret}@x.org`, `CATEGORIES:${secret}`],
    ...[`URL:https://example.com/${secret}`, `CONFERENCE:https://example.com/${secret}`],
    ...[...lines, 'END:VEVENT', 'END:VCALENDAR', ''],
  ].join('\r\n');
const weekly = text('weekly', 'DTSTART:20260406T090000Z', 'DTEND:20260406T100000Z', 'RRULE:FREQ=WEEKLY');

async function people(calendarName: string) {
  simulator.calendars.clear();
  simulator.calendar(calendarName).put('weekly.ics', weekly);
  const { userId, groupId } = await makeUser(db, { timeZone: 'UTC' });
  const caldav = await createAccount(context, {
    ...{ userId, kind: 'caldav', name: 'CalDAV', settings: { address: `${simulator.address}dav/` } },
    secret: { kind: 'basic', username: simulator.user, password: simulator.password },
  });
  const file = await createAccount(context, {
    ...{ userId, kind: 'icalendar-file', name: 'File', settings: { fileName: 'a.ics' } },
    secret: { text: text('once', 'DTSTART:20260407T090000Z', 'DTEND:20260407T100000Z') },
  });
  const set = (value: Partial<SynchronizationSettings>) =>
    db
      .transaction()
      .execute((transaction) =>
        setGroupFunction(
          transaction,
          groupId,
          'synchronization',
          { mode: 'individual', value: { ...defaultSynchronizationSettings, ...value } },
          systemActor,
        ),
      );
  const pull = async (at = now) => {
    for (const id of [caldav, file]) await pullAccountOnce(context, connectors, id, { now: at });
  };
  const titles = async () =>
    (await agendaOf(db, userId, days, { userId }))!.appointments.map(
      ({ start, title }) => `${start.slice(0, 10)} ${title}`,
    );
  const dueNow = async () =>
    (
      await db
        .selectFrom('account')
        .select('id')
        .where('user_id', '=', userId)
        .where('due_at', '<=', sql<Temporal.Instant>`now()`)
        .execute()
    ).length;
  return { userId, groupId, caldav, file, set, pull, titles, dueNow };
}

/** Everything the store has of the user's calendars, secrets opened. */
async function everythingOf(userId: string): Promise<string> {
  const { rows } = await sql<{ all: string }>`
    select coalesce(json_agg(json_build_array(appointment))::text, '') || coalesce((
             select json_agg(calendar_object)::text from calendar_object join calendar on calendar.id = calendar_id
               join account on account.id = account_id where user_id = ${userId}::uuid), '') as "all"
      from appointment where user_id = ${userId}::uuid`.execute(db);
  const accounts = await db.selectFrom('account').select(['id', 'secret']).where('user_id', '=', userId).execute();
  return rows[0]!.all + accounts.map(({ id, secret: sealed }) => context.secrets.open(sealed!, id)).join();
}

test('what is not allowed rests, with its reason, and returns with all it had when it is allowed again', async () => {
  const { userId, caldav, file, set, pull, titles, dueNow } = await people('work');
  await pull();
  expect(await titles()).toContain(`2026-04-06 ${secret}`);
  expect(await titles()).toContain(`2026-04-07 ${secret}`);
  const before = await titles();

  await set({ caldav: { allowed: false } });
  expect(await dueNow()).toBe(2);
  await pull();
  expect(await titles()).toEqual([`2026-04-07 ${secret}`]);
  expect(await accountHealth(db, caldav)).toMatchObject({
    status: 'resting',
    restReason: 'kindNotAllowed',
    message: expect.stringContaining('doesn’t allow calendars of this kind'),
    nextAt: null,
    counts: { objects: 0, appointments: 0 },
  });
  expect((await accountHealth(db, file))!.status).toBe('ok');

  const asked = simulator.requests.length;
  await set({ method: 'off' });
  await pull();
  expect(await titles()).toEqual([]);
  expect(await accountHealth(db, file)).toMatchObject({ status: 'resting', restReason: 'methodOff' });
  expect(simulator.requests.length).toBe(asked);
  const presence = await db.selectFrom('presence_state').select('next_due_at').where('user_id', '=', userId).execute();
  expect(presence.length).toBe(1); // it was told that the appointments are gone

  await set({});
  await pull();
  expect(await titles()).toEqual(before);
  expect(await accountHealth(db, caldav)).toMatchObject({ status: 'ok', restReason: null, message: null });
});

test('free/busy only: subjects go at once, without the source, and the window still rolls on', async () => {
  const { userId, set, pull, titles, caldav } = await people('private');
  await pull();
  expect(await everythingOf(userId)).toContain(secret);
  const dates = (await titles()).map((title) => title.slice(0, 10));

  await set({ freeBusyOnly: true });
  const credentials = simulator.password;
  simulator.password = 'another'; // the source refuses: what is stored goes all the same
  await pull();
  expect((await accountHealth(db, caldav))!.errorClass).toBe('credentials');
  expect(await everythingOf(userId)).not.toContain(secret);
  expect(await titles()).toEqual(dates.map((date) => `${date} `));
  await pull(now.add({ hours: 24 * 20 }));
  expect((await titles()).at(-1)!.slice(0, 10) > dates.at(-1)!).toBe(true);

  simulator.password = credentials;
  simulator.calendar('private').put('new.ics', text('new', 'DTSTART:20260408T090000Z', 'DTEND:20260408T100000Z'));
  await pull();
  expect(await titles()).toContain('2026-04-08 ');
  expect(await everythingOf(userId)).not.toContain(secret);

  await set({});
  await pull();
  expect(await titles()).toContain(`2026-04-08 ${secret}`);
  expect(await titles()).toContain(`2026-04-06 ${secret}`);
  // A file's text was all there was of it: its subjects are gone for good.
  expect(await titles()).toContain('2026-04-07 ');
});

test('the group may choose which calendars are read, and the user’s own choice comes back after it', async () => {
  const { set, pull, titles, caldav } = await people('first');
  simulator.calendar('second').put('b.ics', text('b', 'DTSTART:20260409T090000Z', 'DTEND:20260409T100000Z'));
  await pull();
  const { rows } = await sql<{ id: string }>`
    update calendar set by_default = name <> 'second' where account_id = ${caldav}::uuid
    returning case when name = 'second' then id end as id`.execute(db);
  const second = rows.map(({ id }) => id).find(Boolean)!;
  const hasSecond = async () => (await titles()).includes(`2026-04-09 ${secret}`);
  const hasFirst = async () => (await titles()).includes(`2026-04-06 ${secret}`);
  expect([await hasFirst(), await hasSecond()]).toEqual([true, true]);

  await set({ calendars: 'default' });
  await pull();
  expect([await hasFirst(), await hasSecond()]).toEqual([true, false]);
  await set({});
  await selectCalendar(context, second, false);
  await pull();
  expect(await hasSecond()).toBe(false);
  await set({ calendars: 'all' });
  await pull();
  expect(await hasSecond()).toBe(true);
  await set({});
  await pull();
  expect([await hasFirst(), await hasSecond()]).toEqual([true, false]);
});
