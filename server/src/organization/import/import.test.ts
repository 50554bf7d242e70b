/** Imports of files from the first byte to users in the database: difference, conflicts, repetition, the third time missing. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testContext } from '../../../../test/context.ts';
import { openTestStore } from '../../../../test/store.ts';
import type { Context } from '../../context.ts';
import type { Store } from '../../store/database.ts';
import { systemActor } from '../audit.ts';
import { carryOutPortion } from './carry-out.ts';
import { planRun } from './planning.ts';
import { claimRun } from './runs.queries.ts';
import { beginRun, cancelRun, carryOut } from './runs.ts';
import { readRun, rowsOf, type ShownRow } from './shown.queries.ts';
import { changeSource, createSource, deleteSource } from './sources.ts';

let store: Store;
let context: Context;
let groups: { sales: string; service: string };
let phoneSystemId: string;
const by = { userId: '', name: 'Ada Admin', via: 'session' } as const;
let actor: { userId: string; name: string; via: 'session' };

beforeAll(async () => {
  store = await openTestStore();
  context = testContext(store);
  const { db } = store;
  const location = (name: string) =>
    db.insertInto('location').values({ name, time_zone: 'Europe/Berlin' }).returning('id').executeTakeFirstOrThrow();
  const group = async (locationId: string, name: string) =>
    (
      await db
        .insertInto('configuration_group')
        .values({ location_id: locationId, name })
        .returning('id')
        .executeTakeFirstOrThrow()
    ).id;
  const berlin = (await location('Berlin')).id;
  groups = { sales: await group(berlin, 'Sales'), service: await group(berlin, 'Service') };
  phoneSystemId = (
    await db.insertInto('phone_system').values({ name: 'PBX', kind: 'http' }).returning('id').executeTakeFirstOrThrow()
  ).id;
  const ada = await db
    .insertInto('users')
    .values({
      group_id: groups.sales,
      email: 'ada@example.com',
      display_name: 'Ada Admin',
      time_zone: 'UTC',
      role: 'administrator',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  actor = { ...by, userId: ada.id };
});
afterAll(() => store?.close());

let sources = 0;
const newSource = (settings: Record<string, unknown> = {}) =>
  createSource(
    store.db,
    context,
    { name: `File ${++sources}`, kind: 'csv', settings: { groupId: groups.sales, phoneSystemId, ...settings } },
    actor,
  );

/** Reads and plans, as the worker does. */
async function plan(sourceId: string, text: string | Uint8Array) {
  const file = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const runId = await store.db.transaction().execute((tx) => beginRun(tx, { sourceId, file, startedBy: actor.userId }));
  const run = (await claimRun(store.db, context.processName))!;
  expect(run.id).toBe(runId);
  await planRun(context, run, new AbortController().signal);
  return shown(runId);
}

async function shown(runId: string) {
  const run = (await readRun(store.db, runId))!;
  return { ...run, plan: run.plan!, rows: await rowsOf(store.db, runId, { after: 0, limit: 1_000 }) };
}

async function carriedOut(runId: string, portion?: number) {
  await carryOut(store.db, runId, actor.userId);
  const run = (await claimRun(store.db, context.processName))!;
  while (!(await carryOutPortion(context, run, portion)));
  return shown(runId);
}

const imported = async (sourceId: string, text: string) => carriedOut((await plan(sourceId, text)).id);
const userBy = (email: string) =>
  store.db.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst();
const brief = (rows: ShownRow[]) => rows.map(({ kind, email, reason }) => [kind, email, reason]);

test('a German spreadsheet in Windows-1252 with semicolons: planned, then carried out, then nothing more to do', async () => {
  const source = await newSource({ groups: [{ value: 'kundendienst', groupId: groups.service }] });
  const text = [
    'Anzeigename;E-Mail;Durchwahl;Mobiltelefon;Abteilung;Sprache;Personalnummer',
    'Müller, Jürgen;Juergen.Mueller@Example.com;201;+49 170 1234567;Kundendienst;de-DE;17',
    '"Weiß, ""Mia""";mia@example.com;202;;Einkauf;en;18',
    ';;203;;;;',
    'Otto;otto-at-example.com;204;;;;19',
  ].join('\r\n');
  const latin = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const planned = await plan(source, latin);
  expect(planned.state).toBe('planned');
  expect(planned.plan).toMatchObject({ create: 2, change: 0, conflict: 0, wrong: 2, unchanged: 0, users: 0 });
  expect(brief(planned.rows)).toEqual([
    ['wrong', '', 'It has no e-mail address.'],
    ['wrong', 'otto-at-example.com', '"otto-at-example.com" is not an e-mail address.'],
    ['create', 'juergen.mueller@example.com', null],
    ['create', 'mia@example.com', null],
  ]);
  expect(planned.rows.slice(0, 2).map(({ place }) => place)).toEqual(['line 4', 'line 5']);
  expect(planned.plan.columns.map(({ field }) => field)).toEqual([
    ...['displayName', 'email', 'extension', 'mobileNumber', 'department', 'language', 'externalId'],
  ]);
  expect(await userBy('mia@example.com')).toBeUndefined();

  const done = await carriedOut(planned.id);
  expect([done.state, done.done, done.total]).toEqual(['done', 2, 2]);
  expect(await userBy('juergen.mueller@example.com')).toMatchObject({
    ...{ display_name: 'Müller, Jürgen', language: 'de', mobile_number: '+49 170 1234567', external_id: '17' },
    ...{ group_id: groups.service, origin: 'import', time_zone: 'Europe/Berlin', role: 'user' },
  });
  expect(await userBy('mia@example.com')).toMatchObject({ display_name: 'Weiß, "Mia"', group_id: groups.sales });
  const extensions = await store.db.selectFrom('extension').select('number').orderBy('number').execute();
  expect(extensions.map(({ number }) => number)).toEqual(['201', '202']);
  const due = await store.db.selectFrom('presence_state').select('user_id').execute();
  expect(due).toHaveLength(2);
  const audit = await store.db
    .selectFrom('audit_entry')
    .selectAll()
    .where('via', '=', 'import')
    .orderBy('id')
    .execute();
  expect(audit.map((entry) => [entry.action, entry.subject_kind, entry.subject_name])).toEqual([
    ['create', 'user', 'Müller, Jürgen'],
    ['create', 'user', 'Weiß, "Mia"'],
    ['run', 'importSource', 'File 1'],
  ]);

  const again = await plan(source, latin);
  expect(again.plan).toMatchObject({ create: 0, change: 0, missing: 0, wrong: 2, unchanged: 2 });
});

test('users of other origin are never touched: their addresses are conflicts that are shown', async () => {
  const source = await newSource();
  const other = await newSource();
  await imported(other, 'email,name\nother@example.com,Other');
  const planned = await plan(
    source,
    'mail,name\nADA@example.com,Impostor\nother@example.com,Impostor\nnew@example.com,New\nNEW@example.com,Twice',
  );
  expect(brief(planned.rows)).toEqual([
    [
      'conflict',
      'ada@example.com',
      'ada@example.com belongs to Ada Admin, who was made by hand. Users of other origin are never touched.',
    ],
    ['conflict', 'other@example.com', 'other@example.com belongs to Other, who comes from another import.'],
    ['conflict', 'new@example.com', 'line 4 has the same e-mail address already.'],
    ['create', 'new@example.com', null],
  ]);
  await carriedOut(planned.id);
  expect((await userBy('ada@example.com'))!.display_name).toBe('Ada Admin');
});

test('a user is deactivated in the third run in a row without them, and comes back when found again', async () => {
  const source = await newSource();
  const both = 'email,name,ext\nstays@example.com,Stays,301\ngoes@example.com,Goes,302';
  const without = 'email,name,ext\nstays@example.com,Stays,301';
  await imported(source, both);
  const state = async () => {
    const user = (await userBy('goes@example.com'))!;
    return [user.active, user.missed_runs];
  };
  await imported(source, without);
  await imported(source, without);
  expect(await state()).toEqual([true, 2]);
  await imported(source, both); // found in between: counted from the beginning
  expect(await state()).toEqual([true, 0]);
  for (const expected of [1, 2]) {
    const run = await imported(source, without);
    expect([run.plan.missing, run.plan.deactivate]).toEqual([1, 0]);
    expect(await state()).toEqual([true, expected]);
  }
  const id = (await userBy('goes@example.com'))!.id;
  await store.db
    .insertInto('login_session')
    .values({ user_id: id, token: 'x', expires_at: Temporal.Now.instant().add({ hours: 1 }) })
    .execute();
  const last = await imported(source, without);
  expect(last.rows.map(({ kind, reason }) => [kind, reason])).toEqual([
    ['deactivate', 'Not found in 3 runs in a row.'],
  ]);
  expect(await state()).toEqual([false, 3]);
  const record = () =>
    store.db
      .selectFrom('forwarding_record')
      .innerJoin('extension', 'extension.id', 'extension_id')
      .select('released_at')
      .where('user_id', '=', id)
      .executeTakeFirstOrThrow();
  expect((await record()).released_at).not.toBeNull();
  expect(await store.db.selectFrom('login_session').where('user_id', '=', id).execute()).toEqual([]);
  // Nothing more happens to them while they stay away.
  expect((await imported(source, without)).plan).toMatchObject({ missing: 0, deactivate: 0, unchanged: 1 });
  expect((await imported(source, both)).rows[0]).toMatchObject({ kind: 'change', state: 'done' });
  expect(await state()).toEqual([true, 0]);
  expect((await record()).released_at).toBeNull();
});

test('who was deactivated by hand stays so, and the only administrator is never deactivated', async () => {
  const source = await newSource();
  const all = 'email,name\nhand@example.com,Hand\nboss@example.com,Boss';
  await imported(source, all);
  await store.db.updateTable('users').set({ active: false }).where('email', '=', 'hand@example.com').execute();
  await imported(source, all);
  expect((await userBy('hand@example.com'))!.active).toBe(false);
  await store.db
    .updateTable('users')
    .set({ role: 'administrator', missed_runs: 2 })
    .where('email', '=', 'boss@example.com')
    .execute();
  await store.db.updateTable('users').set({ role: 'user' }).where('email', '=', 'ada@example.com').execute();
  const run = await imported(source, 'email,name\nhand@example.com,Hand');
  expect(run.rows).toMatchObject([
    { kind: 'deactivate', state: 'refused', reason: 'This is the only administrator: make somebody else one first.' },
  ]);
  expect((await userBy('boss@example.com'))!.active).toBe(true);
  await store.db.updateTable('users').set({ role: 'administrator' }).where('email', '=', 'ada@example.com').execute();
});

test('what can’t be read is never taken for missing', async () => {
  const source = await newSource();
  await imported(source, 'email,name\nanna@example.com,Anna\nbert@example.com,Bert');
  const typo = await plan(source, 'email,name\nanna@example.com,Anna\nbert(at)example.com,Bert');
  expect(typo.plan).toMatchObject({ wrong: 1, missing: 0, unchanged: 1 });
  expect(typo.plan.notes.join()).toContain('nobody counts as missing');
  const unknownGroup = await plan(source, 'email,name,group\nanna@example.com,Anna,\nbert@example.com,Bert,Nowhere');
  expect(brief(unknownGroup.rows)).toEqual([
    ['wrong', 'bert@example.com', 'There is no group "Nowhere": make it first, or correct the name.'],
  ]);
});

test('what changed since the preview is refused row by row, and the other rows are carried out', async () => {
  const source = await newSource();
  await imported(source, 'id,email,name\n1,one@example.com,One\n2,two@example.com,Two\n3,three@example.com,Three');
  const planned = await plan(
    source,
    'id,email,name\n1,one@example.com,One B\n2,two.b@example.com,Two\n3,three@example.com,Three B\n4,four@example.com,Four',
  );
  expect(planned.plan).toMatchObject({ change: 3, create: 1, share: 100 });
  const { db } = store;
  await db.updateTable('users').set({ display_name: 'One by hand' }).where('email', '=', 'one@example.com').execute();
  const taker = { group_id: groups.sales, display_name: 'Taker', time_zone: 'UTC' };
  await db
    .insertInto('users')
    .values({ ...taker, email: 'four@example.com' })
    .execute();
  const done = await carriedOut(planned.id);
  expect(done.rows.map(({ email, state, reason }) => [email, state, reason])).toEqual([
    ['one@example.com', 'refused', 'Changed since the preview: displayName.'],
    ['two.b@example.com', 'done', null],
    ['three@example.com', 'done', null],
    ['four@example.com', 'refused', 'four@example.com has been given to Taker since the preview.'],
  ]);
  expect(done.message).toBe('2 row(s) were refused: they had changed since the preview.');
});

const ownersOf = async (...numbers: string[]) => {
  const rows = await store.db
    .selectFrom('extension')
    .innerJoin('users', 'users.id', 'user_id')
    .select(['number', 'email'])
    .where('number', 'in', numbers)
    .execute();
  return Object.fromEntries(rows.map(({ number, email }) => [number, email]));
};
const extensionsThatLeave = async () =>
  (await store.db.selectFrom('leaving').select('subject_name').where('kind', '=', 'extension').execute()).map(
    (row) => row.subject_name,
  );

test('an extension has one owner: a second one is left out, a new one replaces the old one after it was given back', async () => {
  const source = await newSource();
  const first = await imported(
    source,
    'email,ext\nfirst@example.com,401\nsecond@example.com,401\nthird@example.com,201',
  );
  expect(await ownersOf('401')).toEqual({ '401': 'first@example.com' });
  expect(first.rows.map(({ reason }) => reason)).toEqual([
    null,
    'Extension 401 is left out: line 2 has it already.',
    'Extension 201 is left out: it belongs to Müller, Jürgen.',
  ]);
  const run = await imported(source, 'email,ext\nfirst@example.com,402\nsecond@example.com,\nthird@example.com,403');
  expect(run.plan).toMatchObject({ change: 2, unchanged: 1, together: 0 });
  expect(await ownersOf('402', '403')).toEqual({ '402': 'first@example.com', '403': 'third@example.com' });
  expect(await extensionsThatLeave()).toEqual(['401 (PBX, first)']);
});

test('addresses and extensions that two users swap, and those that are passed on along a row, are theirs after one run', async () => {
  const source = await newSource();
  const head = 'id,email,name,ext\n';
  await imported(
    source,
    `${head}1,ring1@x.com,One,411\n2,ring2@x.com,Two,412\n3,row3@x.com,Three,413\n4,row4@x.com,Four,414`,
  );
  const phone = () =>
    store.db
      .selectFrom('extension')
      .innerJoin('forwarding_record', 'extension_id', 'extension.id')
      .select(['extension.id', 'previous', 'phase', 'released_at'])
      .where('number', '=', '411');
  const before = await phone().executeTakeFirstOrThrow();
  const own = { mode: 'all', target: '99' };
  await store.db
    .updateTable('forwarding_record')
    .set({ phase: 'applied', previous: JSON.stringify(own), released_at: Temporal.Now.instant() })
    .where('extension_id', '=', before.id)
    .execute();
  const planned = await plan(
    source,
    `${head}1,ring2@x.com,One,412\n2,ring1@x.com,Two,411\n3,row4@x.com,Three,414\n4,new4@x.com,Four,415\n5,row3@x.com,Five,413\n6,six@x.com,Six,`,
  );
  expect(planned.plan).toMatchObject({ change: 4, create: 2, conflict: 0, together: 5 });
  expect(planned.rows.at(-1)).toMatchObject({ email: 'six@x.com' });
  const leavingBefore = await extensionsThatLeave();
  // In portions of one: what belongs together stays together.
  await carryOut(store.db, planned.id, actor.userId);
  const run = (await claimRun(store.db, context.processName))!;
  await carryOutPortion(context, run, 1);
  expect(await shown(planned.id)).toMatchObject({ state: 'running', done: 5, total: 6 });
  while (!(await carryOutPortion(context, run, 1)));
  const done = await shown(planned.id);
  expect(done.rows.map(({ state, reason }) => [state, reason])).toEqual(Array(6).fill(['done', null]));
  const names = await store.db
    .selectFrom('users')
    .select(['email', 'display_name'])
    .where('import_source_id', '=', source)
    .orderBy('external_id')
    .execute();
  expect(names.map((user) => `${user.display_name} ${user.email}`)).toEqual([
    ...[
      'One ring2@x.com',
      'Two ring1@x.com',
      'Three row4@x.com',
      'Four new4@x.com',
      'Five row3@x.com',
      'Six six@x.com',
    ],
  ]);
  expect(await ownersOf('411', '412', '413', '414', '415')).toEqual({
    ...{ '411': 'ring1@x.com', '412': 'ring2@x.com', '413': 'row3@x.com', '414': 'row4@x.com', '415': 'new4@x.com' },
  });
  // The phone keeps its record: what was on it before comes back, and the new owner's presence is followed.
  expect(await phone().executeTakeFirstOrThrow()).toEqual({
    ...before,
    phase: 'applied',
    previous: own,
    released_at: null,
  });
  expect(await extensionsThatLeave()).toEqual(leavingBefore);
  expect((await plan(source, `${head}1,ring2@x.com,One,412\n2,ring1@x.com,Two,411`)).plan).toMatchObject({
    unchanged: 2,
  });
});

test('an address is not passed on by whoever can’t have the new one, and an extension not by whoever keeps it', async () => {
  const source = await newSource();
  const head = 'id,email,name,ext\n';
  await imported(source, `${head}1,keep1@x.com,One,421\n2,keep2@x.com,Two,422\n3,keep3@x.com,Three,423`);
  const stuck = await plan(
    source,
    `${head}1,ada@example.com,One,\n2,keep1@x.com,Two,\n3,keep3@x.com,Three,422\n4,keep2@x.com,Four,424`,
  );
  expect(brief(stuck.rows).slice(1)).toEqual([
    ['conflict', 'keep1@x.com', 'keep1@x.com belongs to One, who can’t give it up: see line 2.'],
    ['conflict', 'keep2@x.com', 'keep2@x.com belongs to Two, who can’t give it up: see line 3.'],
  ]);
  const swap = await plan(source, `${head}1,keep2@x.com,One,422\n2,keep1@x.com,Two,421\n3,keep3@x.com,Three,423`);
  await store.db
    .updateTable('users')
    .set({ display_name: 'Zwei', email: 'by-hand@x.com' })
    .where('email', '=', 'keep2@x.com')
    .execute();
  await store.db.updateTable('extension').set({ number: '429' }).where('number', '=', '422').execute();
  const done = await carriedOut(swap.id);
  expect(done.rows.map(({ state, reason }) => [state, reason])).toEqual([
    ['done', null],
    ['refused', 'Changed since the preview: email, extension.'],
  ]);
  // 421 still leaves One, who has the free 422 now.
  expect(await ownersOf('422', '429')).toEqual({ '422': 'keep2@x.com', '429': 'by-hand@x.com' });
  const again = await plan(source, `${head}1,by-hand@x.com,One,422\n2,keep2@x.com,Two,429\n3,keep3@x.com,Three,423`);
  await store.db.updateTable('users').set({ display_name: 'Zwo' }).where('email', '=', 'by-hand@x.com').execute();
  expect((await carriedOut(again.id)).rows.map(({ state, reason }) => [state, reason])).toEqual([
    ['refused', 'by-hand@x.com still belongs to Zwo, whose own row was refused.'],
    ['refused', 'Changed since the preview: displayName.'],
  ]);
});

test('numbers are kept as the dialling rules of the group’s location write them; what may not be dialled is left out', async () => {
  const { db } = store;
  const wien = await db
    .insertInto('location')
    .values({ name: 'Wien', time_zone: 'Europe/Vienna', dialling: JSON.stringify({ country: 'AT' }) })
    .returning('id')
    .executeTakeFirstOrThrow();
  const group = await db
    .insertInto('configuration_group')
    .values({ location_id: wien.id, name: 'Verkauf' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const source = await newSource({ groupId: group.id });
  const text = 'email,mobile\nanton@example.com,0664 1234567\nberta@example.com,0900 123456';
  const run = await imported(source, text);
  expect((await userBy('anton@example.com'))!).toMatchObject({
    mobile_number: '+43 664 1234567',
    time_zone: 'Europe/Vienna',
  });
  expect((await userBy('berta@example.com'))!.mobile_number).toBeNull();
  expect(run.rows.find(({ email }) => email === 'berta@example.com')?.reason).toMatch(
    /^The mobile number is left out: .*premium/,
  );
  expect((await imported(source, text)).plan.unchanged).toBe(2);
});

test('portions: killed after any of them, the next process goes on with the first row that is left', async () => {
  const source = await newSource();
  const rows = Array.from({ length: 25 }, (_, index) => `many${index}@example.com,Many ${index}`);
  const planned = await plan(source, ['email,name', ...rows].join('\n'));
  await carryOut(store.db, planned.id, actor.userId);
  const first = (await claimRun(store.db, 'dies|1|1|a'))!;
  expect(await carryOutPortion(context, first, 10)).toBe(false);
  expect(await claimRun(store.db, context.processName)).toBeNull(); // still leased
  await store.db
    .updateTable('import_run')
    .set({ leased_until: Temporal.Now.instant().subtract({ seconds: 1 }) })
    .where('id', '=', planned.id)
    .execute();
  const second = (await claimRun(store.db, context.processName))!;
  expect(await carryOutPortion(context, first, 10)).toBe(true); // the dead one, come back, may do nothing more
  while (!(await carryOutPortion(context, second, 10)));
  const done = await shown(planned.id);
  expect([done.state, done.done, new Set(done.rows.map(({ userId }) => userId)).size]).toEqual(['done', 25, 25]);
});

test('a newer run takes the place of a plan that waits; one at work is not disturbed; cancelled ones stay so', async () => {
  const source = await newSource();
  const first = await plan(source, 'email\nx@example.com');
  const second = await plan(source, 'email\nx@example.com');
  expect(await shown(first.id)).toMatchObject({ state: 'cancelled', message: 'A newer run has taken its place.' });
  await expect(carryOut(store.db, first.id, actor.userId)).rejects.toMatchObject({ code: 'conflict' });
  await carryOut(store.db, second.id, actor.userId);
  await expect(plan(source, 'email\nx@example.com')).rejects.toMatchObject({ code: 'conflict' });
  await expect(store.db.transaction().execute((tx) => deleteSource(tx, source, actor))).rejects.toMatchObject({
    code: 'conflict',
  });
  const run = (await claimRun(store.db, context.processName))!;
  await store.db.transaction().execute((tx) => cancelRun(tx, second.id, actor));
  const [entry] = await store.db
    .selectFrom('audit_entry')
    .selectAll()
    .where('subject_kind', '=', 'importSource')
    .orderBy('id', 'desc')
    .limit(1)
    .execute();
  expect(entry).toMatchObject({
    ...{ action: 'run', actor_name: actor.name, before: { state: 'running' } },
    after: { run: second.id, state: 'cancelled', done: 0, total: 1 },
  });
  await expect(store.db.transaction().execute((tx) => cancelRun(tx, second.id, actor))).rejects.toThrow('cancelled');
  expect(await carryOutPortion(context, run)).toBe(true);
  expect(await userBy('x@example.com')).toBeUndefined();
});

test('where no column holds addresses the columns are shown and nobody is missing; a removed source leaves its users to be kept by hand', async () => {
  const source = await newSource();
  await imported(source, 'email\nkept@example.com');
  const unknown = await plan(source, 'a;b\n1;2');
  expect(unknown).toMatchObject({
    state: 'planned',
    rows: [],
    plan: { missing: 0, columns: [{ header: 'a' }, { header: 'b' }] },
  });
  expect(unknown.message).toBe('No column of the file is known to hold e-mail addresses: choose it.');
  await expect(plan(source, '')).rejects.toThrow('The file is empty.');
  await cancelAll(source);
  await store.db
    .transaction()
    .execute((tx) => changeSource(tx, context, source, { settings: { columns: { email: 'b' } } }, actor));
  await imported(source, 'a;b\n1;kept@example.com');
  await store.db.transaction().execute((tx) => deleteSource(tx, source, systemActor));
  expect(await userBy('kept@example.com')).toMatchObject({ origin: 'manual', import_source_id: null });
});

async function cancelAll(sourceId: string) {
  await store.db.updateTable('import_run').set({ state: 'failed' }).where('source_id', '=', sourceId).execute();
}
