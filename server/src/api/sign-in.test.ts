/** Lock-out and running sessions, over HTTP on a whole server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Person, password, startTestServer, type TestServer } from '../../../test/api-client.ts';
import { knownDevice } from '../organization/sign-in/device.ts';
import { letIn } from '../organization/sign-in/let-in.ts';
import type { Key } from '../organization/sign-in/lock-out.ts';
import {
  addressKey,
  beginTry,
  deviceKey,
  dropOldFailures,
  endTries,
  personKey,
} from '../organization/sign-in/tries.queries.ts';
import { codeNow, peopleOf } from './second-factor.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(['api'], ['127.0.0.1']);
});
afterAll(() => server?.stop());

const store = () => server.server.context.store;
const { signIn, withFactor } = peopleOf(() => server);

describe('lock-out', () => {
  const guess = (email: string, person: Person = server.anybody()) =>
    person.call('POST', '/session', { email, password: 'wrong' });
  /** Failures as sign-in counts them, without the tenth of a second that each password costs. */
  const count = async (key: Key, times: number) => {
    for (let i = 0; i < times; i++) expect(await beginTry(store().db, [key], Temporal.Now.instant())).toBe(0);
  };
  const locks = async (email: string, person?: Person, key = personKey(email)) => {
    await count(key, 9);
    expect((await guess(email, person)).status).toBe(401);
    return guess(email, person);
  };

  test('of tries side by side, over however many connections, no more count than may', async () => {
    const now = Temporal.Now.instant();
    const keys = [personKey('many@example.com'), addressKey('203.0.113.9')];
    const seconds = await Promise.all(
      // In either order: two tries never wait for each other in a circle.
      Array.from({ length: 40 }, (_, i) => beginTry(store().db, i % 2 ? keys : keys.toReversed(), now)),
    );
    expect(seconds.filter((each) => each === 0)).toHaveLength(10);
    expect(seconds.filter((each) => each === 60)).toHaveLength(30);
    expect(await beginTry(store().db, keys, now.add({ seconds: 59 }))).toBe(1);
    expect(await beginTry(store().db, keys, now.add({ seconds: 60 }))).toBe(0);
    expect(await beginTry(store().db, keys, now.add({ seconds: 60 }))).toBe(120);
    // The address has failed as often; whoever gets in clears themselves, and of the address this one try only.
    await endTries(store().db, keys);
    const left = await store().db.selectFrom('sign_in_failure').select(['key', 'failures']).execute();
    expect(left.find(({ key }) => key === keys[0]!.key)).toBeUndefined();
    expect(left.find(({ key }) => key === keys[1]!.key)).toMatchObject({ key: 'address:203.0.113.9', failures: 10 });
    await dropOldFailures(store().db, now.add({ hours: 49 }));
    expect(await store().db.selectFrom('sign_in_failure').select('key').execute()).toEqual([]);
  });

  test('people who exist and people who do not are locked alike, and it survives a restart', async () => {
    const person = await server.newUser('Lars Locked');
    const [there, nowhere] = [await locks(person.email), await locks('nowhere@example.com')];
    expect([there.status, nowhere.status]).toEqual([429, 429]);
    expect(there.body).toEqual(nowhere.body);
    expect(Number(there.headers.get('retry-after'))).toBeGreaterThan(50);
    await server.restart();
    // The right password from an unknown device: locked like all others, even after the restart.
    expect((await signIn(person.email)).status).toBe(429);
  });

  test('nobody can be locked out of a device they signed in on; that one locks by itself', async () => {
    const victim = await server.newUser('Vera Victim', 'administrator');
    expect((await locks(victim.email)).status).toBe(429);
    // The browser she signed in with keeps its cookie, also after signing out.
    expect((await victim.call('DELETE', '/session')).status).toBe(204);
    expect((await signIn(victim.email, {}, victim)).status).toBe(200);
    // A running session isn't touched either.
    expect((await victim.call('GET', '/me')).status).toBe(200);
    expect((await signIn(victim.email)).status).toBe(429);
    // Somebody else's cookie helps nobody, and neither does one that was made up.
    const other = server.anybody();
    other.cookie = server.administrator.cookie.replace(/whenabouts_session=[^;]*;? ?/, '');
    expect(other.cookie).toContain('whenabouts_device=');
    expect((await signIn(victim.email, {}, other)).status).toBe(429);
    const forger = server.anybody();
    forger.cookie = 'whenabouts_device=v1.k1.AAAA';
    expect((await signIn(victim.email, {}, forger)).status).toBe(429);
    const cookie = /whenabouts_device=([^;]+)/.exec(victim.cookie)![1]!;
    const device = knownDevice(server.server.context.secrets, decodeURIComponent(cookie), victim.email)!;
    expect((await locks(victim.email, victim, deviceKey(device))).status).toBe(429);
    expect((await signIn(victim.email, {}, victim)).status).toBe(429);
  });

  test('an address that fails for whomever it likes is locked too; nobody passes for another by a header', async () => {
    const person = await server.newUser('Peter Proxied');
    const from = (address: string) => ({ 'x-forwarded-for': address });
    const signInFrom = (header: string, secret = password) =>
      server.anybody().call('POST', '/session', { email: person.email, password: secret }, from(header));
    await count(addressKey('198.51.100.7'), 99);
    expect((await signInFrom('198.51.100.7', 'wrong')).status).toBe(401);
    expect((await signInFrom('198.51.100.7')).status).toBe(429);
    expect((await signInFrom('203.0.113.5, 198.51.100.7')).status).toBe(429); // the proxy writes last
    const elsewhere = await signInFrom('198.51.100.8');
    expect(elsewhere.status).toBe(200);
    const { sessions } = (await person.call('GET', '/sessions')).body;
    expect(sessions.map(({ address }: { address: string }) => address)).toContain('198.51.100.8');
  });

  test('codes are counted as passwords are, and asking for the code is no failure', async () => {
    const { person, secret } = await withFactor('Cora Coder');
    await count(personKey(person.email), 8);
    for (let i = 0; i < 2; i++) {
      expect((await signIn(person.email)).body.error.code).toBe('secondFactorNeeded');
      expect((await signIn(person.email, { code: codeNow(secret, 40 + i) })).status).toBe(401);
    }
    expect((await signIn(person.email, { code: codeNow(secret) })).status).toBe(429);
  });

  test('whoever may not sign in any more is told so only with the right password', async () => {
    const person = await server.newUser('Dora Deactivated');
    await store().db.updateTable('users').set({ active: false }).where('id', '=', person.id).execute();
    expect((await guess(person.email)).status).toBe(401);
    const refused = await signIn(person.email);
    expect([refused.status, refused.body.error.message]).toEqual([403, expect.stringContaining('administrator')]);
  });
});

test('whoever has the machine lets somebody in again who lost password and phone, was locked and deactivated', async () => {
  const { person } = await withFactor('Emma Emergency', 'administrator');
  await beginTry(store().db, [personKey(person.email)], Temporal.Now.instant());
  await store().db.updateTable('users').set({ active: false }).where('id', '=', person.id).execute();
  const actor = { userId: null, name: 'Command line', via: 'system' as const };
  const open = (email: string) =>
    store()
      .db.transaction()
      .execute((transaction) => letIn(transaction, actor, email, Temporal.Now.instant()));
  await expect(open('nobody@example.com')).rejects.toThrow('no user with the address nobody@example.com');
  const { token } = await open(person.email);
  const accepted = await server.anybody().call('POST', `/invitations/${token}`, { password });
  expect([accepted.status, accepted.body.id]).toEqual([200, person.id]);
  expect((await signIn(person.email)).status).toBe(200);
});

describe('sessions', () => {
  test('one’s own are listed and ended one by one', async () => {
    const here = await server.newUser('Sven Sessions');
    const there = server.anybody();
    await there.call('POST', '/session', { email: here.email, password }, { 'user-agent': 'Tablet/1' });
    const { sessions } = (await here.call('GET', '/sessions')).body;
    expect(sessions).toHaveLength(2);
    const tablet = sessions.find(({ userAgent }: { userAgent: string }) => userAgent === 'Tablet/1');
    expect(tablet).toMatchObject({ current: false, address: expect.stringContaining('127.0.0.1'), provider: null });
    expect((await server.administrator.call('DELETE', `/sessions/${tablet.id}`)).status).toBe(403);
    expect((await there.call('GET', '/me')).status).toBe(200);
    expect((await here.call('DELETE', `/sessions/${tablet.id}`)).status).toBe(204);
    expect((await there.call('GET', '/me')).status).toBe(401);
    expect((await here.call('DELETE', `/sessions/${tablet.id}`)).status).toBe(404);
    expect((await here.call('GET', '/sessions')).body.sessions).toMatchObject([{ current: true }]);
    // Whoever signs in anew in the same browser leaves no session behind.
    const { cookie } = here;
    expect((await signIn(here.email, {}, here)).status).toBe(200);
    expect((await here.call('GET', '/sessions')).body.sessions).toHaveLength(1);
    here.cookie = cookie;
    expect((await here.call('GET', '/me')).status).toBe(401);
  });

  test('administrators see and end those of users; users their other ones at once', async () => {
    const user = await server.newUser('Ulla Ended');
    await signIn(user.email);
    expect((await user.call('DELETE', '/users/me/sessions')).status).toBe(204);
    expect((await user.call('GET', '/sessions')).body.sessions).toHaveLength(1);
    const other = await server.newUser('Nosy Neighbour');
    expect((await other.call('GET', `/users/${user.id}/sessions`)).status).toBe(403);
    expect((await other.call('DELETE', `/users/${user.id}/sessions`)).status).toBe(403);
    const seen = await server.administrator.call('GET', `/users/${user.id}/sessions`);
    expect(seen.body.sessions).toMatchObject([{ current: false }]);
    expect((await server.administrator.call('DELETE', `/users/${user.id}/sessions`)).status).toBe(204);
    expect((await user.call('GET', '/me')).status).toBe(401);
  });
});

test('the audit log tells who signed in from where and who was refused, and no secret', async () => {
  const rows = await store()
    .db.selectFrom('audit_entry')
    .select(['action', 'subject_kind', 'subject_name', 'after', 'before'])
    .where('subject_kind', 'in', ['signIn', 'session', 'configuration'])
    .execute();
  const told = rows.map(({ action, subject_kind, subject_name, after }) => ({
    action,
    subject_kind,
    subject_name,
    after,
  }));
  for (const entry of [
    { action: 'refuse', subject_name: 'Vera Victim', after: { by: 'password', reason: 'wrong password' } },
    { action: 'refuse', subject_name: '', after: { reason: 'wrong password' } },
    { action: 'refuse', subject_name: 'Lars Locked', after: { reason: 'wrong password', lockedSeconds: 60 } },
    { action: 'refuse', subject_name: 'Cora Coder', after: { reason: 'wrong code' } },
    { action: 'refuse', subject_name: 'Dora Deactivated', after: { reason: 'deactivated' } },
    { action: 'delete', subject_kind: 'session', subject_name: 'Ulla Ended' },
    { action: 'run', subject_name: 'Emma Emergency', after: { invited: true, mayEnter: true, secondFactor: false } },
  ])
    expect(told).toContainEqual(
      expect.objectContaining({ ...entry, ...(entry.after && { after: expect.objectContaining(entry.after) }) }),
    );
  const { rows: stored } = { rows: JSON.stringify(rows) };
  expect(stored).not.toContain('nowhere@example.com');
  expect(stored).not.toContain(password);
  expect(server.logged()).not.toContain(password);
});
