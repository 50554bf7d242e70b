/** Rules over HTTP: one's own, a group's, what they would change, and what is chosen for single appointments. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Person, startTestServer, type TestServer } from '../../../test/api-client.ts';
import { until } from '../../../test/product.ts';

type User = Person & { id: string; email: string };
let server: TestServer;
let admin: Person & { id: string };
let owner: User;
let helper: User;
let groupId: string;
const now = () => Temporal.Now.instant();
const basic = (instant: Temporal.Instant) => instant.toString({ smallestUnit: 'second' }).replace(/[-:]/g, '');
const begin = now().round('second').subtract({ minutes: 5 });

beforeAll(async () => {
  server = await startTestServer();
  admin = server.administrator;
  owner = await server.newUser('Olga Owner');
  helper = await server.newUser('Hanna Helper');
  groupId = (await admin.call('GET', '/users')).body.users[0].groupId;
  const event = (uid: string, start: Temporal.Instant, minutes: number, more: string[]) => [
    ...['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260101T000000Z', `DTSTART:${basic(start)}`],
    ...[`DTEND:${basic(start.add({ minutes }))}`, ...more, 'END:VEVENT'],
  ];
  const lines = [
    ...event('focus', begin, 60, ['SUMMARY:Fokus: quarterly figures', 'CATEGORIES:Deep', 'RRULE:FREQ=DAILY;COUNT=5']),
    ...event('doctor', begin.add({ hours: 30 }), 30, ['SUMMARY:Fokus at the doctor’s', 'CLASS:PRIVATE']),
    ...event('boss', begin.add({ hours: 50 }), 30, ['SUMMARY:Talk', 'ORGANIZER;CN=The Boss:mailto:Boss@Example.com']),
  ];
  const form = new FormData();
  form.set('file', new File([['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n')], 'a.ics'));
  expect((await owner.call('POST', '/accounts/file', form)).status).toBe(201);
  await status('appointment');
}, 60_000);
afterAll(() => server?.stop());

const ok = async (who: Person, method: string, path: string, body?: object) => {
  const answer = await who.call(method, path, body);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
};
const status = (wanted: string) =>
  until(
    `${wanted}`,
    async () => (await owner.call('GET', '/users/me/presence')).body,
    (presence) => presence.status === wanted,
  );
const rule = (name: string, when: object, effect: object) => ({ name, when, effect });
const fokus = rule('Fokus', { title: { words: ['FOKUS'] } }, { profile: 'doNotDisturb', leadMinutes: 5 });

describe('own rules', () => {
  test('are tried with titles, saved, followed, and nobody else’s', async () => {
    const empty = await ok(owner, 'GET', '/users/me/rules');
    expect(empty).toEqual({
      ...{ allowed: true, rules: [], freeBusyOnly: false, groupRules: [], tentativeCounts: true },
    });
    const dry = await ok(owner, 'POST', '/users/me/rules/dry-run', { rules: [fokus] });
    expect(dry).toMatchObject({ days: 14, users: [{ displayName: 'Olga Owner', hidden: 0 }] });
    const [first, ...others] = dry.users[0].entries;
    expect(first).toMatchObject({
      ...{ title: 'Fokus: quarterly figures', start: begin.toString(), changed: true },
      before: { presence: { status: 'appointment', profile: { name: 'Appointment' } }, rule: null },
      after: {
        presence: { status: 'doNotDisturb', start: begin.subtract({ minutes: 5 }).toString() },
        rule: { from: 'own', name: 'Fokus' },
      },
    });
    expect(others.map(({ title, changed }: Record<string, unknown>) => [title, changed])).toContainEqual([
      'Talk',
      false,
    ]);
    // What is told of presence is what the timeline says afterwards.
    const [soonest] = dry.users[0].presence;
    expect(soonest).toMatchObject({
      ...{ end: begin.add({ minutes: 60 }).toString(), before: { status: 'appointment', rule: null } },
      after: { status: 'doNotDisturb', rule: { from: 'own', name: 'Fokus' } },
    });
    expect(await ok(owner, 'PUT', '/users/me/rules', { rules: [fokus] })).toMatchObject({ rules: [fokus] });
    const period = new URLSearchParams({ from: begin.toString(), to: begin.add({ hours: 24 * 14 }).toString() });
    const { segments } = await ok(owner, 'GET', `/users/me/presence/timeline?${period}`);
    for (const { start, end, after } of dry.users[0].presence.slice(1)) {
      const during = segments.find((segment: { end: string }) => segment.end > start); // as text: all are whole seconds
      expect([during.status, during.start <= start, during.end >= end]).toEqual([after.status, true, true]);
    }
    expect(dry.users[0].presence.length).toBeGreaterThan(8); // also the five minutes before each of five
    const presence = await status('doNotDisturb');
    expect(presence.reason.rule).toEqual({ from: 'own', name: 'Fokus' });
    const seen = (await ok(admin, 'GET', `/users/${owner.id}/presence`)).reason;
    expect(seen.rule).toEqual({ from: 'own', name: '' });
    expect((await admin.call('GET', `/users/${owner.id}/rules`)).status).toBe(403);
  });

  test('that are wrong are refused where they are wrong', async () => {
    const wrong = await owner.call('PUT', '/users/me/rules', { rules: [{ name: 'a', when: { organizer: ['x'] } }] });
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain('rules.0.when.organizer.0');
    expect(wrong.text).toContain('rules.0.effect');
  });

  test('go with a reset, which says how many', async () => {
    expect((await ok(admin, 'POST', `/users/${owner.id}/reset`, {})).rules).toBe(1);
    expect((await ok(owner, 'GET', '/users/me/rules')).rules).toEqual([]);
    await status('appointment');
  });
});

describe('a group’s rules', () => {
  const value = {
    rules: [fokus, rule('Boss', { organizer: ['example.com'] }, { profile: 'unavailable' })],
  };

  test('are tried without subjects, and without private appointments', async () => {
    const body = { mode: 'individual', value, userIds: [owner.id] };
    const { users } = await ok(admin, 'POST', `/groups/${groupId}/functions/activation/dry-run`, body);
    expect(users).toHaveLength(1);
    expect(users[0]).toMatchObject({ userId: owner.id, hidden: 1 });
    const changed = users[0].entries.filter((entry: { changed: boolean }) => entry.changed);
    expect(changed.map(({ after }: { after: { rule: { name: string } } }) => after.rule.name)).toEqual([
      ...['Fokus', 'Fokus', 'Fokus', 'Boss', 'Fokus', 'Fokus'],
    ]);
    for (const { title } of users[0].entries) expect(title).toBeNull();
    const doctor = begin.add({ hours: 30 });
    const during = users[0].presence.filter(
      ({ start, end }: { start: string; end: string }) =>
        Temporal.Instant.compare(start, doctor) <= 0 && Temporal.Instant.compare(end, doctor) > 0,
    );
    expect(during, 'the private appointment, whose title has the word').toEqual([]);
    expect(JSON.stringify(users)).not.toContain('quarterly');
    const wrong = await admin.call('POST', `/groups/${groupId}/functions/activation/dry-run`, {
      ...{ mode: 'individual', value: { rules: [{ name: '' }] } },
    });
    expect(wrong.text).toContain('value.rules.0.name');
    const locationId = (await ok(admin, 'GET', '/groups')).groups[0].locationId;
    const whole = await ok(admin, 'POST', `/locations/${locationId}/functions/activation/dry-run`, { value });
    expect(whole.users.map(({ displayName }: { displayName: string }) => displayName)).toContain('Olga Owner');
  });

  test('are told in the impact as one field, and come into force', async () => {
    const impact = await ok(admin, 'POST', `/groups/${groupId}/functions/activation/impact`, {
      mode: 'individual',
      value,
    });
    expect(impact.changes.map(({ path }: { path: string }) => path)).toEqual(['rules']);
    await ok(admin, 'PUT', `/groups/${groupId}/functions/activation`, { mode: 'individual', value });
    const { reason } = await status('doNotDisturb');
    expect(reason.rule).toEqual({ from: 'group', name: 'Fokus' });
    expect((await ok(owner, 'GET', '/users/me/rules')).groupRules).toHaveLength(2);
  });

  test('name a profile that can’t be renamed then, while it is named by its name', async () => {
    const { profiles } = await ok(admin, 'GET', '/profiles');
    const known = profiles.find(({ key }: { key: string }) => key === 'doNotDisturb');
    const off = await admin.call('PATCH', `/profiles/${known.id}`, { active: false });
    expect(off.body.error.message).toMatch(/in use and can’t be switched off: .*the rule "Fokus" of /);
    expect((await admin.call('PATCH', `/profiles/${known.id}`, { name: 'Quiet' })).status).toBe(200);
    const named = { rules: [rule('Fokus', {}, { profile: 'quiet' })] };
    await ok(admin, 'PUT', `/groups/${groupId}/functions/activation`, { mode: 'individual', value: named });
    const renamed = await admin.call('PATCH', `/profiles/${known.id}`, { name: 'Silent' });
    expect([renamed.status, renamed.body.error.field]).toEqual([409, 'name']);
    await ok(admin, 'PUT', `/groups/${groupId}/functions/activation`, { mode: 'individual', value });
  });
});

describe('a choice for one appointment', () => {
  const outcomes = async (who: Person) =>
    (await ok(who, 'GET', `/users/${owner.id}/appointments/outcomes?from=${begin}&to=${begin.add({ hours: 40 })}`))
      .appointments as {
      uid: string;
      occurrence: string;
      choice: unknown;
      outcome: { presence: object | null; rule: unknown };
    }[];

  test('is the user’s, with what comes of it, and goes back', async () => {
    const [first] = await outcomes(owner);
    expect(first).toMatchObject({
      uid: 'focus',
      choice: null,
      outcome: { presence: { status: 'doNotDisturb' }, rule: { from: 'group', name: 'Fokus' } },
    });
    const { uid, occurrence } = first!;
    await ok(owner, 'PUT', '/users/me/appointments/choices', { uid, occurrence, effect: { ignore: true } });
    await status('available');
    const [ignored, next] = await outcomes(owner);
    expect(ignored).toMatchObject({
      choice: { scope: 'occurrence', effect: { ignore: true } },
      outcome: { presence: null, rule: { from: 'choice' } },
    });
    expect(next!.choice).toBeNull();
    await ok(owner, 'PUT', '/users/me/appointments/choices', { uid, effect: { profile: 'outOfOffice' } });
    expect((await outcomes(owner)).map(({ choice }) => choice)).toMatchObject([
      { scope: 'occurrence' },
      { scope: 'series', effect: { profile: 'outOfOffice', leadMinutes: 0, lagMinutes: 0 } },
      null, // the doctor's
    ]);
    const key = new URLSearchParams({ uid, occurrence });
    await ok(owner, 'DELETE', `/users/me/appointments/choices?${key}`);
    await status('outOfOffice');
    await ok(owner, 'DELETE', `/users/me/appointments/choices?uid=${uid}`);
    await status('doNotDisturb');
  });

  test('may be an assistant’s, of what an assistant may see, and nobody else’s', async () => {
    const path = `/users/${owner.id}/appointments/choices`;
    expect((await helper.call('PUT', path, { uid: 'focus', effect: { ignore: true } })).status).toBe(403);
    expect((await owner.call('PUT', `/users/me/relationships/${helper.id}`, { level: 'assistant' })).status).toBe(200);
    expect(await outcomes(helper)).toEqual([]);
    const detail = { external: 'nothing', employee: 'status', colleague: 'status', assistant: 'allButPrivate' };
    await ok(admin, 'PUT', `/groups/${groupId}/functions/privacy`, { mode: 'individual', value: { detail } });
    expect((await outcomes(helper)).map(({ uid }) => uid)).toEqual(['focus', 'focus']);
    await ok(helper, 'PUT', path, { uid: 'focus', effect: { ignore: true } });
    await status('available');
    await ok(helper, 'DELETE', `${path}?uid=focus`);
    await status('doNotDisturb');
    expect(await helper.call('PUT', path, { uid: 'no such', effect: { ignore: true } })).toMatchObject({ status: 404 });
  });
});
