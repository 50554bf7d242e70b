/**
 * Every operation that changes something of the administration (matrix.ts, last column) leaves an entry in the audit
 * log: who, whose, what before and after; and nothing secret of what was sent.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dropOldAuditEntries } from '../../server/src/organization/audit.queries.ts';
import { differing } from '../../server/src/organization/audit.ts';
import { type House, openHouse } from './house.ts';
import { readMatrix, table } from './matrix.ts';
import { addressSecret, makePerson, secret, subject } from './things.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.server.stop());

const db = () => house.server.server.context.store.db;
const newest = async () =>
  (await db().selectFrom('audit_entry').select('id').orderBy('id', 'desc').executeTakeFirst())?.id ?? 0;
const since = (id: number) => db().selectFrom('audit_entry').selectAll().where('id', '>', id).orderBy('id').execute();

/** Bodies that change something where those of the matrix leave it as it is. */
const instead: Record<string, unknown> = { writeSignInSettings: { secondFactorRequiredFor: ['user'] } };

test('every change of the administration leaves an entry that says who, whose, from what, to what', async () => {
  const wrong: string[] = [];
  for (const { operation, audit, cells } of readMatrix(table)) {
    if (audit === null) continue;
    const last = await newest();
    const things = await house.fresh(operation);
    const own = await since(last); // what making the things left
    const { status, text } = await house.ask(operation, things, house.headers.admin, instead[operation]);
    const via = operation === 'applyConfiguration' ? 'apply' : 'session';
    const problem = (what: string) => wrong.push(`${operation}: ${what}`);
    if (status >= 300) problem(`was not done: ${status} ${text.slice(0, 300)}`);
    const entries = (await since(own.at(-1)?.id ?? last)).filter(({ actor_id }) => actor_id !== null);
    const entry = entries.find(({ subject_kind }) => subject_kind === audit);
    if (!entry) {
      problem(`left no entry about ${audit}, only ${JSON.stringify(entries.map(({ subject_kind }) => subject_kind))}`);
      continue;
    }
    if (entry.actor_id !== house.ids.admin || entry.actor_name !== 'Ada Admin' || entry.via !== via)
      problem(`doesn’t name who did it: ${entry.actor_name} via ${entry.via}`);
    if (entry.subject_name === '') problem('doesn’t name its subject');
    if (entry.action !== 'create' && entry.action !== 'run' && !entry.before) problem('doesn’t say what was before');
    if (entry.action !== 'delete' && !entry.after) problem('doesn’t say what is now');
    if (cells.here === '+' && cells.owner === '-' && entry.location_id !== house.a.locationId)
      problem('isn’t shown to the administrators of the location');
    for (const marker of [secret, addressSecret, subject])
      if (JSON.stringify(entries).includes(marker)) problem(`holds ${marker}`);
  }
  expect(wrong).toEqual([]);
});

interface Entry {
  id: number;
  actor: { id: string };
  subject: { kind: string; id: string; name: string };
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}
async function log(who: keyof House['headers'], query = 'limit=500'): Promise<Entry[]> {
  const response = await fetch(`${house.server.url}/api/v1/audit?${query}`, { headers: house.headers[who] });
  expect(response.status).toBe(200);
  return ((await response.json()) as { entries: Entry[] }).entries;
}

test('it is read by subject, actor and time, in pages, newest first; administrators of locations read their own', async () => {
  const { groupId } = house.a;
  await house.ask('changeGroup', house.things, house.headers.here, { name: 'First' });
  await house.ask('changeGroup', house.things, house.headers.here, { name: 'Second' });
  await house.ask('changeGroup', house.thingsOfB, house.headers.there, { name: 'Elsewhere' });
  const ofGroup = await log('here', `subjectKind=group&subjectId=${groupId}`);
  expect(ofGroup.slice(0, 2)).toMatchObject([
    { actor: { id: house.ids.here }, before: { name: 'First' }, after: { name: 'Second' } },
    { actor: { id: house.ids.here }, after: { name: 'First' } },
  ]);
  const first = await log('here', `subjectId=${groupId}&limit=1`);
  const second = await log('here', `subjectId=${groupId}&limit=1&before=${first[0]!.id}`);
  expect([...first, ...second]).toEqual(ofGroup.slice(0, 2));
  expect((await log('admin', `actorId=${house.ids.here}`)).every(({ actor }) => actor.id === house.ids.here)).toBe(
    true,
  );
  const hourAgo = Temporal.Now.instant().subtract({ hours: 1 });
  expect(await log('admin', `to=${hourAgo}`)).toEqual([]);
  expect(await log('admin', `from=${hourAgo}&limit=500`)).toEqual(await log('admin'));

  const names = async (who: keyof House['headers']) => (await log(who)).map(({ after }) => after?.name);
  expect(await names('here')).not.toContain('Elsewhere');
  expect(await names('there')).not.toContain('Second');
  for (const who of ['admin', 'reader'] as const)
    expect(await names(who)).toEqual(expect.arrayContaining(['Second', 'Elsewhere']));
  const kinds = new Set((await log('here')).map(({ subject }) => subject.kind));
  for (const systemWide of ['network', 'webhook', 'phoneSystem', 'auditLog']) expect(kinds).not.toContain(systemWide);
});

test('ids in the values come with names, also of what is gone since', async () => {
  const { here, other } = house.ids;
  const change = (deputyId: string | null) =>
    house.ask('changeUser', { ...house.things, userId: here }, house.headers.admin, { deputyId });
  const leaver = await makePerson(db(), house.a.groupId, 'user');
  for (const deputyId of [other, leaver, null]) expect((await change(deputyId)).status).toBe(200);
  await house.ask('changeUser', { ...house.things, userId: leaver }, house.headers.admin, {
    displayName: 'Lea Leaver',
  });
  await db().deleteFrom('users').where('id', '=', leaver).execute();
  const response = await fetch(`${house.server.url}/api/v1/audit?subjectId=${here}`, { headers: house.headers.here });
  const { names } = (await response.json()) as { names: Record<string, string> };
  const { display_name } = await db()
    .selectFrom('users')
    .select('display_name')
    .where('id', '=', other)
    .executeTakeFirstOrThrow();
  expect(names).toMatchObject({ [other]: display_name, [leaver]: 'Lea Leaver' });
});

test('what a token does is told as done by a token', async () => {
  await house.ask('changeGroup', house.things, house.tokens.admin.administration, { name: 'By a program' });
  const [entry] = await log('admin', `subjectKind=group&subjectId=${house.a.groupId}&limit=1`);
  expect(entry).toMatchObject({ via: 'token', actor: { id: house.ids.admin }, after: { name: 'By a program' } });
});

test('old entries go as the setting says', async () => {
  const put = await house.ask('writeAuditSettings', house.things, house.headers.admin, { keptDays: 30 });
  expect(put.status).toBe(200);
  const ages = [29, 31, 400];
  for (const days of ages)
    await db()
      .insertInto('audit_entry')
      .values({
        ...{ at: Temporal.Now.instant().subtract({ hours: 24 * days }), actor_name: 'A', via: 'system' },
        ...{ action: 'run', subject_kind: 'test', subject_name: `${days}` },
      })
      .execute();
  await dropOldAuditEntries(db(), Temporal.Now.instant());
  expect((await log('admin', 'subjectKind=test')).map(({ subject }) => subject.name)).toEqual(['29']);
});

test('only what differs is kept, and nothing that is named like a secret, however deep', () => {
  const before = { name: 'A', kept: [1], settings: { bindPassword: secret, host: 'a', list: [{ apiToken: secret }] } };
  const after = {
    name: 'B',
    kept: [1],
    settings: { bindPassword: 'x', host: 'b', list: [{ apiToken: 'x' }] },
    password: 'x',
  };
  expect(differing(before, after)).toEqual([
    { name: 'A', settings: { host: 'a', list: [{}] } },
    { name: 'B', settings: { host: 'b', list: [{}] } },
  ]);
  expect(differing(null, { clientSecret: secret, name: 'A' })).toEqual([null, { name: 'A' }]);
});
