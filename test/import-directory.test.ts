/** Users from a directory: Debian's slapd with 2,000 people, TLS by a company's authority, and a size limit that only
 *  paging gets around. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { Client } from 'ldapts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Context } from '../server/src/context.ts';
import { systemActor } from '../server/src/organization/audit.ts';
import { carryOutPortion } from '../server/src/organization/import/carry-out.ts';
import { beginScheduled } from '../server/src/organization/import/imports.ts';
import { guidText } from '../server/src/organization/import/ldap/attributes.ts';
import { checkDirectory } from '../server/src/organization/import/ldap/check.ts';
import { planRun } from '../server/src/organization/import/planning.ts';
import { claimRun } from '../server/src/organization/import/runs.queries.ts';
import { beginRun, carryOut } from '../server/src/organization/import/runs.ts';
import { LdapSettings } from '../server/src/organization/import/settings.ts';
import { readRun, rowsOf } from '../server/src/organization/import/shown.queries.ts';
import { changeSource, createSource } from '../server/src/organization/import/sources.ts';
import { createOutbound } from '../server/src/outbound/client.ts';
import { openStore, type Store } from '../server/src/store/database.ts';
import { secretsWith } from '../server/src/store/secrets.ts';
import { makeUser, testContext } from './context.ts';
import { describeWith } from './servers/needs.ts';
import { type Person, type Slapd, startSlapd } from './servers/slapd.ts';
import { dropTarget, makeTarget, type TestTarget } from './store.ts';

const count = 2_000;
const key = randomBytes(32);
const nameOf = (index: number) => `Person ${String(index).padStart(4, '0')}`;
const uidOf = (index: number) => `p${index}`;
const people: Person[] = Array.from({ length: count }, (_, index) => ({
  uid: uidOf(index),
  name: nameOf(index),
  attributes: {
    telephoneNumber: `+49 30 1234-${1000 + index}`,
    ...(index % 2 === 0 ? { mobile: `+49 170 ${1_000_000 + index}` } : {}),
    department: index % 10 === 0 ? 'Kundendienst' : 'Vertrieb',
    preferredLanguage: index % 3 === 0 ? 'de-DE' : 'en',
  },
}));

let slapd: Slapd;
let target: TestTarget;
let store: Store;
let context: Context;
let groups: { sales: string; service: string };
let phoneSystemId: string;
let authorityFile: string;

const open = async () => {
  store = await openStore(target);
  context = testContext(store, {
    secrets: secretsWith(new Map([['test', key]])),
    outbound: createOutbound({ allowedNetworks: [], ca: [slapd.certificateAuthority] }),
  });
};
const close = async () => {
  await context.outbound.close();
  await store.close();
};

const settings = (more: Record<string, unknown> = {}) => ({
  ...{ address: slapd.secureAddress, bindDn: slapd.reader.dn, base: slapd.base, filter: '(objectClass=inetOrgPerson)' },
  ...{ pageSize: slapd.sizeLimit, groupId: groups.sales, phoneSystemId, extensionDigits: 4 },
  ...{ groups: [{ value: 'Kundendienst', groupId: groups.service }], ...more },
});
const newSource = (name: string, more: Record<string, unknown> = {}) =>
  createSource(
    store.db,
    context,
    { name, kind: 'ldap', settings: settings(more), password: slapd.reader.password },
    systemActor,
  );

async function shown(runId: string) {
  const run = (await readRun(store.db, runId))!;
  return { ...run, plan: run.plan!, rows: await rowsOf(store.db, runId, { after: 0, limit: 1_000 }) };
}
const begin = (sourceId: string) =>
  store.db.transaction().execute((tx) => beginRun(tx, { sourceId, file: null, startedBy: null }));
async function planned(sourceId: string) {
  const runId = await begin(sourceId);
  const run = (await claimRun(store.db, context.processName))!;
  await planRun(context, run, new AbortController().signal);
  return shown(runId);
}
async function finish() {
  const run = (await claimRun(store.db, context.processName))!;
  while (!(await carryOutPortion(context, run)));
  return shown(run.id);
}
async function imported(sourceId: string) {
  const { id } = await planned(sourceId);
  await store.db.updateTable('import_run').set({ state: 'running' }).where('id', '=', id).execute();
  return finish();
}

/** Runs a process of its own until it is killed at that point. */
async function killedAt(point: string): Promise<void> {
  const script = new URL('./sources/import-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, JSON.stringify(target), key.toString('hex'), authorityFile], {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { ...process.env, WHENABOUTS_CRASH_AT: point },
  });
  const [, signal] = await once(child, 'exit');
  expect({ point, signal }).toEqual({ point, signal: 'SIGKILL' });
}

describeWith(['slapd'], 'a directory with 2,000 people', () => {
  let source: string;
  beforeAll(async () => {
    slapd = await startSlapd(people);
    target = await makeTarget();
    await open();
    const { groupId } = await makeUser(store.db, { email: 'p7@example.com' });
    const group = await store.db
      .selectFrom('configuration_group')
      .select('location_id')
      .where('id', '=', groupId)
      .executeTakeFirstOrThrow();
    const service = await store.db
      .insertInto('configuration_group')
      .values({ location_id: group.location_id, name: 'Service' })
      .returning('id')
      .executeTakeFirstOrThrow();
    groups = { sales: groupId, service: service.id };
    const system = { name: 'PBX', kind: 'http' };
    phoneSystemId = (await store.db.insertInto('phone_system').values(system).returning('id').executeTakeFirstOrThrow())
      .id;
    authorityFile = path.join(
      'folder' in target ? path.dirname(target.folder) : fs.mkdtempSync('/tmp/whenabouts-ca-'),
      'ca.pem',
    );
    fs.writeFileSync(authorityFile, slapd.certificateAuthority);
    source = await newSource('Directory');
  });
  afterAll(async () => {
    await close();
    await dropTarget(target);
    fs.rmSync(authorityFile, { force: true });
    await slapd.stop();
  });

  test('the server gives no more than a part without paging', async () => {
    const client = new Client({ url: slapd.address });
    await client.bind(slapd.reader.dn, slapd.reader.password);
    await expect(client.search(slapd.base, { filter: '(mail=*)' })).rejects.toMatchObject({ code: 4 });
    await client.unbind();
  });

  test('killed between two portions, another process goes on: everybody is there once', async () => {
    const runId = await begin(source);
    // Somebody began to read and is no more.
    await store.db.updateTable('import_run').set({ leased_by: 'dead', leased_until: Temporal.Now.instant() }).execute();
    const run = (await claimRun(store.db, context.processName))!;
    await planRun(context, run, new AbortController().signal);
    expect(await shown(runId)).toMatchObject({ state: 'planned', done: 0, total: count - 1 });
    const plan = await shown(runId);
    expect(plan.plan).toMatchObject({ create: count - 1, conflict: 1, wrong: 0, users: 0 });
    expect(plan.rows[0]).toMatchObject({
      ...{ kind: 'conflict', email: 'p7@example.com', place: slapd.dnOf('p7') },
      reason: 'p7@example.com belongs to Ada Example, who was made by hand. Users of other origin are never touched.',
    });

    await carryOut(store.db, runId, (await store.db.selectFrom('users').select('id').executeTakeFirstOrThrow()).id);
    await close();
    await killedAt('import.portionDone');
    await open();
    expect((await usersOf(source)).length).toBe(500);
    await store.db.updateTable('import_run').set({ leased_until: null }).execute();
    const done = await finish();
    expect([done.state, done.done, done.total]).toEqual(['done', count - 1, count - 1]);
    const users = await usersOf(source);
    expect(new Set(users.map(({ email }) => email)).size).toBe(count - 1);
    expect(
      users.every(({ external_id }) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(external_id ?? '')),
    ).toBe(true);
    const ten = users.find(({ email }) => email === 'p10@example.com');
    expect(ten).toMatchObject({ display_name: nameOf(10), group_id: groups.service, mobile_number: '+49 170 1000010' });
    const extension = await store.db
      .selectFrom('extension')
      .select('number')
      .where('user_id', '=', ten!.id)
      .executeTakeFirst();
    expect(extension?.number).toBe('1010');
    const due = await store.db
      .selectFrom('presence_state')
      .select((of) => of.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    expect(Number(due.n)).toBe(count - 1);
    const audit = await store.db
      .selectFrom('audit_entry')
      .select(['action', (of) => of.fn.countAll<number>().as('n')])
      .where('via', '=', 'import')
      .groupBy('action')
      .orderBy('action')
      .execute();
    expect(audit.map(({ action, n }) => [action, Number(n)])).toEqual([
      ['create', count - 1],
      ['run', 1],
    ]);
  });

  test('again nothing is to be done; what changed there is planned, and what is disabled or gone counts as not found', async () => {
    expect((await planned(source)).plan).toMatchObject({
      create: 0,
      change: 0,
      missing: 0,
      unchanged: count - 1,
      share: 0,
    });
    await slapd.set(uidOf(1), 'displayName', 'Newly Named');
    await slapd.set(uidOf(2), 'mail', 'another@example.com');
    await slapd.set(uidOf(3), 'department', 'Kundendienst');
    await slapd.set(uidOf(4), 'userAccountControl', String(0x200 | 0x2));
    await slapd.remove(uidOf(5));
    await slapd.set(uidOf(6), 'mail', null);
    const run = await imported(source);
    expect(run.plan).toMatchObject({ create: 0, change: 3, missing: 2, wrong: 1, unchanged: count - 1 - 6 });
    expect(run.plan.notes).toEqual(['1 disabled account(s) count as not found.']);
    expect(run.rows.filter(({ kind }) => kind === 'change').map(({ changes }) => changes)).toEqual([
      [{ field: 'displayName', from: nameOf(1), to: 'Newly Named' }],
      [{ field: 'email', from: 'p2@example.com', to: 'another@example.com' }],
      [{ field: 'groupId', from: expect.stringContaining('/ Default'), to: expect.stringContaining('/ Service') }],
    ]);
    const missing = () =>
      store.db
        .selectFrom('users')
        .select(['email', 'active', 'missed_runs'])
        .where('missed_runs', '>', 0)
        .orderBy('email')
        .execute();
    expect(await missing()).toEqual([
      { email: 'p4@example.com', active: true, missed_runs: 1 },
      { email: 'p5@example.com', active: true, missed_runs: 1 },
    ]);
    await imported(source);
    await slapd.set(uidOf(4), 'userAccountControl', String(0x200));
    expect((await imported(source)).plan).toMatchObject({ deactivate: 1, change: 1 });
    expect(await missing()).toEqual([{ email: 'p5@example.com', active: false, missed_runs: 3 }]);
    await slapd.add(people[5]!);
    // Made anew it has another id, but the address says who it is.
    const back = await imported(source);
    expect(back.rows.find(({ kind }) => kind === 'change')?.changes.map(({ field }) => field)).toEqual([
      'externalId',
      'active',
      'missedRuns',
    ]);
    expect(await missing()).toEqual([]);
  });

  test('an objectGUID is read as the bytes it is and goes before entryUUID; a short number is an extension as it stands', async () => {
    await slapd.set(uidOf(9), 'objectGUID', Buffer.from('00112233445566778899aabbccddeeff', 'hex'));
    await slapd.set(uidOf(11), 'telephoneNumber', '77');
    const { rows } = await planned(source);
    const changes = rows.filter(({ kind }) => kind === 'change');
    expect(changes.map((row) => [row.email, row.changes.map(({ field, to }) => [field, to])])).toEqual([
      ['p9@example.com', [['externalId', '33221100-5544-7766-8899-aabbccddeeff']]],
      ['p11@example.com', [['extension', '77']]],
    ]);
  });

  test('its hour: a run that changes little carries out by itself, one that would change much waits for a person', async () => {
    const change = (more: Record<string, unknown>) =>
      store.db
        .transaction()
        .execute((tx) => changeSource(tx, context, source, { settings: settings(more) }, systemActor));
    const schedule = { hour: 3, timeZone: 'Europe/Berlin' };
    const due = () => store.db.updateTable('import_source').set({ due_at: Temporal.Now.instant() }).execute();
    const lastRun = () =>
      store.db.selectFrom('import_run').selectAll().orderBy('created_at', 'desc').limit(1).executeTakeFirstOrThrow();
    await change({ schedule });
    await due();
    await slapd.set(uidOf(8), 'displayName', 'By Schedule');
    await beginScheduled(context);
    await planRun(context, (await claimRun(store.db, context.processName))!, new AbortController().signal);
    expect(await finish()).toMatchObject({ state: 'done', bySchedule: true });
    expect(
      (await store.db.selectFrom('import_source').select('due_at').executeTakeFirstOrThrow()).due_at!.epochMilliseconds,
    ).toBeGreaterThan(Date.now());

    // As after somebody moved the people elsewhere: a filter that finds only a few.
    await change({ schedule, filter: '(uid=p1*)' });
    await due();
    await beginScheduled(context);
    await planRun(context, (await claimRun(store.db, context.processName))!, new AbortController().signal);
    expect(await lastRun()).toMatchObject({
      state: 'planned',
      message: expect.stringContaining('only 20 % may change without a person'),
    });
    expect(await claimRun(store.db, context.processName)).toBeNull();
    await change({ schedule: null });
    expect((await store.db.selectFrom('import_source').select('due_at').executeTakeFirstOrThrow()).due_at).toBeNull();
  });

  test.each([
    ['ldaps', () => settings(), 3],
    ['StartTLS', () => settings({ address: slapd.address }), 3],
    ['without encryption', () => settings({ address: slapd.address, startTls: false }), 3],
    ['a wrong base', () => settings({ base: 'ou=nowhere,dc=example,dc=com' }), 2],
    ['nobody fits', () => settings({ filter: '(mail=nobody@example.com)' }), 2],
    ['an unknown reader', () => settings({ bindDn: 'cn=nobody,dc=example,dc=com' }), 1],
    ['ldap spoken on the ldaps port', () => settings({ address: slapd.secureAddress.replace('ldaps', 'ldap') }), 0],
    ['nothing there', () => settings({ address: 'ldaps://127.0.0.1:1' }), 0],
    ['a link-local address', () => settings({ address: 'ldap://169.254.169.254' }), 0],
  ])('trying it: %s', async (name, make, passed) => {
    const signal = AbortSignal.timeout(10_000);
    const { steps, examples } = await checkDirectory(
      context,
      LdapSettings.parse(make()),
      slapd.reader.password,
      signal,
    );
    expect({ name, passed: steps.filter(({ ok }) => ok).length, steps }).toMatchObject({ passed });
    expect(steps.at(-1)!.message).toMatch(
      {
        ldaps: /^Found 50 or more entries below ou=people/,
        StartTLS: /^Found 50 or more/,
        'without encryption': /^Found 50 or more/,
        'a wrong base': /has nothing at "ou=nowhere.*Check the base/,
        'nobody fits': /Nothing fits the filter/,
        'an unknown reader': /refuses cn=nobody.*Check its name and password/,
        'ldap spoken on the ldaps port': /closed the connection|did not answer|answered/,
        'nothing there': /nothing listens there/,
        'a link-local address': /169\.254\.169\.254 is a link-local address/,
      }[name]!,
    );
    if (passed === 3)
      expect(examples[0]).toMatchObject({ email: expect.stringContaining('@example.com'), reason: null });
  });

  test('a certificate of an authority that nobody trusts here is refused', async () => {
    const outbound = createOutbound({ allowedNetworks: [] });
    for (const address of [slapd.secureAddress, slapd.address]) {
      const { steps } = await checkDirectory(
        { outbound },
        LdapSettings.parse(settings({ address })),
        slapd.reader.password,
        AbortSignal.timeout(10_000),
      );
      expect(steps).toMatchObject([
        { ok: false, message: expect.stringContaining('an authority that is not trusted here') },
      ]);
    }
    await outbound.close();
  });
});

test('an objectGUID of Active Directory is read in the form that its tools show', () => {
  const bytes = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  expect(guidText(bytes)).toBe('33221100-5544-7766-8899-aabbccddeeff');
});

const usersOf = (sourceId: string) =>
  store.db
    .selectFrom('users')
    .select(['id', 'email', 'display_name', 'group_id', 'mobile_number', 'external_id'])
    .where('import_source_id', '=', sourceId)
    .execute();

test.each(['', 'mail=*', '(&(mail=*)', '(mail=*))', '(mail=*', '()', '(&)x', ')('])('no filter: %s', (filter) => {
  expect(LdapSettings.safeParse({ address: 'ldaps://x', base: 'dc=x', filter }).success).toBe(false);
});
