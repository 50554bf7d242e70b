/**
 * Claims beside the calendar over HTTP and live: choices that end with their appointment, programs with leases, clients,
 * the stack of all of them; notes as each reader gets them; and that what is private reaches nobody else in any of it.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Person, startTestServer, type TestServer } from '../../../test/api-client.ts';
import { openEvents } from '../../../test/events.ts';
import { until } from '../../../test/product.ts';
import { seedOfThisRun } from '../../../test/seed.ts';
import { calendarDetails, relationshipLevels } from '../agenda/privacy-settings.ts';
import { markDue } from '../presence/due.ts';
import { putProgramClaim } from '../presence/program-claims.ts';
import { recordsInDatabase } from '../telephony/records.queries.ts';

type User = Person & { id: string; email: string };
let server: TestServer;
let admin: Person & { id: string };
let owner: User;
let other: User;
let groupId: string;
let calendars: string[];
const db = () => server.server.context.store.db;
const now = () => Temporal.Now.instant().round('millisecond');
const inMinutes = (minutes: number) => now().add({ milliseconds: minutes * 60_000 });

beforeAll(async () => {
  server = await startTestServer(['api', 'activation']);
  admin = server.administrator;
  owner = await server.newUser('Olga Owner');
  other = await server.newUser('Otto Other');
  groupId = (await admin.call('GET', '/users')).body.users[0].groupId;
  calendars = [];
  for (const name of ['Work', 'Shared']) {
    const account = { user_id: owner.id, kind: 'icalendar-file', name, due_at: now().add({ hours: 1_000 }) };
    const { id } = await db().insertInto('account').values(account).returning('id').executeTakeFirstOrThrow();
    const calendar = { account_id: id, remote_id: name, name };
    const made = await db().insertInto('calendar').values(calendar).returning('id').executeTakeFirstOrThrow();
    calendars.push(made.id);
  }
});
afterAll(() => server?.stop());
beforeEach(async () => {
  await db().deleteFrom('appointment').execute();
  await db().deleteFrom('claim').execute();
  await db().deleteFrom('client_report').execute();
  await db().deleteFrom('relationship').execute();
  await markDue(db(), [owner.id]);
});

interface Made {
  uid?: string;
  title?: string;
  start: Temporal.Instant;
  end: Temporal.Instant;
  sensitivity?: string;
  showAs?: string;
  calendar?: number;
}
async function putAppointment({ uid = 'meeting', start, end, ...made }: Made): Promise<void> {
  await db()
    .transaction()
    .execute(async (transaction) => {
      const values = {
        ...{
          user_id: owner.id,
          calendar_id: calendars[made.calendar ?? 0]!,
          object_key: uid,
          kind: 'event' as const,
          uid,
        },
        ...{ starts_at: start, ends_at: end, title: made.title ?? 'Budget', show_as: made.showAs ?? 'busy' },
        ...{ sensitivity: made.sensitivity ?? 'normal', response: 'accepted' },
      };
      await transaction
        .insertInto('appointment')
        .values(values)
        .onConflict((conflict) =>
          conflict
            .columns(['calendar_id', 'object_key', 'uid', 'occurrence'])
            .doUpdateSet({ starts_at: start, ends_at: end }),
        )
        .execute();
      await markDue(transaction, [owner.id]);
    });
}
async function removeAppointment(): Promise<void> {
  await db()
    .transaction()
    .execute(async (transaction) => {
      await transaction.deleteFrom('appointment').execute();
      await markDue(transaction, [owner.id]);
    });
}
const presence = async (viewer: Person = owner) => (await viewer.call('GET', `/users/${owner.id}/presence`)).body;
const shows = (what: string, wanted: (seen: Awaited<ReturnType<typeof presence>>) => boolean) =>
  until(what, () => presence(), wanted);
const stack = async (viewer: Person = owner) =>
  (await viewer.call('GET', `/users/${owner.id}/presence/stack`)).body.entries;
const isAppointment = ({ reason }: { reason: { origin: string } }) => reason.origin === 'appointment';
const choose = (choice: Record<string, unknown>) => owner.call('PUT', '/users/me/presence/manual', choice);
async function setActivation(value: Record<string, unknown>): Promise<void> {
  const body = { mode: 'individual', value };
  const { status, text } = await admin.call('PUT', `/groups/${groupId}/functions/activation`, body);
  expect(status, text).toBe(200);
}

describe('a choice until the appointment ends', () => {
  const choice = { status: 'doNotDisturb', end: { rule: 'appointmentEnd' } };

  test('ends with it, follows it when it is moved, and ends at once when it is gone', async () => {
    const [start, end] = [inMinutes(-10), inMinutes(30)];
    await putAppointment({ start, end });
    await shows('the appointment', ({ status }) => status === 'appointment');
    expect((await choose(choice)).status).toBe(202);
    await shows('its end', (seen) => seen.status === 'doNotDisturb' && seen.until === end.toString());
    const later = inMinutes(90);
    await putAppointment({ start: inMinutes(-5), end: later });
    await shows('the end it was moved to', ({ until }) => until === later.toString());
    await removeAppointment();
    const after = await shows('no choice', ({ status }) => status === 'available');
    expect(after.reason).toEqual({ origin: 'default' });
    // It is over for good: the appointment's return doesn't bring it back.
    await putAppointment({ start, end });
    await shows('the appointment', ({ status }) => status === 'appointment');
  });

  test('is for one that runs, of several the one that was named; else it is refused', async () => {
    const refused = await choose(choice);
    expect([refused.status, refused.body.error.field]).toEqual([400, 'end']);
    await putAppointment({ uid: 'long', start: inMinutes(-10), end: inMinutes(90) });
    await putAppointment({ uid: 'short', start: inMinutes(-10), end: inMinutes(20) });
    await choose({ ...choice, end: { rule: 'appointmentEnd', uid: 'short', occurrence: '' } });
    const ends = (minutes: number) => (seen: { until: string | null; status: string }) =>
      seen.status === 'doNotDisturb' &&
      Math.abs(Date.parse(seen.until ?? '') - inMinutes(minutes).epochMilliseconds) < 30_000;
    await shows('the end of the short one', ends(20));
    await choose(choice);
    await shows('the end of the one that counts', ends(90));
    expect((await choose({ ...choice, end: { rule: 'appointmentEnd', uid: 'other' } })).status).toBe(400);
  });

  test('is for none that is over and lasts on by its rule, and ends without what the rule adds', async () => {
    const rule = { name: 'Way home', when: {}, effect: { profile: 'appointment', leadMinutes: 5, lagMinutes: 30 } };
    await setActivation({ rules: [rule], manualEnd: 'appointmentEnd' });
    const lagEnds = inMinutes(25);
    await putAppointment({ uid: 'over', start: inMinutes(-60), end: lagEnds.subtract({ minutes: 30 }) });
    await shows('the lag', (seen) => seen.status === 'appointment' && seen.until === lagEnds.toString());
    expect((await choose(choice)).body.error?.field).toBe('end');
    await choose({ status: 'doNotDisturb' });
    await shows('the next boundary', (seen) => seen.status === 'doNotDisturb' && seen.until === lagEnds.toString());
    await owner.call('DELETE', '/users/me/presence/manual');
    const end = inMinutes(20);
    await putAppointment({ uid: 'running', start: inMinutes(-2), end });
    await until('both in the stack', stack, (entries) => entries.filter(isAppointment).length === 2);
    const [first] = (await stack()).filter((entry: { appointmentEnd?: string }) => entry.appointmentEnd! > `${now()}`);
    expect(first).toMatchObject({ appointmentEnd: end.toString(), until: end.add({ minutes: 30 }).toString() });
    await choose({ status: 'beRightBack' });
    await shows('its own end', (seen) => seen.status === 'beRightBack' && seen.until === end.toString());
    await setActivation({});
  });

  test('may be what the group’s choices do by default', async () => {
    await setActivation({ manualEnd: 'appointmentEnd' });
    const end = inMinutes(45);
    await putAppointment({ start: inMinutes(-5), end });
    await choose({ status: 'beRightBack' });
    await shows('its end', (seen) => seen.status === 'beRightBack' && seen.until === end.toString());
    await setActivation({});
  });
});

describe('programs', () => {
  const path = (name: string) => `/users/${owner.id}/presence/claims/${encodeURIComponent(name)}`;

  test('claim beside one another, each found again by its name, and say who told it', async () => {
    const door = await owner.call('PUT', path('door panel'), { status: 'beRightBack', leaseSeconds: 60 });
    expect(door.body, door.text).toMatchObject({
      origin: 'door panel',
      status: 'beRightBack',
      until: null,
      note: null,
    });
    // A choice of the test before may have shown the same.
    await shows('the door panel', ({ reason }) => reason?.origin === 'api');
    expect(await presence()).toMatchObject({ reason: { origin: 'api', program: 'door panel' }, until: null });
    const chat = await admin.call('PUT', path('chat'), { profile: 'do not disturb', note: 'On air' });
    expect(chat.body, chat.text).toMatchObject({ status: 'doNotDisturb', by: { displayName: 'Ada Admin' } });
    await shows('the chat', (seen) => seen.status === 'doNotDisturb' && seen.note === 'On air');
    // The same again: nothing but the lease is another, and nobody is told anything.
    const before = await db().selectFrom('presence_change').select('number').where('user_id', '=', owner.id).execute();
    const again = await admin.call('PUT', path('chat'), {
      profile: 'do not disturb',
      note: 'On air',
      leaseSeconds: 900,
    });
    expect(again.body.since).toBe(chat.body.since);
    expect(again.body.leasedUntil > chat.body.leasedUntil).toBe(true);
    const due = async () =>
      (
        await db()
          .selectFrom('presence_state')
          .select('next_due_at')
          .where('user_id', '=', owner.id)
          .executeTakeFirstOrThrow()
      ).next_due_at;
    await until('activation has looked', due, (at) => Temporal.Instant.compare(at, now()) > 0);
    expect(await db().selectFrom('presence_change').select('number').where('user_id', '=', owner.id).execute()).toEqual(
      before,
    );
    const { claims } = (await owner.call('GET', `/users/${owner.id}/presence/claims`)).body;
    expect(claims.map(({ origin }: { origin: string }) => origin)).toEqual(['chat', 'door panel']);
    expect((await admin.call('DELETE', path('chat'))).status).toBe(204);
    expect((await admin.call('DELETE', path('chat'))).status).toBe(204);
    await shows('the door panel again', ({ status }) => status === 'beRightBack');
    const { entries } = (await admin.call('GET', `/audit?subjectKind=presence&subjectId=${owner.id}`)).body;
    expect(entries.slice(0, 2).map(({ after }: { after: unknown }) => after)).toMatchObject([
      { origin: 'chat', status: 'automatic' },
      { origin: 'chat', profile: 'do not disturb' },
    ]);
  });

  test('hold a lease that ends at its very second, and an end of their own', async () => {
    const live = await openEvents(server.url, owner.cookie);
    try {
      const told = (status: string) => live.next(({ event, data }) => event === 'presence' && data.status === status);
      await db()
        .transaction()
        .execute((transaction) =>
          putProgramClaim(
            transaction,
            owner.id,
            { name: 'sensor', status: 'unavailable', leaseSeconds: 2 },
            now(),
            owner.id,
          ),
        );
      await told('unavailable');
      const [claim] = (await owner.call('GET', `/users/${owner.id}/presence/claims`)).body.claims;
      const { data } = await told('available');
      expect(data.since).toBe(claim.leasedUntil);
      expect(now().since(Temporal.Instant.from(claim.leasedUntil)).total('seconds')).toBeLessThan(2);
    } finally {
      live.close();
    }
    const end = inMinutes(20);
    await owner.call('PUT', path('room'), { status: 'appointment', until: end.toString() });
    await shows('until when', ({ until }) => until === end.toString());
  });

  test('are told what is wrong with a claim', async () => {
    const wrong = async (name: string, body: Record<string, unknown>) => {
      const { status, body: answer } = await owner.call('PUT', path(name), body);
      return [status, answer.error.field];
    };
    expect(await wrong('door', {})).toEqual([400, 'profile']);
    expect(await wrong('door', { status: 'available', profile: 'available' })).toEqual([400, 'profile']);
    expect(await wrong('door', { profile: 'nobody’s' })).toEqual([400, 'profile']);
    expect(await wrong('door', { status: 'available', leaseSeconds: 5 })).toEqual([400, 'leaseSeconds']);
    expect(await wrong('door', { status: 'available', leaseSeconds: 86_401 })).toEqual([400, 'leaseSeconds']);
    expect(await wrong('door', { status: 'available', until: '2020-01-01T00:00:00Z' })).toEqual([400, 'until']);
    expect(await wrong('door', { status: 'available', note: 'in {{title}}' })).toEqual([400, 'note']);
    expect(await wrong('-', { status: 'available' })).toEqual([400, 'origin']);
    expect((await other.call('PUT', path('door'), { status: 'available' })).status).toBe(403);
  });
});

describe('clients', () => {
  const report = (client: string, state: string) =>
    owner.call('POST', '/users/me/presence/client', { client: `client-${client}`, state });

  test('are asked nothing where nothing follows, and nothing is kept', async () => {
    expect((await report('a', 'active')).body).toEqual({ heeded: false, inactiveAfterMinutes: 10, leaseSeconds: 600 });
    expect(await db().selectFrom('client_report').selectAll().execute()).toEqual([]);
  });

  test('make presence together as the group says; the most present one counts', async () => {
    await setActivation({
      outsideWorkingDay: null,
      client: {
        ...{ onStart: null, onEnd: 'Unavailable', onLocked: 'unavailable' },
        onInactive: { afterMinutes: 3, profile: 'be right back' },
      },
    });
    expect((await report('office', 'active')).body).toMatchObject({ heeded: true, inactiveAfterMinutes: 3 });
    await report('home', 'idle');
    await until('both are known', stack, (seen) => seen.length === 1 && seen[0].reason.origin === 'default');
    await report('office', 'locked');
    const away = await shows('idle', ({ status }) => status === 'beRightBack');
    // A renewed report is no news, so nobody is told an end that only a renewal puts off.
    expect(away).toMatchObject({ reason: { origin: 'client', client: 'idle' }, until: null });
    await report('home', 'ended');
    const [home] = await db().selectFrom('client_report').select('until').where('client', '=', 'client-home').execute();
    expect(home!.until.since(now()).total('seconds')).toBeLessThanOrEqual(15);
    await db().updateTable('client_report').set({ until: now() }).where('client', '=', 'client-home').execute();
    await markDue(db(), [owner.id]);
    await shows('locked', (seen) => seen.reason.client === 'locked' && seen.status === 'unavailable');
    await db().updateTable('client_report').set({ until: now() }).execute();
    await markDue(db(), [owner.id]);
    await shows('closed', (seen) => seen.reason.client === 'ended' && seen.status === 'unavailable');
    await putAppointment({ start: inMinutes(-1), end: inMinutes(5) });
    await shows('the appointment above it', ({ status }) => status === 'appointment');
    await setActivation({});
    const after = await stack();
    expect(after.map(({ reason }: { reason: { origin: string } }) => reason.origin)).toEqual([
      'appointment',
      'default',
    ]);
  });

  test('name profiles that are then in use: they are neither renamed nor switched off', async () => {
    const location = (await admin.call('GET', '/locations')).body.locations[0];
    const made = { owner: 'location', locationId: location.id, name: 'Lunch', status: 'beRightBack' };
    const { id } = (await admin.call('POST', '/profiles', made)).body;
    await setActivation({ client: { onInactive: { profile: 'lunch' } } });
    const refusal = (await admin.call('PATCH', `/profiles/${id}`, { name: 'Break' })).body.error;
    expect(refusal.message).toMatch(
      /^"Lunch" is in use and can’t be renamed: automatic activation \(idle clients\) of /,
    );
    expect((await admin.call('PATCH', `/profiles/${id}`, { active: false })).status).toBe(409);
    await setActivation({});
    expect((await admin.call('DELETE', `/profiles/${id}`)).status).toBe(204);
  });
});

test('the stack tells all that has a say, what decides, and what comes; subjects only to whom they are', async () => {
  // A working day that is days away in every zone.
  const days = [Temporal.Now.zonedDateTimeISO('UTC').add({ days: 3 }).dayOfWeek];
  await setActivation({ outsideWorkingDay: 'unavailable', workingDay: { start: '00:00', end: '00:01', days } });
  await putAppointment({ uid: 'now', title: 'Budget', start: inMinutes(-10), end: inMinutes(30) });
  await putAppointment({ uid: 'inside', title: 'Call with Bern', start: inMinutes(-5), end: inMinutes(10) });
  await putAppointment({ uid: 'next', title: 'Review', start: inMinutes(30), end: inMinutes(60) });
  await owner.call('PUT', '/users/me/presence/claims/door', { status: 'beRightBack' });
  await admin.call('PUT', `/users/${owner.id}/presence/manual`, { status: 'available', end: { rule: 'untilChanged' } });
  type Entry = Record<string, unknown> & { reason: Record<string, unknown> };
  const told = (entries: Entry[]) =>
    entries
      .slice(0, 7)
      .map(({ reason, running, below, above }) => [
        ...[reason.origin, reason.title ?? reason.program ?? null, running, below, above],
      ]);
  const whole = [
    ['manual', null, true, null, null],
    ['appointment', 'Budget', true, 'origin', 0],
    ['appointment', 'Call with Bern', true, 'length', 1],
    ['api', 'door', true, 'origin', 2],
    ['workingHours', null, true, 'origin', 3],
    ['default', null, true, 'origin', 4],
    ['appointment', 'Review', false, 'origin', 0],
  ];
  const own = await stack();
  expect(told(own)).toEqual(whole);
  expect(own[0]).toMatchObject({ setBy: { displayName: 'Ada Admin' }, until: null, shows: expect.any(String) });
  expect(own[6]).toMatchObject({ shows: null });
  expect(own[5]).toMatchObject({ from: null, until: null });
  // An administrator sees the same without subjects, colleagues nothing of it.
  const hidden = whole.map(([origin, title, ...rest]) => [origin, origin === 'appointment' ? null : title, ...rest]);
  expect(told(await stack(admin))).toEqual(hidden);
  expect((await other.call('GET', `/users/${owner.id}/presence/stack`)).status).toBe(403);
  // Assistants see it too, of appointments only what the group lets them see.
  await owner.call('PUT', `/users/me/relationships/${other.id}`, { level: 'assistant' });
  const assistants = await stack(other);
  expect(told(assistants)).toEqual(hidden);
  expect(assistants.some(({ reason }: Entry) => reason.uid !== undefined)).toBe(false);
  const past = encodeURIComponent('2020-01-01T00:00:00Z');
  expect((await owner.call('GET', `/users/me/presence/stack?until=${past}`)).status).toBe(400);
  await setActivation({});
});

test('a note is filled in for each reader, in answers and live, and stays a template for who may edit it', async () => {
  await other.call('PATCH', '/me', { language: 'de', timeZone: 'America/New_York' });
  const live = await openEvents(server.url, other.cookie, `users=${owner.id}`);
  try {
    // Another day than today in New York and Berlin alike, whatever time it is: both name the weekday, each its own.
    const end = now()
      .toZonedDateTimeISO('UTC')
      .add({ days: 2 })
      .with({ hour: 12, minute: 0, second: 0, millisecond: 0 });
    const note = '{{name}}: {{status}} until {{until}}';
    const time = { rule: 'time', until: end.toInstant().toString() };
    expect((await choose({ status: 'doNotDisturb', end: time, note })).status).toBe(202);
    const mine = await shows('the note', (seen) => seen.note !== null);
    const weekday = (locale: string) => end.toLocaleString(locale, { weekday: 'short' }).replace('.', '');
    const at = (zone: string) => end.withTimeZone(zone).toPlainTime().toString().slice(0, 5);
    expect(mine.note).toBe(`Olga Owner: Do not disturb until ${weekday('en-GB')} ${at('Europe/Berlin')}`);
    expect(mine.noteTemplate).toBe(note);
    const theirs = `Olga Owner: Bitte nicht stören until ${weekday('de-DE')} ${at('America/New_York')}`;
    const event = await live.next(
      ({ event, data }) => event === 'presence' && data.note !== null && data.userId === owner.id,
    );
    expect(event.data.note).toBe(theirs);
    const seen = await presence(other);
    expect(seen.note).toBe(theirs);
    expect(seen).not.toHaveProperty('noteTemplate');
    expect((await admin.call('GET', `/users/${owner.id}/overview`)).body.presence).toMatchObject({
      ...{ note: mine.note, noteTemplate: note },
    });
    // Phone systems are told in the language and zone of the user whose phone it is.
    await owner.call('PATCH', '/me', { language: 'de' });
    expect(await noteForPhones()).toBe(
      `Olga Owner: Bitte nicht stören until ${weekday('de-DE')} ${at('Europe/Berlin')}`,
    );
    await owner.call('PATCH', '/me', { language: 'en' });
    // Who isn't told until when isn't told by a note either.
    await owner.call('PUT', `/users/me/relationships/${other.id}`, { level: 'external' });
    const settings = (externalSees: Record<string, boolean>) =>
      admin.call('PUT', `/groups/${groupId}/functions/privacy`, { mode: 'individual', value: { externalSees } });
    await settings({ note: true, until: false });
    expect(await presence(other)).toMatchObject({ note: null, until: null });
    await settings({ note: true, until: true });
    expect(await presence(other)).toMatchObject({ note: theirs });
    const refused = await choose({ status: 'available', note: '{{subject}}' });
    expect([refused.status, refused.body.error.field]).toEqual([400, 'note']);
    await settings({});
  } finally {
    live.close();
  }
});

async function noteForPhones(): Promise<string | null | undefined> {
  const system = { name: 'Phones', kind: 'http', mode: 'observe' as const };
  const { id } = await db().insertInto('phone_system').values(system).returning('id').executeTakeFirstOrThrow();
  await db().insertInto('extension').values({ user_id: owner.id, phone_system_id: id, number: '201' }).execute();
  const lease = { systemId: id, processName: 'test', leaseMs: 1_000, mode: 'observe' as const };
  const records = recordsInDatabase(db(), lease);
  await records.prepare();
  const [record] = await records.load();
  await db().deleteFrom('extension').where('phone_system_id', '=', id).execute();
  await db().deleteFrom('phone_system').where('id', '=', id).execute();
  return record?.context.note;
}

/**
 * Who may read a subject, said once more and apart from the product: only the owner reads what is private or
 * confidential. Administration reads none. Others read what their level is given: `public` what bears no mark at all,
 * `allButPrivate` also what is marked personal.
 */
function mayRead(who: string, level: string, detail: Record<string, string>, marks: readonly string[]): boolean {
  if (who === 'owner') return true;
  if (who === 'admin' || marks.includes('private') || marks.includes('confidential')) return false;
  const given = detail[level];
  return given === 'allButPrivate' || (given === 'public' && !marks.includes('personal'));
}

const strictness = ['confidential', 'private', 'personal', 'normal'];
const stricterFirst = (a: string, b: string) => strictness.indexOf(a) - strictness.indexOf(b);

const runs = Number(process.env.WHENABOUTS_RUNS ?? 5);
const seed = seedOfThisRun();
const privacyRuns = Math.min(runs, 200);

test(`no subject is told to whom it isn’t for, anywhere (${privacyRuns} runs, WHENABOUTS_SEED=${seed})`, {
  timeout: 60_000 + privacyRuns * 5_000,
}, async () => {
  const sensitivity = fc.constantFrom('normal', 'personal', 'private', 'private', 'confidential');
  const level = fc.constantFrom(...relationshipLevels);
  const detail = fc.constantFrom(...calendarDetails, 'public' as const, 'allButPrivate' as const);
  const meeting = fc.record({
    // Copies of one meeting in two calendars: the strictest mark counts.
    marks: fc.array(sensitivity, { minLength: 1, maxLength: 2 }),
    begins: fc.constantFrom(-50, -10, -5, -1, 30),
    minutes: fc.integer({ min: 20, max: 120 }),
    showAs: fc.constantFrom('busy', 'outOfOffice', 'tentative'),
  });
  const scene = fc.record({
    ...{ level, meetings: fc.array(meeting, { minLength: 1, maxLength: 4 }), byHand: fc.boolean() },
    detail: fc.record({ external: detail, employee: detail, colleague: detail, assistant: detail }),
  });
  const looked = async () => {
    const state = db().selectFrom('presence_state').select('next_due_at').where('user_id', '=', owner.id);
    return Temporal.Instant.compare((await state.executeTakeFirstOrThrow()).next_due_at, now()) > 0;
  };
  let run = 0;
  await fc.assert(
    fc.asyncProperty(scene, async (given) => {
      const mark = `Geheim${++run}x`;
      await db().deleteFrom('appointment').execute();
      await db().deleteFrom('claim').execute();
      const privacy = { mode: 'individual', value: { detail: given.detail } };
      expect((await admin.call('PUT', `/groups/${groupId}/functions/privacy`, privacy)).status).toBe(200);
      await owner.call('PUT', `/users/me/relationships/${other.id}`, { level: given.level });
      const viewers: Record<string, Person> = { owner, other, admin };
      const streams = Object.fromEntries(
        await Promise.all(
          Object.entries(viewers).map(async ([who, { cookie }]) => [
            who,
            await openEvents(server.url, cookie, `users=${owner.id}`),
          ]),
        ),
      ) as Record<string, Awaited<ReturnType<typeof openEvents>>>;
      // The strictest copy first: until it is there, the others may well be read.
      for (const [index, { marks, begins, minutes, showAs }] of given.meetings.entries())
        for (const [calendar, sensitivity] of [...marks].sort(stricterFirst).entries())
          await putAppointment({
            ...{ uid: `${mark}-${index}`, title: `${mark}-${index}!`, calendar, sensitivity, showAs },
            ...{ start: inMinutes(begins), end: inMinutes(begins + minutes) },
          });
      if (given.byHand)
        await choose({ status: 'doNotDisturb', note: 'Until {{until}}', end: { rule: 'nextBoundary' } });
      await until('activation has looked', looked, Boolean);
      const told: Record<string, string> = { owner: '', other: '', admin: '' };
      const period = `from=${inMinutes(-120)}&to=${inMinutes(240)}`;
      const paths = [
        ...[
          'presence',
          'presence/stack',
          `presence/timeline?${period}`,
          `presence/history?${period}`,
          `agenda?${period}`,
        ],
        ...['presence/claims', 'overview', 'appointments/outcomes'],
      ].map((path) => `/users/${owner.id}/${path}`);
      for (const [who, viewer] of Object.entries(viewers)) {
        for (const path of [...paths, `/presence?users=${owner.id}`])
          told[who] += (await viewer.call('GET', path)).text;
      }
      // Told of everything so far: what comes last is a claim that nothing outranks.
      const last = {
        user_id: owner.id,
        origin: 'call' as const,
        key: mark,
        status: 'onThePhone',
        note: `last ${mark}`,
      };
      await db()
        .transaction()
        .execute(async (transaction) => {
          await transaction
            .insertInto('claim')
            .values({ ...last, starts_at: now() })
            .execute();
          await markDue(transaction, [owner.id]);
        });
      for (const [who, stream] of Object.entries(streams)) {
        await stream.next(({ event, data }) => {
          told[who] += JSON.stringify(data);
          return event === 'presence' && data.userId === owner.id && data.status === 'onThePhone';
        });
        stream.close();
      }
      for (const who of Object.keys(viewers)) {
        for (const [index, { marks }] of given.meetings.entries())
          if (!mayRead(who, given.level, given.detail, marks))
            expect(told[who], `${who}, ${given.level}: ${marks}`).not.toContain(`${mark}-${index}!`);
      }
      // The owner's own answers hold every subject: the marks are where they are looked for.
      for (const index of given.meetings.keys()) expect(told.owner).toContain(`${mark}-${index}!`);
    }),
    { numRuns: privacyRuns, seed, endOnFailure: true },
  );
});
