/** Every operation, tried over HTTP as everybody and with tokens of every scope, against the table in matrix.ts. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scopes } from '../../server/src/api/scopes.ts';
import { type Headers, type House, openHouse } from './house.ts';
import { people, type Row, readMatrix, table, type Who } from './matrix.ts';
import { addressSecret, secret, subject, type Things } from './things.ts';

const rows = readMatrix(table);
let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.server.stop());

test('every route has its line in the matrix, and every line its route', () => {
  const known = new Set(rows.map(({ operation }) => operation));
  const missing = [...house.routes.values()].filter(({ operation }) => !known.has(operation));
  expect(
    missing.map(({ operation, method, path }) => `${operation} (${method.toUpperCase()} ${path})`),
    'routes without a line in test/access/matrix.ts',
  ).toEqual([]);
  expect(
    [...known].filter((operation) => !house.routes.has(operation)),
    'lines without a route',
  ).toEqual([]);
  expect(known.size, 'a line is there twice').toBe(rows.length);
});

/** What is removed by being tried is made for each try; of a new user that user is the owner. */
async function at({ operation }: Row, who: Who, goesThrough: boolean): Promise<[Things, Headers]> {
  const things = goesThrough ? await house.fresh(operation) : house.things;
  if (operation === 'signOut') return [things, await house.asUser(house.ids[who])];
  return [things, who === 'owner' && isNew(things) ? await house.asUser(things.userId!) : house.headers[who]];
}
const isNew = ({ userId }: Things) => userId !== house.things.userId;

const refusedWith = (who: Who) => (who === 'anonymous' ? 401 : 403);
const ran = (status: number) => (status < 400 || [400, 409, 422].includes(status) ? 'through' : status);

test.each(people)('as %s one gets through where the matrix says so, and nowhere else', async (who) => {
  const wrong: string[] = [];
  for (const row of rows) {
    const cell = row.cells[who];
    const problem = (what: string) => wrong.push(`${row.operation}: ${what}`);
    const [things, headers] = await at(row, who, cell === '+' || cell === '~');
    const { status, text } = await house.ask(row.operation, things, headers);
    const expected = cell === '-' ? refusedWith(who) : cell === '0' ? 404 : 'through';
    const got = expected === 'through' ? ran(status) : status;
    if (got !== expected) problem(`expected ${expected}, got ${status} ${text.slice(0, 200)}`);
    if (who !== 'owner' && text.includes(subject)) problem('tells owner’s subject');
    if (text.includes(secret)) problem('tells a secret');
    if (who === 'reader' && row.operation !== 'createAccount' && text.includes(addressSecret))
      problem('tells an address');
    if (cell === '~')
      for (const [name, id] of Object.entries(things))
        if (id.length > 20 && text.includes(id)) problem(`tells ${name} of another location`);
  }
  expect(wrong).toEqual([]);
});

test.each(['owner', 'admin'] as const)('tokens of %s: the scopes named do, the others do not', async (who) => {
  const wrong: string[] = [];
  for (const row of rows) {
    const route = house.routes.get(row.operation)!;
    if (route.access === 'public') continue; // looks at no token: tokens.test.ts
    for (const scope of scopes) {
      const may = row.tokens[who].includes(scope) && row.cells[who] !== '-';
      const [things] = await at(row, 'admin', may);
      const own = who === 'owner' && isNew(things);
      const headers = own ? { authorization: await house.tokenOf(things.userId!, scope) } : house.tokens[who][scope];
      const { status, text } = await house.ask(row.operation, things, headers);
      const got = may ? ran(status) : status;
      if (got !== (may ? 'through' : 403))
        wrong.push(
          `${row.operation} with ${scope}: expected ${may ? 'through' : 403}, got ${status} ${text.slice(0, 200)}`,
        );
    }
  }
  expect(wrong).toEqual([]);
});
