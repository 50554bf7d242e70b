/** What relationships let people see and do, object by object, over HTTP and live. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Person, startTestServer, type TestServer } from '../../../test/api-client.ts';
import { openEvents } from '../../../test/events.ts';
import { until } from '../../../test/product.ts';

type User = Person & { id: string; email: string };
let server: TestServer;
let admin: Person & { id: string };
let owner: User;
let other: User;
let helper: User;
let groupId: string;
beforeAll(async () => {
  server = await startTestServer();
  admin = server.administrator;
  owner = await server.newUser('Olga Owner');
  other = await server.newUser('Otto Other');
  helper = await server.newUser('Hanna Helper');
  groupId = (await admin.call('GET', '/users')).body.users[0].groupId;
});
afterAll(() => server?.stop());

const now = () => Temporal.Now.instant();
const basic = (instant: Temporal.Instant) => instant.toString({ smallestUnit: 'second' }).replace(/[-:]/g, '');
function calendar(events: { uid: string; title: string; more?: string }[]): FormData {
  const [start, end] = [now().subtract({ minutes: 5 }), now().add({ minutes: 50 })];
  const lines = events.flatMap(({ uid, title, more }) => [
    'BEGIN:VEVENT',
    ...[`UID:${uid}@example.com`, 'DTSTAMP:20260101T000000Z', `DTSTART:${basic(start)}`, `DTEND:${basic(end)}`],
    ...[`SUMMARY:${title}`, ...(more ? [more] : []), 'END:VEVENT'],
  ]);
  const text = ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n');
  const form = new FormData();
  form.set('file', new File([text], 'calendar.ics'));
  return form;
}
const choose = (otherId: string, level: string) => owner.call('PUT', `/users/me/relationships/${otherId}`, { level });
const presenceFor = async (viewer: Person) => (await viewer.call('GET', `/users/${owner.id}/presence`)).body;
const ownPresence = (wanted: string) =>
  until(
    wanted,
    async () => (await owner.call('GET', '/users/me/presence')).body,
    ({ status }) => status === wanted,
  );
const agenda = (viewer: Person) =>
  viewer.call('GET', `/users/${owner.id}/agenda?from=${now().subtract({ hours: 2 })}&to=${now().add({ hours: 2 })}`);
const setPrivacy = async (value: Record<string, unknown>) => {
  const { status, text } = await admin.call('PUT', `/groups/${groupId}/functions/privacy`, {
    ...{ mode: 'individual', value },
  });
  expect(status, text).toBe(200);
};
const detail = { external: 'nothing', employee: 'status', colleague: 'public', assistant: 'allButPrivate' };

describe('levels', () => {
  test('come from the location, a work group or one’s own choice, and the list says from where', async () => {
    const levelOf = async (person: User) =>
      (await owner.call('GET', `/users/me/relationships?search=${person.email}`)).body.relationships[0];
    expect(await levelOf(other)).toEqual({
      ...{ other: { id: other.id, displayName: 'Otto Other' }, level: 'employee', from: 'location', workGroup: null },
    });
    const made = await admin.call('POST', '/work-groups', { name: 'Sales' });
    expect(made.status).toBe(201);
    const { id } = made.body;
    expect(made.body).toMatchObject({ level: 'colleague', number: null, locationId: null, members: 0 });
    expect((await admin.call('POST', '/work-groups', { name: 'Sales' })).body.error.field).toBe('name');
    const members = { userIds: [owner.id, other.id] };
    expect((await admin.call('PUT', `/work-groups/${id}/members`, members)).body.members).toHaveLength(2);
    expect(await levelOf(other)).toMatchObject({
      level: 'colleague',
      from: 'workGroup',
      workGroup: { id, name: 'Sales' },
    });
    expect(await levelOf(helper)).toMatchObject({ level: 'employee' });
    expect((await choose(other.id, 'external')).body).toMatchObject({ level: 'external', from: 'own' });
    expect((await owner.call('GET', '/users/me/relationships?chosen=true')).body.relationships).toHaveLength(1);
    expect((await owner.call('DELETE', `/users/me/relationships/${other.id}`)).body).toMatchObject({
      from: 'workGroup',
    });
    await admin.call('PATCH', `/work-groups/${id}`, { level: 'assistant' });
    expect(await levelOf(other)).toMatchObject({ level: 'assistant' });
    expect((await admin.call('DELETE', `/work-groups/${id}`)).status).toBe(204);
    expect(await levelOf(other)).toMatchObject({ level: 'employee' });
    await admin.call('PATCH', `/users/${owner.id}`, { assistantId: helper.id });
    expect(await levelOf(helper)).toMatchObject({ level: 'assistant', from: 'assistant' });
    await admin.call('PATCH', `/users/${owner.id}`, { assistantId: null });
    const audit = (await admin.call('GET', `/audit?subjectKind=relationship&subjectId=${owner.id}`)).body.entries;
    expect(audit[0]).toMatchObject({ before: { level: 'external' }, after: { level: null } });
  });

  test('are paged, and nobody chooses for somebody else', async () => {
    const first = (await owner.call('GET', '/users/me/relationships?limit=1')).body;
    const second = (await owner.call('GET', `/users/me/relationships?limit=10&after=${first.next}`)).body;
    const names = [...first.relationships, ...second.relationships].map((each) => each.other.displayName);
    expect(names).toEqual(['Ada Admin', 'Hanna Helper', 'Otto Other']);
    expect(second.next).toBeNull();
    const path = `/users/${owner.id}/relationships`;
    expect((await other.call('GET', path)).status).toBe(403);
    expect((await admin.call('GET', path)).status).toBe(200);
    for (const person of [other, admin]) {
      expect((await person.call('PUT', `${path}/${person.id}`, { level: 'assistant' })).status).toBe(403);
      expect((await person.call('DELETE', `${path}/${other.id}`)).status).toBe(403);
    }
    expect((await choose(owner.id, 'assistant')).status).toBe(400);
    expect((await choose(crypto.randomUUID(), 'assistant')).status).toBe(404);
  });

  test('work groups belong to a location’s administrators, who move only their own people', async () => {
    const location = (await admin.call('POST', '/locations', { name: 'Bern', timeZone: 'Europe/Zurich' })).body;
    const group = (await admin.call('POST', '/groups', { name: 'Bern', locationId: location.id })).body;
    const bern = await server.newUser('Berta Bern');
    await admin.call('PATCH', `/users/${bern.id}`, { groupId: group.id });
    const local = await server.newUser('Lukas Local');
    const role = { role: 'locationAdministrator', locationIds: [location.id] };
    expect((await admin.call('PUT', `/users/${local.id}/role`, role)).status).toBe(200);
    const everybodys = (await admin.call('POST', '/work-groups', { name: 'Everybody' })).body;
    expect((await local.call('POST', '/work-groups', { name: 'Wide' })).status).toBe(403);
    const made = await local.call('POST', '/work-groups', { name: 'Bern', locationId: location.id });
    expect(made.status).toBe(201);
    const listed = (await local.call('GET', '/work-groups')).body.workGroups;
    expect(listed.map(({ name }: { name: string }) => name)).toEqual(['Bern']);
    const members = `/work-groups/${made.body.id}/members`;
    expect((await local.call('PUT', members, { userIds: [bern.id] })).body.members).toEqual([
      { id: bern.id, displayName: 'Berta Bern' },
    ]);
    const refused = await local.call('PUT', members, { userIds: [bern.id, owner.id] });
    expect(refused.body.error).toMatchObject({ code: 'forbidden', message: expect.stringContaining('Olga Owner') });
    expect((await admin.call('PUT', members, { userIds: [bern.id, owner.id] })).status).toBe(200);
    expect((await local.call('PUT', members, { userIds: [bern.id] })).status).toBe(403);
    expect((await local.call('GET', members)).body.members).toHaveLength(2);
    const level = (wanted: string) => local.call('PATCH', `/work-groups/${made.body.id}`, { level: wanted });
    expect((await level('assistant')).body.error.message).toContain('Olga Owner belongs to a location');
    expect((await level('employee')).body).toMatchObject({ level: 'employee', members: 2 });
    for (const [method, body] of [
      ['PATCH', { name: 'Mine' }],
      ['DELETE', undefined],
    ] as const)
      expect((await local.call(method, `/work-groups/${everybodys.id}`, body)).status).toBe(403);
    expect((await local.call('PATCH', `/work-groups/${made.body.id}`, { locationId: null })).status).toBe(403);
    expect((await other.call('GET', '/work-groups')).status).toBe(403);
    expect((await admin.call('PUT', members, { userIds: [crypto.randomUUID()] })).body.error.field).toBe('userIds');
  });
});

describe('what is seen', () => {
  test('agenda and reason by level; a private subject leaves for nobody, and none for administrators', async () => {
    await setPrivacy({ detail });
    const made = await owner.call(
      'POST',
      '/accounts/file',
      calendar([
        { uid: 'plain', title: 'Budget talk' },
        { uid: 'hidden', title: 'Doctor visit', more: 'CLASS:PRIVATE' },
      ]),
    );
    expect(made.status).toBe(201);
    await ownPresence('appointment');
    await choose(other.id, 'external');
    const hidden = await agenda(other);
    expect([hidden.status, hidden.body.error.message]).toEqual([403, expect.stringContaining('Olga Owner’s agenda')]);
    const titles = async (viewer: Person) =>
      (await agenda(viewer)).body.appointments.map(({ title }: { title: string | null }) => title).sort();
    await choose(other.id, 'employee');
    expect(await titles(other)).toEqual([null, null]);
    expect((await presenceFor(other)).reason).toBeUndefined();
    await choose(other.id, 'colleague');
    expect(await titles(other)).toEqual(['Budget talk', null]);
    const reason = (await presenceFor(owner)).reason.title;
    const seen = await presenceFor(other);
    expect(seen.reason?.title).toBe(reason === 'Budget talk' ? 'Budget talk' : undefined);
    expect(seen).not.toHaveProperty('forwarding');
    await choose(admin.id, 'assistant');
    expect(await titles(admin)).toEqual([null, null]);
    expect((await presenceFor(admin)).reason.title).toBeUndefined();
    for (const viewer of [other, admin]) {
      const texts = [await agenda(viewer), await viewer.call('GET', `/presence?users=${owner.id}`)];
      for (const { text } of texts) expect(text).not.toContain('Doctor');
    }
    expect((await owner.call('DELETE', `/accounts/${made.body.id}`)).status).toBe(204);
    await ownPresence('available');
  });

  test('the reason’s subject follows live for whom it is; private ones never', async () => {
    await choose(other.id, 'colleague');
    const live = await openEvents(server.url, other.cookie, `users=${owner.id}`);
    await live.next(({ event }) => event === 'position');
    const about = (status: string) => live.next(({ event, data }) => event === 'presence' && data.status === status);
    const plain = (await owner.call('POST', '/accounts/file', calendar([{ uid: 'one', title: 'Budget talk' }]))).body;
    expect((await about('appointment')).data.reason).toMatchObject({ origin: 'appointment', title: 'Budget talk' });
    await owner.call('DELETE', `/accounts/${plain.id}`);
    await about('available');
    const secret = calendar([{ uid: 'two', title: 'Doctor visit', more: 'CLASS:PRIVATE' }]);
    const hidden = (await owner.call('POST', '/accounts/file', secret)).body;
    expect((await about('appointment')).data).not.toHaveProperty('reason');
    await owner.call('DELETE', `/accounts/${hidden.id}`);
    await about('available');
    live.close();
  });

  test('external ones see the status alone, unless the settings say more; what is open learns of changes', async () => {
    await owner.call('PUT', '/users/me/presence/manual', {
      ...{ status: 'doNotDisturb', note: 'Writing', end: { rule: 'time', until: now().add({ hours: 1 }).toString() } },
    });
    const whole = await ownPresence('doNotDisturb');
    await choose(other.id, 'employee');
    expect(await presenceFor(other)).toMatchObject({ note: 'Writing', until: whole.until, profile: null });
    const live = await openEvents(server.url, other.cookie, `users=${owner.id}`);
    await live.next(({ event }) => event === 'position');
    await choose(other.id, 'external');
    await live.next(({ event }) => event === 'reload');
    expect(await presenceFor(other)).toMatchObject({ status: 'doNotDisturb', note: null, until: null });
    await owner.call('PUT', '/users/me/presence/manual', { status: 'beRightBack', note: 'Lunch' });
    const told = await live.next(({ event, data }) => event === 'presence' && data.status === 'beRightBack');
    expect(told.data).toMatchObject({ note: null, until: null });
    await setPrivacy({ detail, externalSees: { until: true, note: false } });
    await live.next(({ event }) => event === 'reload');
    expect(await presenceFor(other)).toMatchObject({ note: null, until: expect.any(String) });
    live.close();
    await owner.call('DELETE', '/users/me/presence/manual');
    await ownPresence('available');
  });
});

describe('assistants', () => {
  test('change presence and forwarding for the other, see what they need for it, and are named', async () => {
    const manual = `/users/${owner.id}/presence/manual`;
    const choice = { status: 'doNotDisturb', note: 'In the workshop', end: { rule: 'untilChanged' } };
    for (const level of ['external', 'employee', 'colleague']) {
      await choose(helper.id, level);
      expect((await helper.call('PUT', manual, choice)).status).toBe(403);
      expect((await helper.call('DELETE', manual)).status).toBe(403);
      expect((await helper.call('GET', `/users/${owner.id}/presence/profiles`)).status).toBe(403);
    }
    await choose(helper.id, 'assistant');
    // Directed: what the helper is to the owner, the owner isn't to the helper.
    expect((await owner.call('PUT', `/users/${helper.id}/presence/manual`, choice)).status).toBe(403);
    const { profiles } = (await helper.call('GET', `/users/${owner.id}/presence/profiles`)).body;
    const profile = profiles.find(({ status }: { status: string }) => status === 'doNotDisturb');
    const { status: _, ...rest } = choice;
    expect((await helper.call('PUT', manual, { ...rest, profileId: profile.id })).status).toBe(202);
    const mine = await ownPresence('doNotDisturb');
    expect(mine.setBy).toEqual({ id: helper.id, displayName: 'Hanna Helper' });
    const seen = await presenceFor(helper);
    expect(seen).toMatchObject({ reason: { origin: 'manual' }, forwarding: { mode: 'off' }, phones: [] });
    expect(await presenceFor(other)).not.toHaveProperty('setBy');
    // A reader sees all of everybody, and may act for those alone whose assistant the reader is.
    for (const role of ['reader', 'user']) {
      expect((await admin.call('PUT', `/users/${helper.id}/role`, { role })).status).toBe(200);
      expect(await presenceFor(helper)).toMatchObject({ mayAct: true });
    }
    expect((await admin.call('PUT', `/users/${other.id}/role`, { role: 'reader' })).status).toBe(200);
    expect(await presenceFor(other)).toMatchObject({ forwarding: { mode: 'off' }, mayAct: false });
    expect((await other.call('PUT', manual, choice)).status).toBe(403);
    expect((await admin.call('PUT', `/users/${other.id}/role`, { role: 'user' })).status).toBe(200);
    const period = `from=${now().subtract({ hours: 1 })}&to=${now().add({ hours: 1 })}`;
    const timeline = await helper.call('GET', `/users/${owner.id}/presence/timeline?${period}`);
    expect(timeline.body.segments.at(-1)).toMatchObject({ status: 'doNotDisturb', setBy: { id: helper.id } });
    expect((await other.call('GET', `/users/${owner.id}/presence/timeline?${period}`)).status).toBe(403);
    expect((await helper.call('DELETE', manual)).status).toBe(204);
    await ownPresence('available');
    const audit = (await admin.call('GET', `/audit?subjectKind=presence&subjectId=${owner.id}`)).body.entries;
    expect(audit[0]).toMatchObject({ actor: { id: helper.id } });
    expect((await helper.call('PUT', `/users/${crypto.randomUUID()}/presence/manual`, choice)).status).toBe(404);
  });
});

describe('presence history', () => {
  test('is the user’s alone, says who set what, and ends where the setting says', async () => {
    const period = `from=${now().subtract({ hours: 24 })}&to=${now().add({ hours: 1 })}`;
    const path = (who: string) => `/users/${who}/presence/history?${period}`;
    const { body } = await owner.call('GET', path('me'));
    expect(body.keptDays).toBe(14);
    const { segments } = body as {
      segments: { status: string; note: string | null; setBy?: { displayName: string } }[];
    };
    const statuses = new Set(segments.map(({ status }) => status));
    expect([...statuses].sort()).toEqual(['appointment', 'available', 'beRightBack', 'doNotDisturb']);
    // A later choice by somebody else takes nothing from who made the earlier ones.
    const setters = new Map(segments.map(({ note, setBy }) => [note, setBy?.displayName ?? null]));
    expect(Object.fromEntries(setters)).toMatchObject({
      ...{ Writing: null, Lunch: null, 'In the workshop': 'Hanna Helper' },
    });
    const times = body.segments.flatMap(({ start, end }: { start: string; end: string }) => [start, end]);
    expect(times).toEqual([...times].sort());
    for (const viewer of [admin, helper, other]) expect((await viewer.call('GET', path(owner.id))).status).toBe(403);
    await setPrivacy({ detail, historyDays: 0 });
    expect((await owner.call('GET', path('me'))).body).toEqual({ keptDays: 0, segments: [] });
    expect((await owner.call('GET', '/users/me/privacy')).body).toMatchObject({ detail, historyDays: 0 });
    expect((await other.call('GET', `/users/${owner.id}/privacy`)).status).toBe(403);
  });
});

describe('removals', () => {
  test('are shown to whom they concern; who leaves is out at once', async () => {
    const leaver = await server.newUser('Lea Leaver');
    const left = await admin.call('DELETE', `/users/${leaver.id}`);
    expect(left.status).toBe(202);
    expect(left.body.leaving).toMatchObject({ kind: 'user', subjectName: 'Lea Leaver', state: 'done' });
    expect((await leaver.call('GET', '/me')).status).toBe(401);
    const listed = (await admin.call('GET', '/leavings?state=done')).body.leavings;
    expect(listed[0]).toMatchObject({ id: left.body.leaving.id, requestedBy: { displayName: 'Ada Admin' } });
    expect((await admin.call('GET', `/leavings/${listed[0].id}`)).body.steps).toHaveLength(4);
    expect((await admin.call('POST', `/leavings/${listed[0].id}/cancel`)).status).toBe(409);
    expect((await admin.call('POST', `/leavings/${crypto.randomUUID()}/cancel`)).status).toBe(404);
    const local = await server.newUser('Lora Local');
    const location = (await admin.call('GET', '/locations')).body.locations.find(
      ({ name }: { name: string }) => name === 'Bern',
    );
    await admin.call('PUT', `/users/${local.id}/role`, { role: 'locationAdministrator', locationIds: [location.id] });
    expect((await local.call('GET', '/leavings')).body.leavings).toEqual([]);
    expect((await local.call('GET', `/leavings/${listed[0].id}`)).status).toBe(403);
    expect((await local.call('POST', `/leavings/${listed[0].id}/cancel`)).status).toBe(403);
    expect((await other.call('GET', '/leavings')).status).toBe(403);
    expect((await admin.call('DELETE', `/users/${admin.id}`)).status).toBe(409);
  });
});
