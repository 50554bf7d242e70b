/** Second factors, over HTTP on a whole server. */
import { sql } from 'kysely';
import decodeQR from 'qr/decode.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Person, password, startTestServer, type TestServer } from '../../../test/api-client.ts';
import { codeNow, peopleOf } from './second-factor.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(['api'], ['127.0.0.1']);
});
afterAll(() => server?.stop());

const store = () => server.server.context.store;
const { signIn, forgetSteps, withFactor } = peopleOf(() => server);
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
  const code = codeNow(secret);
  const { body } = await person.call('POST', '/me/second-factor/confirm', { code });
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
  expect((await signIn(person.email, { code })).body.error.code).toBe('notSignedIn');
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
  const made = await second.call('POST', '/api-tokens', { name: 'Before', scopes: ['read', 'administration:read'] });
  const program = (method: string, path: string) =>
    server.anybody().call(method, path, undefined, { authorization: `Bearer ${made.body.token}` });
  expect([(await second.call('GET', '/groups')).status, (await program('GET', '/groups')).status]).toEqual([200, 200]);
  expect((await require(['administrator'])).body).toEqual({ secondFactorRequiredFor: ['administrator'] });
  try {
    const refused = await second.call('GET', '/groups');
    expect([refused.status, refused.body.error.code]).toEqual([403, 'secondFactorMissing']);
    expect((await second.call('GET', '/me')).body).toMatchObject({
      secondFactorMissing: true,
      role: 'administrator',
    });
    expect((await second.call('GET', '/users/me/presence')).status).toBe(403);
    // A token that was made before doesn't go round it.
    const byToken = await program('GET', '/groups');
    expect([byToken.status, byToken.body.error.code]).toEqual([403, 'secondFactorMissing']);
    expect(byToken.body.error.message).toContain('the token works again from then on');
    expect((await signIn(second.email)).body.secondFactorMissing).toBe(true);
    const { secret } = (await second.call('POST', '/me/second-factor')).body;
    expect((await second.call('POST', '/me/second-factor/confirm', { code: codeNow(secret) })).status).toBe(200);
    expect((await second.call('GET', '/groups')).status).toBe(200);
    expect((await program('GET', '/groups')).status).toBe(200);
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

test('the audit log tells of second factors, and has no secret', async () => {
  const rows = await store()
    .db.selectFrom('audit_entry')
    .select(['action', 'subject_kind', 'subject_name', 'after', 'before'])
    .where('subject_kind', 'in', ['signIn', 'configuration'])
    .execute();
  for (const entry of [
    { action: 'signIn', subject_name: 'Frida Factor', after: { by: 'password', secondFactor: 'app' } },
    { action: 'signIn', subject_name: 'Otto Once', after: { by: 'password', secondFactor: 'recoveryCode' } },
    { action: 'create', subject_name: 'Frida Factor', after: { secondFactor: true } },
    { action: 'delete', subject_name: 'Rita Removes', after: { secondFactor: false } },
    { action: 'change', subject_kind: 'configuration', after: { secondFactorRequiredFor: ['administrator'] } },
  ])
    expect(rows).toContainEqual(expect.objectContaining({ ...entry, after: expect.objectContaining(entry.after) }));
  expect(JSON.stringify(rows)).not.toContain(password);
  expect(server.logged()).not.toContain(password);
});
