/**
 * Users found among 50,000: what a client waits for GET /api/v1/users through the whole server (HTTP, session, what the
 * viewer may see, JSON), one request at a time over one kept connection, as an administrator. Beside it the bare SQL by
 * the same driver in this process: what a plain good page of users needs, which is the page's columns with extensions,
 * location and state of sign-in, in its order, and how many fit the filter, in one statement. There are two plain ways
 * to count (see `floors`): the faster one is the floor. All by turns, with searches drawn in a fixed order.
 */
import http from 'node:http';
import { type RawBuilder, sql } from 'kysely';
import { openSessions, sessionCookie } from '../../server/src/api/sessions.ts';
import { openStore } from '../../server/src/store/database.ts';
import { dropTarget, makeTarget } from '../../test/store.ts';
import { round, spread, versionOf, writeResult } from '../result.ts';
import { ask, type Served, startServed, timed } from '../served.ts';

const users = 50_000;
/** 25 groups with 1,000 users each and 250 with 100. */
const largeGroups = 25;
const smallGroups = 250;
const rounds = Number(process.env.WHENABOUTS_ROUNDS ?? 300);
const warmUp = Math.ceil(rounds / 5);
const limit = 50;

/** The count carried by every row, or counted beside the page. */
const floors = [
  (where: RawBuilder<unknown>) => bareSql(sql`select *, count(*) over () as total from users where ${where}`),
  (where: RawBuilder<unknown>) =>
    bareSql(sql`select *, (select count(*) from users where ${where}) as total from users where ${where}`),
];

const target = await makeTarget();
if (!('url' in target)) throw new Error('Set TEST_DATABASE_URL: this figure is taken on PostgreSQL.');
const store = await openStore({ url: target.url, poolSize: 2 });
const { db } = store;
let server: Served | undefined;
try {
  const { administrator, groupIds } = await fill();
  server = await startServed(target.url);
  const { address } = server;
  const sessions = await openSessions(store);
  const cookie = `${sessionCookie}=${await sessions.begin(db, administrator, { address: null, userAgent: null })}`;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const search = (text: string) => ({
    query: `search=${encodeURIComponent(text)}`,
    where: sql`search @@ ${text
      .split(' ')
      .map((word) => `'${word}':*`)
      .join(' & ')}::tsquery`,
  });
  const group = (id: string) => ({ query: `groupId=${id}`, where: sql`group_id = ${id}::uuid` });
  /** By round, so that no answer is the one before. */
  const cases: Array<{ label: string; of(index: number): { query: string; where: RawBuilder<unknown> } }> = [
    {
      label: 'Search: first and last name',
      of: (index) => search(`first${named(index % 500)} last${named(index % 997)}`),
    },
    { label: 'Search: beginning of a name, 50 to 600 found', of: (index) => search(`last${named((index % 89) + 10)}`) },
    { label: 'Search: one letter, everybody found', of: () => search('f') },
    { label: 'Search: a word of every address', of: () => search('example') },
    {
      label: 'Search: an extension',
      of(index) {
        const number = String(10_000 + ((index * 389) % users));
        const byName = search(number);
        return {
          query: byName.query,
          where: sql`id in (select id from users where ${byName.where}
                      union all select user_id from extension where number like ${`${number}%`})`,
        };
      },
    },
    { label: 'A group', of: (index) => group(groupIds[largeGroups + ((index * 89) % smallGroups)]!) },
    { label: 'A large group', of: (index) => group(groupIds[index % largeGroups]!) },
    { label: 'Everybody, the first page', of: () => ({ query: '', where: sql`true` }) },
  ];
  const rows: Parameters<typeof writeResult>[0]['rows'] = [];
  const nothing: number[] = [];
  for (const { label, of } of cases) {
    const api: number[] = [];
    const bare = floors.map((): number[] => []);
    let found = 0;
    for (let index = 0; index < warmUp + rounds; index++) {
      const { query, where } = of(index);
      nothing.push((await timed(() => ask(agent, `${address}/api/v1/nothing`, cookie, { status: 404 }))).ms);
      const first = await timed(() => ask(agent, `${address}/api/v1/users?limit=${limit}&${query}`, cookie));
      const answer = JSON.parse(first.value) as { users: unknown[]; total: number };
      for (const [which, floor] of floors.entries()) {
        const second = await timed(() => floor(where).execute(db));
        const total = second.value.rows[0]?.total ?? 0;
        if (answer.users.length !== second.value.rows.length || answer.total !== total)
          throw new Error(`${label}: the API has ${answer.total} users, SQL ${total}.`);
        if (index >= warmUp) bare[which]!.push(second.ms);
      }
      if (index < warmUp) continue;
      api.push(first.ms);
      found = Math.max(found, answer.total);
    }
    const [floor] = bare.map(spread).sort((a, b) => a.median - b.median);
    rows.push({
      label: `${label}: ${round(found)} found`,
      unit: 'ms',
      ...spread(api),
      floor: floor!.median,
      floorLabel: `the bare SQL, p99 ${round(floor!.p99)}`,
      target: { ratioAtMost: 2 },
    });
  }
  agent.destroy();
  writeResult({
    name: 'users',
    title: 'User search and group page: 50,000 users',
    command: 'npm run benchmark -- users',
    versions: { postgresql: versionOf('psql') },
    rows,
    notes: [
      'Server, client and PostgreSQL share the cores. The bare SQL is one statement: a page of 50 with the same columns, extensions, location and state of sign-in, and the count; of two ways to count the faster.',
      `HTTP alone (a request that is answered with 404 and asks the database nothing) takes ${round(spread(nothing).median)} ms at the median, p99 ${round(spread(nothing).p99)} ms.`,
    ],
  });
} finally {
  await server?.stop();
  await store.close();
  await dropTarget(target);
}
process.exit(0);

/** A number in letters: names have no digits, and what has one might be an extension. */
function named(number: number): string {
  return String(number).replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)]!);
}

function bareSql(found: RawBuilder<unknown>) {
  return sql<{ total: number }>`
    select page.id, email, display_name, language, time_zone, mobile_number, deputy_id, assistant_id, role, group_id,
           location_id, sample, active, leaving_at, origin, import_source_id, external_id, page.created_at, total,
           exists (select from login_password where user_id = page.id) as sign_in_ready,
           (select jsonb_agg(jsonb_build_object('id', id, 'phoneSystemId', phone_system_id, 'number', number))
              from extension where user_id = page.id) as extensions
      from (${found} order by display_name, email limit ${limit}) page
      join configuration_group on configuration_group.id = group_id
     order by display_name, email`;
}

/** 50,000 users with an extension each, in large and small groups, the large ones first. */
async function fill(): Promise<{ administrator: string; groupIds: string[] }> {
  await sql`
    with place as (insert into location (name, time_zone) values ('Berlin', 'Europe/Berlin') returning id)
    insert into configuration_group (location_id, name) select id, 'Group ' || to_char(number, 'FM000')
      from place, generate_series(1, ${largeGroups + smallGroups}::int) number`.execute(db);
  const groupIds = (await db.selectFrom('configuration_group').select('id').orderBy('name').execute()).map(
    ({ id }) => id,
  );
  await sql`
    insert into users (group_id, email, display_name, time_zone)
    select (${groupIds}::uuid[])[1 + case when number % 2 = 0 then number / 2 % ${largeGroups}::int
                                         else ${largeGroups}::int + number / 2 % ${smallGroups}::int end],
           'first' || first || '.last' || last || '.' || number || '@example.com', 'First' || first || ' Last' || last,
           'Europe/Berlin'
      from generate_series(0, ${users}::int - 1) number,
           translate((number % 500)::text, '0123456789', 'abcdefghij') first,
           translate((number % 997)::text, '0123456789', 'abcdefghij') last`.execute(db);
  await sql`
    with system as (insert into phone_system (name, kind, mode) values ('PBX', 'http', 'paused') returning id)
    insert into extension (user_id, phone_system_id, number)
    select users.id, system.id, (9999 + row_number() over ())::text from users, system`.execute(db);
  const { rows } = await sql<{ id: string }>`
    update users set role = 'administrator' where id = (select id from users limit 1) returning id`.execute(db);
  await sql`vacuum analyze`.execute(db);
  return { administrator: rows[0]!.id, groupIds };
}
