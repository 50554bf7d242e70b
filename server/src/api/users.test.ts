/** Users as people meet them: found, shown on one page, reset, deactivated, imported. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPbx } from '../../../simulators/pbx/pbx.ts';
import { pbxSettings } from '../../../simulators/pbx/settings.ts';
import { type Person, password, startTestServer, type TestServer } from '../../../test/api-client.ts';
import { until } from '../../../test/product.ts';
import { searchWords } from '../organization/user-search.ts';

let server: TestServer;
let admin: TestServer['administrator'];
let user: Person & { id: string; email: string };
let groupId: string;
let locationId: string;
beforeAll(async () => {
  server = await startTestServer();
  admin = server.administrator;
  user = await server.newUser('Ursula User');
  await admin.call('PATCH', `/users/${user.id}`, { displayName: 'Ursula Müller' });
  const groups = (await admin.call('GET', '/groups')).body.groups;
  ({ id: groupId, locationId } = groups[0]);
});
afterAll(() => server?.stop());

const names = (answer: { body: { users: { displayName: string }[] } }) =>
  answer.body.users.map((each) => each.displayName);

async function imported(lines: string[], settings: Record<string, unknown> = {}) {
  const source = await admin.call('POST', '/import-sources', { name: `File ${Math.random()}`, kind: 'csv', settings });
  expect(source.status).toBe(201);
  return { source: source.body, run: await runOf(source.body.id, lines) };
}

async function runOf(sourceId: string, lines: string[]) {
  const form = new FormData();
  form.set('file', new File([lines.join('\n')], 'users.csv'));
  const begun = await admin.call('POST', `/import-sources/${sourceId}/runs`, form);
  expect([begun.status, begun.body.state]).toEqual([201, 'reading']);
  return ended(begun.body.id, ['planned', 'failed']);
}

const ended = (runId: string, states: string[]) =>
  until(
    `the run being ${states}`,
    async () => (await admin.call('GET', `/import-runs/${runId}`)).body,
    (run) => states.includes(run.state),
  );

describe('a list of many', () => {
  beforeAll(async () => {
    const people = Array.from({ length: 60 }, (_, index) => {
      const number = String(index).padStart(2, '0');
      return `person${number}@example.com;Person ${number};${600 + index}`;
    });
    const system = await admin.call('POST', '/phone-systems', {
      ...{ name: 'PBX', kind: 'asterisk', mode: 'paused' },
      ...{ settings: { host: '127.0.0.1', port: 1, username: 'x' }, secret: { password: 'x' } },
    });
    expect([system.status, system.text]).toEqual([201, expect.any(String)]);
    const { run } = await imported(['E-Mail;Name;Durchwahl', ...people, ';broken;'], { phoneSystemId: system.body.id });
    expect(run.plan).toMatchObject({ create: 60, wrong: 1 });
    expect(run.rows[0]).toMatchObject({ kind: 'wrong', place: 'line 62', reason: 'It has no e-mail address.' });
    expect((await admin.call('GET', `/import-runs/${run.id}?limit=1`)).body).toMatchObject({
      rows: [{ number: 1 }],
      next: 1,
    });
    expect((await admin.call('POST', `/import-runs/${run.id}/carry-out`)).status).toBe(202);
    expect(await ended(run.id, ['done', 'failed'])).toMatchObject({
      state: 'done',
      done: 60,
      total: 60,
      message: null,
    });
  });

  test('in pages by name, each user once, with how many there are', async () => {
    const found: string[] = [];
    let after = '';
    let pages = 0;
    do {
      const { body } = await user.call('GET', `/users?limit=25${after && `&after=${after}`}`);
      expect(body.total).toBe(62);
      found.push(...body.users.map(({ displayName }: { displayName: string }) => displayName));
      after = body.next;
      pages++;
    } while (after);
    expect([pages, found.length, new Set(found).size]).toEqual([3, 62, 62]);
    const whole = await user.call('GET', '/users');
    expect([names(whole), whole.body.next]).toEqual([found, null]);
    expect((await user.call('GET', '/users?after=nonsense')).body.error).toMatchObject({
      code: 'invalid',
      field: 'after',
    });
  });

  test('in the same pages with the same total by every way in: few found, more than are fetched at once, a group, all', async () => {
    const { db } = server.server.context.store;
    await sql`
      insert into users (group_id, email, display_name, time_zone)
      select ${groupId}::uuid, 'crowd' || number || '@example.com', 'Crowd ' || number, 'UTC'
        from generate_series(1000, 2100) number`.execute(db);
    try {
      for (const [query, total] of [
        ['search=crowd+10', 100],
        ['search=crowd', 1101],
        ['search=cr', 1101],
        [`groupId=${groupId}&search=crowd`, 1101],
        [`groupId=${groupId}`, 1163],
        ['', 1163],
      ] as const) {
        const found: string[] = [];
        let after = '';
        do {
          const { body } = await admin.call('GET', `/users?limit=97&${query}${after && `&after=${after}`}`);
          expect([query, body.total]).toEqual([query, total]);
          found.push(...body.users.map(({ id }: { id: string }) => id));
          after = body.next;
        } while (after);
        expect([query, found.length, new Set(found).size]).toEqual([query, total, total]);
        const behind = Buffer.from(JSON.stringify(['zzz', 'z'])).toString('base64url');
        const { body } = await admin.call('GET', `/users?limit=97&${query}&after=${behind}`);
        expect([query, body]).toEqual([query, { users: [], next: null, total }]);
      }
    } finally {
      await sql`delete from users where email like 'crowd%'`.execute(db);
    }
  });

  test('found by how words begin, without accents and case, by address and by extension', async () => {
    const find = async (search: string) => names(await user.call('GET', `/users?search=${encodeURIComponent(search)}`));
    expect(await find('MULL')).toEqual(['Ursula Müller']);
    expect(await find('müller urs')).toEqual(['Ursula Müller']);
    expect(await find('person 07')).toEqual(['Person 07']);
    expect(await find('person07@example.com')).toEqual(['Person 07']);
    expect(await find('607')).toEqual(['Person 07']);
    expect(await find('60')).toHaveLength(10);
    expect(await find('erson')).toEqual([]);
    for (const nothing of ["'", '\\', '%', "o'x:*", '!!', '| &']) expect(await find(nothing)).toEqual([]);
  });

  test('the database takes names apart as what is searched for is: every Latin, Greek and Cyrillic letter and every space', async () => {
    const between = Array.from({ length: 0x530 - 0xa0 }, (_, index) => String.fromCodePoint(0xa0 + index));
    const names = [...between, '\u2003', '\u202f', '\u3000', "'", '-', '.', '`'].map((letter) => `ΠΑΣ${letter}Ab`);
    const { rows } = await sql<{ name: string; words: string[] }>`
      select name, tsvector_to_array(search_words(name)) as words from unnest(${names}::text[]) as name`.execute(
      server.server.context.store.db,
    );
    expect(rows).toHaveLength(names.length);
    for (const { name, words } of rows) expect([name, searchWords(name).sort()]).toEqual([name, words.sort()]);
  });

  test('filters, and what colleagues and administrators are told', async () => {
    expect((await admin.call('GET', `/users?groupId=${groupId}&search=person`)).body.total).toBe(60);
    expect((await admin.call('GET', `/users?locationId=${locationId}`)).body.total).toBe(62);
    expect((await admin.call('GET', `/users?locationId=${user.id}`)).body.total).toBe(0);
    const [told] = (await user.call('GET', '/users?search=607')).body.users;
    expect(Object.keys(told).sort()).toEqual(['displayName', 'email', 'id', 'sample', 'timeZone']);
    const [whole] = (await admin.call('GET', '/users?search=607')).body.users;
    expect(whole).toMatchObject({ origin: 'import', active: true, locationId, externalId: 'person07@example.com' });
    expect(whole.extensions).toMatchObject([{ number: '607' }]);
  });
});

test('a deactivated user is signed out, can’t sign in, is told to administrators only, and comes back', async () => {
  const gone = await server.newUser('Gerda Gone');
  const set = (active: boolean) => admin.call('PATCH', `/users/${gone.id}`, { active });
  expect((await set(false)).body.active).toBe(false);
  expect((await gone.call('GET', '/me')).status).toBe(401);
  expect((await server.anybody().call('POST', '/session', { email: gone.email, password })).status).toBe(403);
  expect((await user.call('GET', '/users?search=gerda')).body.users).toEqual([]);
  expect((await user.call('GET', '/users?search=gerda&active=false')).body.users).toEqual([]);
  expect(names(await admin.call('GET', '/users?search=gerda&active=false'))).toEqual(['Gerda Gone']);
  const away = await until(
    'the presence of who is gone',
    async () => (await admin.call('GET', `/users/${gone.id}/overview`)).body.presence,
    (presence) => presence?.status === 'unavailable',
  );
  expect(away.forwarding).toEqual({ mode: 'off', target: null, busy: null, unanswered: null });
  expect((await set(true)).body.active).toBe(true);
  expect((await server.anybody().call('POST', '/session', { email: gone.email, password })).status).toBe(200);
  const only = await admin.call('PATCH', `/users/${admin.id}`, { active: false });
  expect([only.status, only.body.error.code]).toEqual([409, 'conflict']);
});

test('the phone of a deactivated user gets back what was there before, rests, and follows again afterwards', async () => {
  const pbx = await startPbx({ extensions: ['201'], badHabits: false });
  try {
    pbx.byHand('201', { mode: 'always', target: '555' });
    const fiona = await server.newUser('Fiona Forwarded');
    const system = { name: 'Simulator', kind: 'http', mode: 'active', settings: pbxSettings(pbx.url) };
    const { id: phoneSystemId } = (await admin.call('POST', '/phone-systems', system)).body;
    const extension = { userId: fiona.id, phoneSystemId, number: '201' };
    expect((await admin.call('POST', '/extensions', extension)).status).toBe(201);
    const forwarding = { mode: 'all', target: { kind: 'number', number: '300' } };
    const away = { name: 'Away', status: 'outOfOffice', owner: 'user', forwarding };
    const { id: profileId } = (await fiona.call('POST', '/profiles', away)).body;
    await fiona.call('PUT', '/users/me/presence/manual', { profileId, end: { rule: 'untilChanged' } });
    const phone = (target: string) =>
      until(
        `the phone being forwarded to ${target}`,
        async () => pbx.state('201'),
        (state) => state.target === target,
      );
    await phone('300');
    await admin.call('PATCH', `/users/${fiona.id}`, { active: false });
    await phone('555');
    await until(
      'the phone resting',
      async () => (await admin.call('GET', `/users/${fiona.id}/overview`)).body.phones[0].phase,
      (phase) => phase === 'idle',
    );
    await admin.call('PATCH', `/users/${fiona.id}`, { active: true });
    await phone('300');
  } finally {
    await pbx.stop();
  }
});

test('the page of a user tells accounts, presence with its reason and phones, never what an appointment is about', async () => {
  const day = Temporal.Now.plainDateISO().toString().replaceAll('-', '');
  const calendar = [
    ...[
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:test',
      'BEGIN:VEVENT',
      'UID:secret-meeting',
      'DTSTAMP:20260101T000000Z',
    ],
    ...[
      `DTSTART:${day}T000000Z`,
      `DTEND:${day}T235959Z`,
      'SUMMARY:Takeover of the competitor',
      'END:VEVENT',
      'END:VCALENDAR',
    ],
  ].join('\r\n');
  const form = new FormData();
  form.set('file', new File([calendar], 'own.ics'));
  expect((await user.call('POST', '/accounts/file', form)).status).toBe(201);
  const overview = await until(
    'the appointment being the reason',
    async () => (await admin.call('GET', `/users/${user.id}/overview`)).body,
    ({ presence }) => presence?.reason.origin === 'appointment',
  );
  expect(overview.user).toMatchObject({ displayName: 'Ursula Müller', signInReady: true, groupId });
  expect(overview.accounts).toMatchObject([{ name: 'own.ics', health: { status: 'ok' } }]);
  expect([overview.presence.status, overview.phones, overview.leaving]).toEqual(['appointment', [], null]);
  expect(JSON.stringify(overview)).not.toContain('Takeover');
  expect((await user.call('GET', `/users/${user.id}/overview`)).status).toBe(403);
});

test('a reset takes what users chose for themselves, and says how much', async () => {
  const profile = await user.call('POST', '/profiles', { name: 'Mine', status: 'doNotDisturb', owner: 'user' });
  expect([profile.status, profile.text]).toEqual([201, expect.any(String)]);
  await user.call('PUT', '/users/me/presence/manual', { profileId: profile.body.id, end: { rule: 'untilChanged' } });
  const reset = await admin.call('POST', `/users/${user.id}/reset`, {});
  expect(reset.body).toEqual({
    ...{ profiles: 1, manualChoices: 1, relationships: 0, reminders: 0, rules: 0, appointmentChoices: 0 },
  });
  expect((await user.call('GET', '/profiles')).body.profiles.map(({ name }: { name: string }) => name)).not.toContain(
    'Mine',
  );
  expect((await admin.call('POST', `/users/${user.id}/reset`, {})).body.profiles).toBe(0);
});

describe('imports', () => {
  test('settings are checked field by field, passwords are never told, and what is wrong with a file is said', async () => {
    const make = (kind: string, settings: Record<string, unknown>, more = {}) =>
      admin.call('POST', '/import-sources', { name: 'Directory', kind, settings, ...more });
    expect((await make('ldap', {})).body.error.fields.map(({ field }: { field: string }) => field)).toEqual([
      'settings.address',
      'settings.base',
    ]);
    const good = { address: 'ldaps://directory.example.com', base: 'dc=example,dc=com' };
    expect((await make('ldap', { ...good, filter: '(mail=*' })).body.error.field).toBe('settings.filter');
    expect((await make('ldap', { ...good, filter: '(=x)' })).body.error.field).toBe('settings.filter');
    expect((await make('ldap', { ...good, groupId: user.id })).body.error.field).toBe('settings.groupId');
    expect((await make('ldap', { ...good, bindPassword: 'x' })).body.error.code).toBe('invalid');
    const made = await make('ldap', good, { password: 'sesame open' });
    expect(made.body).toMatchObject({
      hasSecret: true,
      users: 0,
      lastRun: null,
      settings: { startTls: true, pageSize: 500 },
    });
    expect((await make('ldap', good)).body.error).toMatchObject({ code: 'conflict', field: 'name' });
    const scheduled = { settings: { ...good, schedule: { hour: 3, timeZone: 'Europe/Berlin' } } };
    expect((await admin.call('PATCH', `/import-sources/${made.body.id}`, scheduled)).body.nextRunAt).toMatch(/^20/);
    expect(server.answered()).not.toContain('sesame');
    expect((await admin.call('POST', `/import-sources/${made.body.id}/runs`, new FormData())).status).toBe(201);
    const audit = (await admin.call('GET', '/audit?subjectKind=importSource')).text;
    expect([audit.includes('directory.example.com'), audit.includes('sesame')]).toEqual([true, false]);

    const file = await admin.call('POST', '/import-sources', { name: 'File', kind: 'csv' });
    expect(await runOf(file.body.id, ['a;b', '1;2'])).toMatchObject({
      state: 'planned',
      message: 'No column of the file is known to hold e-mail addresses: choose it.',
      plan: { columns: [{ header: 'a', field: null, example: '1' }, { header: 'b' }] },
    });
    expect((await admin.call('POST', `/import-sources/${file.body.id}/runs`, {})).body.error.field).toBe('file');
    expect((await admin.call('POST', `/import-sources/${file.body.id}/check`)).body.error.code).toBe('invalid');
    expect((await admin.call('DELETE', `/import-sources/${file.body.id}`)).status).toBe(204);
  });

  test('a plan can be dismissed, and only a plan is carried out', async () => {
    const { run } = await imported(['mail,name', 'dismissed@example.com,Dismissed']);
    expect((await admin.call('POST', `/import-runs/${run.id}/cancel`)).body.state).toBe('cancelled');
    const refused = await admin.call('POST', `/import-runs/${run.id}/carry-out`);
    expect([refused.status, refused.body.error.message]).toEqual([409, 'It was cancelled: begin a new run.']);
    expect((await admin.call('GET', '/users?search=dismissed')).body.total).toBe(0);
  });
});
