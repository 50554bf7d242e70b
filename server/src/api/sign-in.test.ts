/** Second factors, lock-out and running sessions, over HTTP on a whole server. */
import { sql } from 'kysely';
import decodeQR from 'qr/decode.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Person, password, startTestServer, type TestServer } from '../../../test/api-client.ts';
import { knownDevice } from '../organization/sign-in/device.ts';
import { letIn } from '../organization/sign-in/let-in.ts';
import type { Key } from '../organization/sign-in/lock-out.ts';
import { codeOfStep, fromBase32, stepAt } from '../organization/sign-in/totp.ts';
import {
  addressKey,
  beginTry,
  deviceKey,
  dropOldFailures,
  endTries,
  personKey,
} from '../organization/sign-in/tries.queries.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(['api'], ['127.0.0.1']);
});
afterAll(() => server?.stop());

const store = () => server.server.context.store;
const signIn = (email: string, more: object = {}, person = server.anybody()) =>
  person.call('POST', '/session', { email, password, ...more });
const codeNow = (secret: string, steps = 0) => codeOfStep(fromBase32(secret), stepAt(Temporal.Now.instant()) + steps);
/** What a camera reads: the picture's dark squares of one unit on white, at four pixels each. */
function decoded(svg: string): string {
  const size = Number(/viewBox="0 0 (\d+)/.exec(svg)![1]);
  const side = size * 4;
  const data = new Uint8Array(side * side * 4).fill(255);
  let [x, y] = [0, 0];
  for (const [, command, one, two] of svg.matchAll(/([Mm])(-?\d+)[ ,]?(-?\d+)h1v1/g)) {
    [x, y] = command === 'M' ? [Number(one), Number(two)] : [x + Number(one), y + Number(two)];
    for (let i = 0; i < 16; i++)
      data.fill(
        0,
        ((y * 4 + (i >> 2)) * side + x * 4 + (i & 3)) * 4,
        ((y * 4 + (i >> 2)) * side + x * 4 + (i & 3)) * 4 + 3,
      );
  }
  return decodeQR({ width: side, height: side, data });
}
/** Each code works once: the one before is made forgotten, as if half a minute had gone. */
const forgetSteps = (userId: string) =>
  store().db.updateTable('second_factor').set({ last_step: 0 }).where('user_id', '=', userId).execute();

async function withFactor(name: string, role?: 'user' | 'administrator') {
  const person = await server.newUser(name, role);
  const { secret } = (await person.call('POST', '/me/second-factor')).body;
  const confirmed = await person.call('POST', '/me/second-factor/confirm', { code: codeNow(secret) });
  expect(confirmed.status).toBe(200);
  await forgetSteps(person.id);
  return { person, secret: secret as string, recoveryCodes: confirmed.body.recoveryCodes as string[] };
}

describe('second factor', () => {
  test('it counts from its confirmation on, and ends other sessions', async () => {
    const person = await server.newUser('Frida Factor');
    const elsewhere = server.anybody();
    expect((await signIn(person.email, {}, elsewhere)).body).toMatchObject({ secondFactor: false, hasPassword: true });
    const begun = await person.call('POST', '/me/second-factor');
    expect(begun.status).toBe(201);
    const { secret, uri, qr } = begun.body;
    expect(new URL(uri).searchParams.get('secret')).toBe(secret);
    expect(decoded(qr)).toBe(uri);
    expect((await person.call('GET', '/me/second-factor')).body.state).toBe('unconfirmed');
    expect((await signIn(person.email)).status).toBe(200);

    const wrong = await person.call('POST', '/me/second-factor/confirm', { code: codeNow(secret, 5) });
    expect(wrong.body.error).toMatchObject({ code: 'invalid', field: 'code' });
    const { body } = await person.call('POST', '/me/second-factor/confirm', { code: codeNow(secret) });
    expect(body.recoveryCodes).toHaveLength(10);
    expect((await person.call('GET', '/me/second-factor')).body).toMatchObject({ state: 'on', recoveryCodesLeft: 10 });
    expect((await elsewhere.call('GET', '/me')).status).toBe(401);
    expect((await person.call('GET', '/me')).body.secondFactor).toBe(true);
    expect((await person.call('POST', '/me/second-factor')).status).toBe(409);

    // Neither the secret nor a recovery code can be read in the database.
    const { rows } = await sql`select second_factor::text, recovery_code::text
      from second_factor join recovery_code using (user_id) where user_id = ${person.id}`.execute(store().db);
    expect(rows).toHaveLength(10);
    for (const text of [
      secret,
      ...body.recoveryCodes,
      ...body.recoveryCodes.map((code: string) => code.replaceAll('-', '')),
    ])
      expect(JSON.stringify(rows)).not.toContain(text);

    // The code that confirmed it is used up.
    expect((await signIn(person.email)).body.error).toMatchObject({ code: 'secondFactorNeeded', field: 'code' });
    expect((await signIn(person.email, { code: codeNow(secret) })).body.error.code).toBe('notSignedIn');
    await forgetSteps(person.id);
    expect((await signIn(person.email, { code: codeNow(secret) })).body.id).toBe(person.id);
  });

  test('two sign-ins with one code at once: one of them gets in; the same for a recovery code', async () => {
    const { person, secret, recoveryCodes } = await withFactor('Otto Once');
    const both = async (code: string) => {
      const answers = await Promise.all(Array.from({ length: 2 }, () => signIn(person.email, { code })));
      return answers.map(({ status }) => status).sort();
    };
    expect(await both(codeNow(secret))).toEqual([200, 401]);
    expect(await both(recoveryCodes[0]!.toUpperCase().replaceAll('-', ' '))).toEqual([200, 401]);
    expect((await person.call('GET', '/me/second-factor')).body.recoveryCodesLeft).toBe(9);
    const wrong = await person.call('POST', '/me/second-factor/recovery-codes', { password: 'not it' });
    expect(wrong.body.error.field).toBe('password');
    const renewed = await person.call('POST', '/me/second-factor/recovery-codes', { password });
    expect(renewed.body.recoveryCodes).toHaveLength(10);
    expect((await signIn(person.email, { code: recoveryCodes[1] })).status).toBe(401);
    expect((await signIn(person.email, { code: renewed.body.recoveryCodes[1] })).status).toBe(200);
  });

  test('a restored password and an invitation do not go round it', async () => {
    const { person, secret } = await withFactor('Inga Invited');
    const { body } = await server.administrator.call('POST', `/users/${person.id}/invitation`);
    const thief = server.anybody();
    const accepted = await thief.call('POST', `/invitations/${body.url.split('/').at(-1)}`, { password });
    expect(accepted.body.error.code).toBe('secondFactorNeeded');
    expect((await thief.call('GET', '/me')).status).toBe(401);
    expect((await signIn(person.email, { code: codeNow(secret) })).status).toBe(200);
  });

  test('it goes with the password, or by an administrator', async () => {
    const { person } = await withFactor('Rita Removes');
    expect((await person.call('DELETE', '/me/second-factor', { password: 'no' })).body.error.field).toBe('password');
    expect((await person.call('DELETE', '/me/second-factor', { password })).status).toBe(204);
    expect((await signIn(person.email)).status).toBe(200);
    // Somebody who has lost the phone and the recovery codes as well.
    const { secret } = (await person.call('POST', '/me/second-factor')).body;
    expect((await person.call('POST', '/me/second-factor/confirm', { code: codeNow(secret) })).status).toBe(200);
    const remove = (who: Person) => who.call('DELETE', `/users/${person.id}/second-factor`);
    expect((await remove(person)).status).toBe(403);
    expect((await remove(server.administrator)).status).toBe(204);
    expect((await signIn(person.email)).body.secondFactor).toBe(false);
    expect((await remove(server.administrator)).status).toBe(404);
  });

  test('where a role needs one, nothing else is answered until it is there', async () => {
    const { person: first, secret: firstSecret } = await withFactor('Anna First', 'administrator');
    const second = await server.newUser('Bert Second', 'administrator');
    const user = await server.newUser('Ute User');
    const require = (secondFactorRequiredFor: string[]) =>
      first.call('PUT', '/settings/sign-in', { secondFactorRequiredFor });
    expect((await second.call('GET', '/groups')).status).toBe(200);
    expect((await require(['administrator'])).body).toEqual({ secondFactorRequiredFor: ['administrator'] });
    try {
      const refused = await second.call('GET', '/groups');
      expect([refused.status, refused.body.error.code]).toEqual([403, 'secondFactorMissing']);
      expect((await second.call('GET', '/me')).body).toMatchObject({
        secondFactorMissing: true,
        role: 'administrator',
      });
      expect((await second.call('GET', '/users/me/presence')).status).toBe(403);
      expect((await signIn(second.email)).body.secondFactorMissing).toBe(true);
      const { secret } = (await second.call('POST', '/me/second-factor')).body;
      expect((await second.call('POST', '/me/second-factor/confirm', { code: codeNow(secret) })).status).toBe(200);
      expect((await second.call('GET', '/groups')).status).toBe(200);
      // Whoever removes it again is back where they were; those with other roles aren't asked.
      expect((await second.call('DELETE', '/me/second-factor', { password })).status).toBe(204);
      expect((await second.call('GET', '/groups')).status).toBe(403);
      expect((await signIn(user.email)).body.secondFactorMissing).toBe(false);
      expect((await signIn(first.email, { code: codeNow(firstSecret) })).body.secondFactorMissing).toBe(false);
    } finally {
      expect((await require([])).status).toBe(200);
    }
    expect((await second.call('GET', '/groups')).status).toBe(200);
  });
});

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
    { action: 'signIn', subject_name: 'Frida Factor', after: { by: 'password', secondFactor: 'app' } },
    { action: 'signIn', subject_name: 'Otto Once', after: { by: 'password', secondFactor: 'recoveryCode' } },
    { action: 'refuse', subject_name: 'Vera Victim', after: { by: 'password', reason: 'wrong password' } },
    { action: 'refuse', subject_name: '', after: { reason: 'wrong password' } },
    { action: 'refuse', subject_name: 'Lars Locked', after: { reason: 'wrong password', lockedSeconds: 60 } },
    { action: 'refuse', subject_name: 'Cora Coder', after: { reason: 'wrong code' } },
    { action: 'refuse', subject_name: 'Dora Deactivated', after: { reason: 'deactivated' } },
    { action: 'create', subject_name: 'Frida Factor', after: { secondFactor: true } },
    { action: 'delete', subject_name: 'Rita Removes', after: { secondFactor: false } },
    { action: 'change', subject_kind: 'configuration', after: { secondFactorRequiredFor: ['administrator'] } },
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
