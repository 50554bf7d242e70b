/** A company file on a store: applied, applied again, exported and applied elsewhere; refused whole; two at once. */
import fs from 'node:fs';
import { Ajv2020 as Ajv } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testContext } from '../../../../test/context.ts';
import { openTestStore } from '../../../../test/store.ts';
import { connectors } from '../../calendars/connectors.ts';
import type { Context } from '../../context.ts';
import { phoneSystemKinds } from '../../telephony/connectors.ts';
import { tokensInStore } from '../../telephony/token-store.ts';
import { pauseForwarding } from '../../telephony/trust/pausing.ts';
import { systemActor } from '../audit.ts';
import { newSetupToken, setUp } from '../setup.ts';
import { applyCompany } from './apply.ts';
import { CompanyRefused, readCompanyFile } from './company-file.ts';
import type { CompanyChange } from './difference.ts';
import { exportCompany } from './export.ts';
import { companySchema } from './json-schema.ts';
import type { Reference } from './references.ts';

const example = fs.readFileSync(new URL('../../../../docs/company.yaml', import.meta.url), 'utf8');
const token = `whenabouts_${'a'.repeat(43)}`;
const hookSecret = `whsec_${Buffer.from('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa').toString('base64')}`;
const variables: Record<string, string> = {
  BERLIN_PBX_PASSWORD: 'pbx-s3cret',
  ANNAS_PASSWORD: 'annas-s3cret',
  DOOR_DISPLAY_TOKEN: token,
  GRAPH_CLIENT_SECRET: 'graph-s3cret',
  EXCHANGE_PASSWORD: 'exchange-s3cret',
  LOGIN_CLIENT_SECRET: 'login-s3cret',
  DIRECTORY_PASSWORD: 'directory-s3cret',
  HOOK_SECRET: hookSecret,
  WHENABOUTS_WAZO_PASSWORD: 'wazo-s3cret',
  WHENABOUTS_STARFACE_PASSWORD: 'starface-s3cret',
  WHENABOUTS_WEBEX_CLIENT_SECRET: 'webex-s3cret',
  WHENABOUTS_WEBEX_REFRESH_TOKEN: 'refresh-s3cret',
  WHENABOUTS_GRAPH_APPLICATION_EXAMPLE_LTD_SECRET: 'graph-s3cret',
  WHENABOUTS_EXCHANGE_SERVER_VIENNA_SECRET: 'exchange-s3cret',
  WHENABOUTS_IDENTITY_PROVIDER_EXAMPLE_LTD_SECRET: 'login-s3cret',
  WHENABOUTS_IMPORT_SOURCE_DIRECTORY_PASSWORD: 'directory-s3cret',
  WHENABOUTS_WEBHOOK_HOOKS_EXAMPLE_COM_SECRET: hookSecret,
  WHENABOUTS_PHONE_SYSTEM_BERLIN_PBX_PASSWORD: 'pbx-s3cret',
  WHENABOUTS_ACCOUNT_ANNA_EXAMPLE_COM_WORK_PASSWORD: 'annas-s3cret',
  WHENABOUTS_API_TOKEN_DOOR_DISPLAY: token,
};
const read = (reference: Reference) => ('env' in reference ? variables[reference.env] : undefined);

type Opened = Context & { store: Awaited<ReturnType<typeof openTestStore>> };
const opened: Opened[] = [];
async function open(): Promise<Opened> {
  const store = await openTestStore();
  const context = { ...testContext(store), store };
  opened.push(context);
  return context;
}
let context: Opened;
let other: Opened;
beforeAll(async () => {
  context = await open();
  other = await open();
});
afterAll(async () => {
  for (const { store } of opened) await store.close();
});

const parts = ({ secrets, outbound }: Context) => ({
  ...{ secrets, actor: { ...systemActor, via: 'apply' as const } },
  calendarConnectors: [...connectors(outbound).values()],
  phoneSystemKinds: phoneSystemKinds(outbound),
});
const applied = (to: Context, text: string, dryRun = false) =>
  applyCompany(to.store.db, parts(to), text, { dryRun, read });
const apply = async (to: Context, text: string, dryRun = false): Promise<CompanyChange[]> =>
  (await applied(to, text, dryRun)).changes;
const exported = (of: Context): Promise<string> =>
  of.store.db.transaction().execute((transaction) => exportCompany({ ...parts(of), transaction }));
const refusal = async (text: string) => {
  const error = await apply(context, text).then(
    () => null,
    (thrown) => thrown,
  );
  if (!(error instanceof CompanyRefused)) throw error ?? new Error('It was not refused.');
  return error;
};

test('the example is previewed, applied, and changes nothing when it is applied again', async () => {
  const planned = await apply(context, example, true);
  expect(await context.store.db.selectFrom('location').selectAll().execute()).toEqual([]);
  const done = await apply(context, example);
  expect(done).toEqual(planned);
  expect(done.filter(({ section }) => section === 'users')).toHaveLength(3);
  expect(await apply(context, example)).toEqual([]);
  const audit = await context.store.db.selectFrom('audit_entry').selectAll().execute();
  expect(audit.every(({ via }) => via === 'apply')).toBe(true);
  expect(JSON.stringify(audit)).not.toMatch(/s3cret|aaaaaaaa|whsec/);
});

test('what is exported, applied to an empty system, exports the same, and holds no secret', async () => {
  const file = await exported(context);
  expect(file).not.toMatch(/s3cret|aaaaaaaa|whsec/);
  await apply(other, file);
  expect(await exported(other)).toBe(file);
  expect(await apply(other, example)).toEqual([]);
});

test('stored secrets that don’t open are named by the export, needed by an apply that touches them, and mended by one that brings them', async () => {
  const { db } = other.store;
  const lost = 'v1.lost.AAAA';
  await db.updateTable('phone_system').set({ secret: lost }).where('secret', 'is not', null).execute();
  await db.updateTable('account').set({ secret: lost }).where('secret', 'is not', null).execute();
  await db.updateTable('webhook').set({ secret: lost }).execute();
  const notes = async () => (await exported(other)).split('\n').filter((line) => line.startsWith('#'));
  const told = await notes();
  expect(told.length).toBeGreaterThanOrEqual(3);
  expect(told.every((line) => line.includes('does not open'))).toBe(true);
  for (const place of [
    / phoneSystems \/ .+ \/ secret$/,
    / users \/ .+ \/ accounts \/ .+ \/ secret$/,
    / webhooks \/ .+$/,
  ])
    expect(told.some((line) => place.test(line))).toBe(true);

  // What has nothing to do with them goes on; what would write them anew says which one is missing.
  expect(await apply(other, 'whenabouts: 1\nlocations: { Elsewhere: { timeZone: UTC } }\n')).toHaveLength(1);
  const { name } = await db
    .selectFrom('phone_system')
    .select('name')
    .where('secret', '=', lost)
    .executeTakeFirstOrThrow();
  const touching = `whenabouts: 1\nphoneSystems: { "${name}": { mode: paused } }\n`;
  await expect(apply(other, touching)).rejects.toThrow(/phoneSystems.*secret.*does not open/);
  await apply(other, 'whenabouts: 1\nlocations: { Elsewhere: null }\n');

  expect((await apply(other, example)).length).toBeGreaterThanOrEqual(3);
  expect([await notes(), await apply(other, example)]).toEqual([[], []]);
});

test('what somebody has paused stays paused; what the file pauses, the file resumes', async () => {
  const system = { id: '', mode: '' };
  const look = async () =>
    Object.assign(
      system,
      await context.store.db
        .selectFrom('phone_system')
        .select(['id', 'mode'])
        .where('name', '=', 'Berlin PBX')
        .executeTakeFirstOrThrow(),
    ).mode;
  const file = (mode: string) => apply(context, `whenabouts: 1\nphoneSystems: { Berlin PBX: { mode: ${mode} } }\n`);
  expect(await look()).toBe('active');
  const wish = { reason: null, giveBack: false, until: null };
  await context.store.db
    .transaction()
    .execute((transaction) => pauseForwarding(transaction, { kind: 'phoneSystem', id: system.id }, wish, systemActor));
  expect([await file('active'), await look()]).toEqual([[], 'paused']);
  expect(await exported(context)).not.toContain('mode: paused');
  expect([(await file('paused')).length, await look()]).toEqual([1, 'paused']);
  expect(await exported(context)).toContain('mode: paused');
  expect([(await file('active')).length, await look()]).toEqual([1, 'active']);
});

test('the file is a merge patch: what it leaves out stays, null removes', async () => {
  const deep = '{ activation: { rules: [{ name: Deep, effect: { profile: Deep work } }] } }';
  await apply(context, `whenabouts: 1\nlocations: { Berlin: { groups: { Office: { individual: ${deep} } } } }\n`);
  const changes = await apply(
    context,
    `whenabouts: 1
locations:
  Berlin:
    dialling: { outsideLine: "9" }
    profiles: { Deep work: null }
    groups: { Office: { individual: { activation: null } }, Sales: { individual: { activation: null } } }
users:
  ben@example.com: { relationships: { anna@example.com: null } }
workGroups: { Fair 2027: null }
`,
  );
  expect(changes.map(({ action, section, name }) => `${action} ${section} ${name}`)).toEqual([
    'change locations Berlin',
    'change users ben@example.com',
    'remove workGroups Fair 2027',
  ]);
  expect(changes[0]!.fields.map(({ field }) => field).toSorted()).toEqual([
    'dialling.outsideLine',
    'groups.Office.individual.activation',
    'groups.Sales.individual.activation',
    'profiles.Deep work',
  ]);
  expect(await apply(context, example)).toHaveLength(3);
  expect(await exported(context)).toBe(await exported(other));
});

test.each([
  [
    'whenabouts: 1\nlocations:\n  Rome: { timeZone: Europe/Rom }\n',
    'line 3, column 11: locations > Rome > timeZone: This is not a time zone',
  ],
  [
    'whenabouts: 1\nlocation: {}\n',
    'line 2, column 1: location: There is no section "location". There are: system, graphApplications, exchangeServers, locations',
  ],
  ['locations: {}\n', 'A company file says which form it has: "whenabouts: 1".'],
  [
    // Everybody in Vienna keeps only free/busy.
    'whenabouts: 1\nlocations:\n  Vienna:\n    settings:\n      activation: { rules: [{ name: Marked, when: { title: { mark: "!" } }, effect: { ignore: true } }] }\n',
    'line 5, column 29: locations > Vienna > settings > activation > rules > 0: The rule "Marked" looks at titles, but of Everybody only',
  ],
  [
    'whenabouts: 1\nlocations:\n  Berlin:\n    settings: { activation: { rules: [{ name: A, when: { titel: {} }, effect: { ignore: true } }] } }\n',
    'locations > Berlin > settings > activation > rules > 0 > when > titel: "titel" is not known here.',
  ],
  [
    'whenabouts: 1\nlocations:\n  Berlin:\n    dialing: {}\n',
    'line 4, column 5: locations > Berlin > dialing: "dialing" is not known here.',
  ],
  [
    'whenabouts: 1\nusers:\n  new@example.com:\n    displayName: New\n    location: Berlin\n    group: Nowhere\n',
    'line 6, column 5: users > new@example.com > group: The location Berlin has no configuration group "Nowhere".',
  ],
  [
    'whenabouts: 1\nusers:\n  ben@example.com:\n    extensions: [{ phoneSystem: Berlin PBX, number: "201" }]\n',
    'belongs to anna@example.com: one extension belongs to one user.',
  ],
  [
    'whenabouts: 1\nusers:\n  ben@example.com:\n    extensions: [{ phoneSystem: Berlin PBX, number: 202 }]\n',
    'Write the extension in quotes',
  ],
  [
    'whenabouts: 1\nusers:\n  anna@example.com: { role: user }\n',
    'Nobody would be left who administers the whole system.',
  ],
  [
    'whenabouts: 1\nusers:\n  anna@example.com: { mobileNumber: "+49 900 1234567" }\n',
    'line 3, column 23: users > anna@example.com > mobileNumber:',
  ],
  [
    'whenabouts: 1\nphoneSystems:\n  New: { kind: asterisk, settings: { host: a, username: b }, secret: { password: { env: MISSING } } }\n',
    'There is nothing in the environment variable MISSING',
  ],
  [
    'whenabouts: 1\nphoneSystems:\n  New: { kind: carrier pigeon }\n',
    'There is no kind of phone system "carrier pigeon". There are: asterisk, http.',
  ],
  [
    'whenabouts: 1\nlocations:\n  Berlin: { groups: { Sales: null } }\n',
    'Sales has 1 user. Move them to another group first.',
  ],
  ['whenabouts: 1\nlocations: {\n', 'This is not YAML'],
  [
    'whenabouts: 1\nlocations:\n  Berlin:\n    profiles:\n      Quiet: { status: doNotDisturb }\n      Dear: { status: doNotDisturb, forwarding: { mode: all, target: { kind: number, number: "0900 1234567" } } }\n',
    'line 6, column 62: locations > Berlin > profiles > Dear > forwarding > target: +49 900 1 234567 is a premium',
  ],
  [
    'whenabouts: 1\nlocations:\n  Berlin: { profiles: { Quiet: { status: silent, forwarding: { mode: all, target: { kind: moon } } } } }\n',
    'locations > Berlin > profiles > Quiet > forwarding > target > kind: Write one of these: number, predefined, mobile,',
  ],
  ['whenabouts: 1\nphoneSystems:\n  Berlin PBX: { guardShare: 101 }\n', 'guardShare: At most 100 can stand here.'],
  [
    'whenabouts: 1\nphoneSystems:\n  New: { kind: asterisk }\n',
    'phoneSystems > New > settings > host: This is missing.',
  ],
  ['whenabouts: 1\nlocations:\n  "a\\0b": { timeZone: UTC }\n', 'locations: This text has a character that is no text'],
  [
    'whenabouts: 1\nusers:\n  anna@example.com: { displayName: "half \\ud83d" }\n',
    'line 3, column 23: users > anna@example.com > displayName: This text has a character that is no text',
  ],
  [`whenabouts: 1\nlocations:\n  ${'x'.repeat(201)}: { timeZone: UTC }\n`, 'A name has 1 to 200 characters'],
  ['whenabouts: 1\nworkGroups:\n  " Team": {}\n', 'A name has 1 to 200 characters, and no blanks at its ends.'],
  ['whenabouts: 1\nusers:\n  a: 1\n  a: 2\n', 'line 4, column 3'],
])('a wrong file is refused whole, with its place: %j', async (text, message) => {
  const before = await exported(context);
  expect((await refusal(text)).message).toContain(message);
  expect(await exported(context)).toBe(before);
});

test('extensions that users of a file swap or pass on change their owner and stay the same phones; others leave first', async () => {
  const phones = () =>
    context.store.db
      .selectFrom('extension')
      .innerJoin('users', 'users.id', 'user_id')
      .select(['extension.id', 'number', 'email'])
      .orderBy('number')
      .execute();
  const file = (...extensions: [name: string, numbers: string[]][]) =>
    JSON.stringify({
      whenabouts: 1,
      users: Object.fromEntries(
        extensions.map(([name, numbers]) => [
          `${name}@example.com`,
          { extensions: numbers.map((number) => ({ phoneSystem: 'Berlin PBX', number })) },
        ]),
      ),
    });
  const before = await phones();
  expect(before).toMatchObject([
    { number: '201', email: 'anna@example.com' },
    { number: '202', email: 'ben@example.com' },
  ]);
  await apply(context, file(['ben', ['201']], ['anna', ['202']]));
  const [first, second] = before;
  expect(await phones()).toEqual([
    { ...first, email: 'ben@example.com' },
    { ...second, email: 'anna@example.com' },
  ]);
  await apply(context, file(['ben', ['201', '202']], ['anna', []]));
  expect(await context.store.db.selectFrom('leaving').selectAll().execute()).toEqual([]);
  await apply(context, file(['anna', ['201']], ['ben', ['202']]));
  expect(await phones()).toEqual(before);
  await apply(context, file(['ben', []]));
  expect((await refusal(file(['anna', ['201', '202']]))).message).toContain(
    'users > anna@example.com > extensions > 1: Extension 202 of Berlin PBX still belongs to ben@example.com.',
  );
  await context.store.db.deleteFrom('leaving').execute();
  await context.store.db.updateTable('forwarding_record').set({ released_at: null }).execute();
});

test('a location whose country nobody has named is told before and after it is made, and no more', async () => {
  const file = (location: string) => `whenabouts: 1\nlocations:\n  ${location}\n`;
  const warned = async (location: string, dryRun: boolean) => (await applied(context, file(location), dryRun)).warnings;
  const graz = 'Graz: { timeZone: Europe/Vienna }';
  const assumed =
    'locations > Graz > dialling: The country AT is assumed from the time zone. Confirm it, or choose another.';
  expect([await warned(graz, true), await warned(graz, false), await warned(graz, false)]).toEqual([
    ...[[assumed], [assumed], []],
  ]);
  expect(await warned('Graz: { dialling: { country: AT } }', false)).toEqual([]);
  expect(await warned('Graz: { dialling: { country: null } }', true)).toEqual([
    'locations > Graz > dialling: No country is set: only numbers written with + are checked, all others are dialled as they were written.',
  ]);
  await apply(context, file('Graz: null'));
});

test('Exchange servers of every kind of sign-in are kept by a file, and none takes the secret of another kind', async () => {
  const before = await exported(context);
  const of = (text: string) => apply(context, `whenabouts: 1\nexchangeServers:\n${text}`);
  const file = `  Everyday: { mailDomain: example.com, signIn: { kind: basic, userName: svc@example.com }, secret: { env: EXCHANGE_PASSWORD } }
  Tickets: { address: https://mail.example.com, signIn: { kind: kerberos } }
  Tokens:
    address: https://mail.example.com/EWS/Exchange.asmx
    signIn: { kind: oauth, tokenEndpoint: https://login.example.com/token, clientId: whenabouts, scope: ews }
    secret: { env: EXCHANGE_PASSWORD }
`;
  expect((await of(file)).map(({ action, name }) => `${action} ${name}`)).toEqual([
    ...['create Everyday', 'create Tickets', 'create Tokens'],
  ]);
  expect(await of(file)).toEqual([]);
  const written = await exported(context);
  expect(written).not.toContain('exchange-s3cret');
  expect(written).toContain('env: WHENABOUTS_EXCHANGE_SERVER_TOKENS_SECRET');
  // A password serves Basic and NTLM alike, and is no client secret.
  expect(await of('  Everyday: { signIn: { kind: ntlm, userName: svc } }\n')).toHaveLength(1);
  const oauth = '{ kind: oauth, tokenEndpoint: https://login.example.com/token, clientId: c, scope: s }';
  const said = async (text: string) => (await refusal(`whenabouts: 1\nexchangeServers:\n${text}`)).message;
  expect(await said(`  Everyday: { signIn: ${oauth} }\n`)).toContain('secret: The client secret is missing.');
  expect(await said('  Tokens: { address: http://mail.example.com/ }\n')).toContain(
    'address: With this kind of sign-in',
  );
  expect(await said('  Tokens: { authority: none }\n')).toContain('authority: This is not a certificate');
  expect(await said('  Vienna: null\n')).toContain('"Vienna" is in use');
  expect(await of('  Everyday: null\n  Tickets: null\n  Tokens: null\n')).toHaveLength(3);
  expect(await exported(context)).toBe(before);
});

test('a rule that names a profile which no group of the location has is told', async () => {
  const file = (profile: string) =>
    `whenabouts: 1\nlocations:\n  Berlin:\n    groups:\n      Sales: { individual: { activation: { rules: [{ name: A, effect: { profile: ${profile} } }] } } }\n`;
  const warned = async (profile: string) => (await applied(context, file(profile), true)).warnings;
  expect(await warned('Dep work')).toEqual([
    'locations > Berlin > groups > Sales > individual > activation > rules > 0 > effect > profile: No group here has a profile "Dep work": the rule counts for users who have one of their own.',
  ]);
  expect([await warned('deep Work'), await warned('beRightBack')]).toEqual([[], []]);
});

test('names that JavaScript knows are names like others', async () => {
  const file = 'whenabouts: 1\nlocations:\n  constructor: { timeZone: UTC, groups: { toString: {} } }\n';
  expect(await apply(context, file)).toMatchObject([{ action: 'create', name: 'constructor' }]);
  expect(await apply(context, file)).toEqual([]);
  expect(await exported(context)).toContain('  constructor:\n');
  await apply(context, 'whenabouts: 1\nlocations: { constructor: null }\n');
});

test('two applies at once come one after the other', async () => {
  const file = (note: string) => `whenabouts: 1
locations:
  Berlin: { profiles: { Deep work: { note: ${note} } }, predefinedTargets: { Reception: "+49 30 12345${note.length}0" } }
`;
  await Promise.all([apply(context, file('one')), apply(context, file('three'))]);
  const text = await exported(context);
  expect(
    (text.includes('note: one') && text.includes('+49 30 1234530')) ||
      (text.includes('note: three') && text.includes('+49 30 1234550')),
  ).toBe(true);
});

test('an administrator whom only the file knows gets in by the set-up link, and stays where the file put them', async () => {
  const { db } = other.store;
  const token = await newSetupToken(db);
  expect(token).not.toBeNull();
  const fields = { email: 'anna@example.com', displayName: 'Anna', timeZone: 'Europe/Berlin', language: 'de' as const };
  await setUp(db, token!, { ...fields, password: 'correct horse battery staple' });
  expect(await newSetupToken(db)).toBeNull();
  expect(await apply(other, example)).toEqual([]);
});

test('the published form is the one that files are read by, and the example keeps to it', () => {
  const file = new URL('../../../../docs/company.schema.json', import.meta.url);
  const published = `${JSON.stringify(companySchema(), null, 2)}\n`;
  if (process.env.UPDATE_SCHEMA) fs.writeFileSync(file, published);
  expect(fs.readFileSync(file, 'utf8') === published, 'UPDATE_SCHEMA=1 writes docs/company.schema.json anew').toBe(
    true,
  );
  const validate = new Ajv({ strict: false, formats: { uuid: true, uri: true } }).compile(companySchema());
  expect(validate(readCompanyFile(example)), JSON.stringify(validate.errors)).toBe(true);
  expect(validate(readCompanyFile('whenabouts: 1\nusers:\n  a@example.com: { displayname: A }\n'))).toBe(false);
});

test('the recipes for phone systems are company files', async () => {
  const { db } = context.store;
  for (const name of ['wazo', 'webex', 'starface']) {
    const recipe = fs.readFileSync(new URL(`../../../../docs/phone-systems/${name}.json`, import.meta.url), 'utf8');
    const [system] = Object.keys(JSON.parse(recipe).phoneSystems) as [string];
    expect(await apply(context, recipe)).toMatchObject([{ section: 'phoneSystems', name: system, action: 'create' }]);
    expect(await apply(context, recipe)).toEqual([]);
    const row = await db
      .selectFrom('phone_system')
      .select(['id', 'mode', 'secret'])
      .where('name', '=', system)
      .executeTakeFirstOrThrow();
    expect([row.mode, typeof row.secret]).toEqual(['observe', 'string']);
    // A token is sealed, and in no file.
    const tokens = tokensInStore(db, context.secrets, row.id);
    const state = {
      token: 't0ken-s3cret',
      refreshToken: 'new-s3cret',
      expiresAt: '2030-01-01T00:00:00Z',
      gotAt: '2029-01-01T00:00:00Z',
      secret: '',
    };
    await tokens.save(state);
    expect(await tokens.load()).toEqual(state);
    const kept = await db
      .selectFrom('phone_system')
      .select('tokens')
      .where('id', '=', row.id)
      .executeTakeFirstOrThrow();
    expect([kept.tokens, await exported(context)].join()).not.toContain('s3cret');
    expect(await apply(context, recipe)).toEqual([]);
  }
});
