/** The agenda as its owner, a colleague and an administrator read it, from the store. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeUser, testContext } from '../../../test/context.ts';
import { openTestStore } from '../../../test/store.ts';
import { createAccount } from '../sync/accounts.ts';
import { appointmentsForPresence } from './presence-appointments.queries.ts';
import { AgendaHidden } from './privacy.ts';
import { agendaOf, dismiss, remindersOf, snooze, undismiss } from './service.ts';

const store = await openTestStore();
afterAll(() => store.close());
const { db } = store;
const at = Temporal.Instant.from;
const day = { from: at('2026-03-02T00:00:00Z'), to: at('2026-03-03T00:00:00Z') };
let owner: string;
let openOwner: string;
let colleague: string;
let administrator: string;
let calendars: string[];

async function makeCalendar(userId: string, kind: string, name: string): Promise<string> {
  const accountId = await createAccount(testContext(store), { userId, kind, name, settings: {} });
  const { id } = await db
    .insertInto('calendar')
    .values({ account_id: accountId, remote_id: name, name, color: '#123456' })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

let number = 0;
const add = (userId: string, calendarId: string, over: Record<string, unknown> = {}) =>
  db
    .insertInto('appointment')
    .values({
      user_id: userId,
      calendar_id: calendarId,
      object_key: String(++number),
      kind: 'event',
      uid: String(number),
      starts_at: at('2026-03-02T09:00:00Z'),
      ends_at: at('2026-03-02T10:00:00Z'),
      title: 'Secret plans',
      location: 'Room 5',
      organizer: 'Bob',
      show_as: 'busy',
      sensitivity: 'normal',
      response: 'accepted',
      ...over,
    })
    .execute();

beforeAll(async () => {
  owner = (await makeUser(db)).userId;
  const detail = { external: 'nothing', employee: 'public', colleague: 'allButPrivate', assistant: 'allButPrivate' };
  openOwner = (await makeUser(db, { settings: { privacy: { detail } } })).userId;
  administrator = (await makeUser(db)).userId;
  await db.updateTable('users').set({ role: 'administrator' }).where('id', '=', administrator).execute();
  colleague = (await makeUser(db)).userId;
  calendars = [await makeCalendar(owner, 'caldav', 'Work'), await makeCalendar(owner, 'icalendar-address', 'Feed')];
  await add(owner, calendars[0]!, { uid: 'both', title: 'The meeting', location: null, reminders: [15] });
  await add(owner, calendars[1]!, {
    uid: 'both',
    title: 'Busy',
    response: 'none',
    sensitivity: 'private',
    reminders: [15, 60],
  });
  await add(owner, calendars[0]!, { uid: 'declined', response: 'declined' });
  await add(owner, calendars[0]!, { uid: 'free', show_as: 'free' });
  await add(owner, calendars[0]!, { uid: 'task', kind: 'task' });
  await add(owner, calendars[0]!, { uid: 'tomorrow', starts_at: day.to, ends_at: day.to.add({ hours: 1 }) });
  await add(owner, calendars[0]!, { uid: 'before', starts_at: day.from.subtract({ hours: 1 }), ends_at: day.from });
  await add(owner, calendars[0]!, { uid: 'moment', starts_at: day.from, ends_at: day.from });
  const open = await makeCalendar(openOwner, 'caldav', 'Open');
  await add(openOwner, open, { uid: 'open', title: 'Open subject' });
  await add(openOwner, open, { uid: 'personal', title: 'Personal subject', sensitivity: 'personal' });
  await add(openOwner, open, { uid: 'private', sensitivity: 'private' });
  await add(openOwner, open, { uid: 'confidential', sensitivity: 'confidential' });
});

test('the owner sees everything, each meeting once, with the calendars that hold it', async () => {
  const agenda = (await agendaOf(db, owner, day, { userId: owner }))!;
  expect(agenda.timeZone).toBe('Europe/Berlin');
  expect(agenda.appointments.map(({ uid }) => uid)).toEqual(['moment', 'both', 'declined', 'free', 'task']);
  expect(agenda.appointments[1]).toMatchObject({
    title: 'The meeting',
    location: 'Room 5',
    sensitivity: 'private',
    response: 'accepted',
    allDay: false,
    sources: [{ calendarName: 'Work' }, { calendarName: 'Feed' }],
  });
});

test('others, administrators too, see when somebody is busy and nothing more', async () => {
  for (const viewer of [colleague, administrator]) {
    const agenda = (await agendaOf(db, owner, day, { userId: viewer }))!;
    expect(agenda.appointments.map(({ start, showAs }) => [start, showAs])).toEqual([
      [day.from.toString(), 'busy'],
      ['2026-03-02T09:00:00Z', 'busy'],
    ]);
    for (const text of ['meeting', 'Secret', 'Room', 'Bob', 'Work', 'private', 'both'])
      expect(JSON.stringify(agenda)).not.toContain(text);
  }
});

test('what others see goes by what they are to the owner; private subjects are for nobody, and none for administrators', async () => {
  const titles = async (viewer: string) =>
    (await agendaOf(db, openOwner, day, { userId: viewer }))!.appointments.map(({ title }) => title);
  const choose = (viewer: string, level: 'external' | 'employee' | 'colleague' | 'assistant') =>
    db
      .insertInto('relationship')
      .values({ user_id: openOwner, other_id: viewer, level })
      .onConflict((conflict) => conflict.columns(['user_id', 'other_id']).doUpdateSet({ level }))
      .execute();
  expect(await titles(colleague)).toEqual(['Open subject', null, null, null]);
  expect(await titles(administrator)).toEqual([null, null, null, null]);
  await choose(colleague, 'colleague');
  expect(await titles(colleague)).toEqual(['Open subject', 'Personal subject', null, null]);
  await choose(administrator, 'assistant');
  expect(await titles(administrator)).toEqual([null, null, null, null]);
  await choose(colleague, 'external');
  await expect(titles(colleague)).rejects.toThrow('Ada Example’s agenda isn’t shown to you');
  await choose(administrator, 'external');
  await expect(titles(administrator)).rejects.toThrow(AgendaHidden);
});

test('an agenda of nobody is none', async () => {
  expect(await agendaOf(db, crypto.randomUUID(), day, { userId: owner })).toBeNull();
  expect(await remindersOf(db, crypto.randomUUID(), day)).toEqual([]);
});

test('a reminder of merged copies appears once, is snoozed out of the interval and back, dismissed and brought back', async () => {
  const list = () => remindersOf(db, owner, { from: at('2026-03-02T08:00:00Z'), to: at('2026-03-02T09:00:00Z') });
  const [hour, quarter] = await list();
  expect([hour, quarter].map((one) => one!.minutesBefore)).toEqual([60, 15]);
  expect(await list()).toHaveLength(2);
  const later = at('2026-03-02T11:00:00Z');
  expect(await snooze(db, owner, quarter!.id, later)).toMatchObject({ due: later, snoozedUntil: later });
  expect(await list()).toHaveLength(1);
  const afternoon = { from: at('2026-03-02T10:30:00Z'), to: at('2026-03-02T11:30:00Z') };
  expect((await remindersOf(db, owner, afternoon)).map(({ id }) => id)).toEqual([quarter!.id]);
  const now = at('2026-03-02T11:01:00Z');
  await dismiss(db, owner, quarter!.id, now);
  expect((await remindersOf(db, owner, afternoon))[0]!.dismissedAt).toEqual(now);
  await undismiss(db, owner, quarter!.id);
  expect((await remindersOf(db, owner, afternoon))[0]!.dismissedAt).toBeNull();

  // Of another user, of no appointment, of no such minutes, no name at all.
  for (const [user, id] of [
    [colleague, quarter!.id],
    [owner, '999999.15'],
    [owner, `${quarter!.id}7`],
    [owner, 'x'],
  ] as const)
    expect(await dismiss(db, user, id, now)).toBeNull();
});

test('presence gets merged events of many users at once, without tasks and without titles', async () => {
  const found = await appointmentsForPresence(db, [owner, openOwner, colleague], day);
  expect([...found.keys()].sort()).toEqual([owner, openOwner].sort());
  const mine = found.get(owner)!;
  expect(mine.map(({ uid, response, sensitivity }) => [uid, response, sensitivity])).toEqual([
    ['both', 'accepted', 'private'],
    ['declined', 'declined', 'normal'],
    ['free', 'accepted', 'normal'],
  ]);
  expect(await appointmentsForPresence(db, [], day)).toEqual(new Map());
});
