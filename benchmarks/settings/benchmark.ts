/**
 * The pages of administration in a large company: 50,000 users in 500 groups of 20 locations. What a client waits for
 * the answers that the page of groups and the forms of a group and of a location are made of, through the whole server
 * (HTTP, session, rules, JSON), one request at a time over one kept connection. Beside each the bare SQL: the same rows
 * by the same driver in this process. Both are asked by turns. Users of a group and users searched: benchmarks/users.
 */
import http from 'node:http';
import { type RawBuilder, sql } from 'kysely';
import { openSessions, sessionCookie } from '../../server/src/api/sessions.ts';
import { openStore } from '../../server/src/store/database.ts';
import { dropTarget, makeTarget } from '../../test/store.ts';
import { type Row, round, spread, versionOf, writeResult } from '../result.ts';
import { ask, type Served, startServed, timed } from '../served.ts';
import { measurePainting } from './painting.ts';

const users = Number(process.env.OBJECTS ?? 50_000);
const groups = 500;
const locations = 20;
const rounds = Number(process.env.WHENABOUTS_ROUNDS ?? 300);
const warmUp = Math.ceil(rounds / 5);

const { ensureWebBuilt } = (await import(new URL('../../scripts/build-web.js', import.meta.url).href)) as {
  ensureWebBuilt(): Promise<void>;
};
await ensureWebBuilt();
const target = await makeTarget();
if (!('url' in target)) throw new Error('Set TEST_DATABASE_URL: this figure is taken on PostgreSQL.');
const store = await openStore({ url: target.url, poolSize: 2 });
const { db } = store;
let served: Served | undefined;
try {
  const groupIds = await fill();
  served = await startServed(target.url);
  const { address } = served;
  const sessions = await openSessions(store);
  const administrator = await db
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'administrator')
    .executeTakeFirstOrThrow();
  const cookie = `${sessionCookie}=${await sessions.begin(db, administrator.id, { address: null, userAgent: null })}`;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const groupAt = (index: number) => groupIds[(index * 389) % groups]!;

  interface Case {
    label: string;
    path(index: number): string;
    body?: unknown;
    bare(index: number): RawBuilder<unknown>;
    /** How many rows the API's answer has, which the bare SQL must have too. */
    count(answer: Record<string, unknown[]>): number;
    target?: Row['target'];
  }
  const limited = { ratioAtMost: 2 };
  const within = { atMost: 100 };
  const cases: Case[] = [
    {
      label: `Page of groups: ${groups}, with how many users each has`,
      path: () => '/groups',
      bare: () => sql`
        select configuration_group.id, configuration_group.name, location.name as location, time_zone, individual, users
          from configuration_group join location on location.id = location_id
          left join (select group_id, count(*) as users from users group by group_id) members
            on members.group_id = configuration_group.id
         order by location.name, configuration_group.name`,
      count: ({ groups: list }) => list!.length,
      target: limited,
    },
    {
      label: 'Form of a group: its settings and what it would inherit',
      path: (index) => `/groups/${groupAt(index)}/functions/synchronization`,
      bare: (index) => sql`
        select individual, previous, location.settings from configuration_group
          join location on location.id = location_id where configuration_group.id = ${groupAt(index)}::uuid`,
      count: () => 1,
      target: within,
    },
    {
      label: 'Form of a location: whom a change touches, before it is saved',
      path: (index) => `/locations/${locationIds[index % locations]}/functions/activation/impact`,
      body: { value: { tentativeCounts: false } },
      bare: (index) => sql`
        select count(*) from users join configuration_group on configuration_group.id = group_id
         where location_id = ${locationIds[index % locations]!}::uuid and not individual ? 'activation'`,
      count: () => 1,
      target: within,
    },
  ];
  const locationIds = (await db.selectFrom('location').select('id').orderBy('name').execute()).map(({ id }) => id);
  const http404: number[] = [];
  const rows: Row[] = [];
  for (const { label, path, body, bare, count, target: wanted } of cases) {
    const api: number[] = [];
    const floors: number[] = [];
    for (let index = 0; index < warmUp + rounds; index++) {
      http404.push((await timed(() => ask(agent, `${address}/api/v1/nothing`, cookie, { status: 404 }))).ms);
      const answer = await timed(() => ask(agent, `${address}/api/v1${path(index)}`, cookie, { body }));
      const floor = await timed(() => bare(index).execute(db));
      const found = count(JSON.parse(answer.value));
      if (found !== floor.value.rows.length)
        throw new Error(`${label}: the API has ${found} rows, SQL ${floor.value.rows.length}.`);
      if (index < warmUp) continue;
      api.push(answer.ms);
      floors.push(floor.ms);
    }
    const floor = spread(floors);
    rows.push({
      ...{ label, unit: 'ms', ...spread(api), floor: floor.median },
      floorLabel: `the bare SQL, p99 ${round(floor.p99)}`,
      ...(wanted ? { target: wanted } : {}),
    });
  }
  agent.destroy();
  const painted = await measurePainting(address, cookie, `/administration/groups/${groupAt(7)}/synchronization`, {
    field: 'Days after today',
    rounds: Math.ceil(rounds / 10),
  });
  rows.push({
    ...{ label: 'Form of a group: what is typed is painted (Chromium)', unit: 'ms', ...spread(painted.form) },
    floor: spread(painted.bare).median,
    floorLabel: `a page that is one field, p99 ${round(spread(painted.bare).p99)}`,
    target: within,
  });
  writeResult({
    name: 'settings',
    title: `Pages of administration: ${users.toLocaleString('en-US')} users in ${groups} groups`,
    command: 'npm run benchmark -- settings',
    versions: { postgresql: versionOf('psql') },
    rows,
    notes: [
      'Server, client and PostgreSQL share the cores.',
      'Painting is what the browser tells of keys (Event Timing, in steps of 8 ms, nothing below 16).',
      `HTTP alone (a request that is answered with 404 and asks the database nothing) takes ${round(spread(http404).median)} ms at the median, p99 ${round(spread(http404).p99)} ms: where the SQL takes less than that, the ratio says more of HTTP than of the query.`,
    ],
  });
} finally {
  await served?.stop();
  await store.close();
  await dropTarget(target);
}
process.exit(0);

/** Users spread over the groups, every tenth with an extension; a fifth of the groups sets something of its own. */
async function fill(): Promise<string[]> {
  await sql`
    insert into location (name, time_zone, settings)
    select 'Location ' || number, 'Europe/Berlin', '{"synchronization": {"window": {"daysBack": 7, "daysAhead": 90}}}'
      from generate_series(1, ${locations}::int) number`.execute(db);
  await sql`
    insert into configuration_group (location_id, name, individual, settings)
    select location.id, 'Group ' || number, own.value, location.settings || own.value
      from generate_series(1, ${groups}::int) number
      join location on location.name = 'Location ' || (number % ${locations}::int + 1),
           lateral (select case when number % 5 = 0 then '{"activation": {"tentativeCounts": false}}'::jsonb
                                else '{}'::jsonb end as value) own`.execute(db);
  // Eight letters made of a number: 500 given names, 4,999 family names.
  await sql`
    create function word(number integer) returns text language sql immutable as $$
      select left(translate(md5(number::text), '0123456789', 'ghijklmnop'), 8) $$`.execute(db);
  await sql`
    insert into users (group_id, email, display_name, time_zone, role)
    select configuration_group.id, 'user' || number || '@example.com',
           initcap(word(number % 500)) || ' ' || initcap(word(number % 4999)), 'Europe/Berlin',
           case when number = 1 then 'administrator' else 'user' end
      from generate_series(1, ${users}::int) number
      join configuration_group on configuration_group.name = 'Group ' || (number % ${groups}::int + 1)`.execute(db);
  await sql`
    with system as (insert into phone_system (name, kind) values ('PBX', 'http') returning id)
    insert into extension (user_id, phone_system_id, number)
    select users.id, system.id, (10000 + row_number() over (order by email))::text
      from users, system where users.id::text < '2'`.execute(db);
  await sql`vacuum analyze`.execute(db);
  return (await db.selectFrom('configuration_group').select('id').orderBy('name').execute()).map(({ id }) => id);
}
