/** Settings tried out: everything is shown but secrets, and nothing is written. And answers of any kind are survived. */

import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noHabits } from '../../../../simulators/http/stand-in.ts';
import { startWazo, type Wazo, wazoUser } from '../../../../simulators/wazo/wazo.ts';
import { seedOfThisRun } from '../../../../test/seed.ts';
import { ConnectorError } from '../../calendars/connector.ts';
import { createOutbound } from '../../outbound/client.ts';
import type { Outbound } from '../../outbound/outbound.ts';
import { slots } from '../../presence/presence.ts';
import { tokensInMemory } from '../token-store.ts';
import { httpConnection } from './connection.ts';
import { nextLink } from './pages.ts';
import { atPointer } from './places.ts';
import { httpSettings } from './settings.ts';
import { phoneState } from './state.ts';
import { originsOf, refuseOtherServers, tryHttp } from './trial.ts';

const outbound = createOutbound({ allowedNetworks: [] });
let wazo: Wazo;
beforeAll(async () => {
  wazo = await startWazo({ extensions: ['201', '202'], habits: noHabits });
});
afterAll(async () => {
  await wazo.stop();
  await outbound.close();
});
const seed = seedOfThisRun();
const numRuns = Number(process.env.WHENABOUTS_RUNS ?? 300);
console.log(`http trial: WHENABOUTS_SEED=${seed}`);

function recipe(name: string, host: string, url: string) {
  const file = path.join(import.meta.dirname, `../../../../docs/phone-systems/${name}.json`);
  const [system] = Object.values(JSON.parse(fs.readFileSync(file, 'utf8').replaceAll(host, url)).phoneSystems) as {
    settings: object;
  }[];
  return httpSettings.parse({ ...system!.settings, requestsPerSecond: 1_000 });
}
const ofWazo = (url: string) => recipe('wazo', 'https://wazo.example.com', url);

test('every request and what it meant is shown, nothing secret, and nothing is written', async () => {
  wazo.byHand('201', { always: { on: true, to: '0301' }, busy: { on: true, to: '0302' } });
  const trial = await tryHttp(outbound, { settings: ofWazo(wazo.url), secret: { kind: 'basic', ...wazoUser } }, '201');
  expect(trial).toMatchObject({
    ...{ problem: null, list: 'same', bootId: expect.any(String) },
    found: {
      always: { mode: 'all', target: '0301' },
      busy: { mode: 'all', target: '0302' },
      unanswered: { mode: 'off' },
    },
    capabilities: { modes: { doNotDisturb: true }, slots: { busy: true } },
  });
  expect(trial.exchanges[0]).toMatchObject({ purpose: 'token', status: 200, body: '•••', answer: '•••' });
  expect(trial.exchanges.at(-1)).toMatchObject({
    purpose: 'request',
    status: 200,
    answer: expect.stringContaining('0302'),
  });
  const given = wazo.said
    .filter(({ path }) => path.endsWith('/token'))
    .map(({ answer }) => String(atPointer(answer, '/data/token')));
  expect(given.length).toBeGreaterThan(0);
  const shown = JSON.stringify(trial);
  for (const secret of [
    ...given,
    wazoUser.password,
    Buffer.from(`${wazoUser.username}:${wazoUser.password}`).toString('base64'),
  ])
    expect(shown).not.toContain(secret);
  expect(wazo.said.filter(({ method }) => method !== 'GET').map(({ path }) => path)).toEqual(['/api/auth/0.1/token']);
});

test('what goes wrong is told with the requests that led there', async () => {
  const wrong = await tryHttp(
    outbound,
    { settings: ofWazo(wazo.url), secret: { kind: 'basic', username: 'x', password: 'nonsense' } },
    '201',
  );
  expect(wrong).toMatchObject({ found: null, problem: { errorClass: 'credentials' }, exchanges: [{ status: 401 }] });
  const unknown = await tryHttp(
    outbound,
    { settings: ofWazo(wazo.url), secret: { kind: 'basic', ...wazoUser } },
    '999',
  );
  expect(unknown.problem).toEqual({ errorClass: 'notFound', message: "The phone system doesn't know extension 999." });
  const unfit = tryHttp(outbound, { settings: ofWazo(wazo.url), secret: { kind: 'bearer', token: 'x' } }, '201');
  await expect(unfit).rejects.toThrow('Tokens need a user name and a password.');
});

test('a stored secret goes to no server it wasn’t entered for', () => {
  const settings = ofWazo('http://pbx.example.com');
  expect([...originsOf(settings)]).toEqual(['http://pbx.example.com']);
  expect(() => refuseOtherServers(settings, ofWazo('http://PBX.example.com'))).not.toThrow();
  expect(() => refuseOtherServers(settings, ofWazo('http://evil.example.com'))).toThrow(/enter it again/);
});

const address = 'http://pbx.test/{{extension}}';
const simple = httpSettings.parse({
  ...{ set: { address }, clear: { address }, read: { address, target: '/to' } },
  readAll: {
    address: 'http://pbx.test/all',
    list: '/items',
    extension: '/extension',
    paging: { by: 'next', at: '/next' },
  },
  attempts: 1,
});

/** Answers everything with what it is given. */
function fake(answer: (url: string) => { status: number; body: string }): Outbound {
  return {
    async fetch(url) {
      const { status, body } = answer(String(url));
      return { status, url: String(url), headers: new Headers(), body: Buffer.from(body), text: () => body };
    },
    session: () => expect.fail('no session'),
    connect: () => Promise.reject(new Error('HTTP only')),
    close: async () => {},
  };
}

describe('answers of any kind', () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  const body = fc.oneof(
    json.map((value) => JSON.stringify(value)),
    fc.string(),
  );
  const status = fc.constantFrom(200, 200, 200, 201, 204, 301, 400, 401, 404, 409, 429, 500, 503);
  /** A good answer with one of its values replaced, or left out. */
  const good = {
    uuid: 'u1',
    forwards: {
      unconditional: { enabled: true, destination: '0301' },
      busy: { enabled: false, destination: null },
      noanswer: { enabled: true, destination: '0302' },
    },
    services: { dnd: { enabled: false } },
  };
  const spoiled = fc
    .tuple(
      fc.constantFrom(
        '/forwards',
        '/forwards/unconditional',
        '/forwards/unconditional/enabled',
        '/forwards/unconditional/destination',
        '/forwards/busy/enabled',
        '/forwards/noanswer',
        '/services/dnd/enabled',
        '/uuid',
      ),
      json,
    )
    .map(([at, value]) => {
      const copy = structuredClone(good);
      const parent = atPointer(copy, at.replace(/\/[^/]*$/, '')) as Record<string, unknown>;
      parent[at.replace(/^.*\//, '')] = value;
      return copy as unknown;
    });

  test('never crash the connection', async () => {
    await fc.assert(
      fc.asyncProperty(status, body, async (status, body) => {
        const connection = httpConnection({
          outbound: fake(() => ({ status, body })),
          settings: simple,
          secret: { kind: 'none' },
        });
        const signal = AbortSignal.timeout(5_000);
        for (const work of [connection.read('201', signal), connection.readAll(['201', '202', '203'], signal)])
          await work.catch((error: unknown) => expect(error).toBeInstanceOf(ConnectorError));
      }),
      { seed, numRuns },
    );
  });

  test('never crash a log-in', async () => {
    const settings = { ...ofWazo('http://pbx.test'), attempts: 1 };
    await fc.assert(
      fc.asyncProperty(status, body, async (status, body) => {
        const tokens = tokensInMemory();
        const connection = httpConnection({
          outbound: fake(() => ({ status, body })),
          settings,
          secret: { kind: 'basic', ...wazoUser },
          tokens,
        });
        const error = await connection.read('201', AbortSignal.timeout(5_000)).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(ConnectorError);
      }),
      { seed, numRuns },
    );
  });

  test('are never taken for “not forwarded” where they don’t say so', () => {
    const settings = ofWazo('http://pbx.test');
    const places = { always: '/forwards/unconditional', busy: '/forwards/busy', unanswered: '/forwards/noanswer' };
    fc.assert(
      fc.property(fc.oneof(json, spoiled, spoiled), (answer) => {
        let state: ReturnType<typeof phoneState>;
        try {
          state = phoneState(settings, new Map([['', answer]]), { extension: '201', id: 'u1' });
        } catch (error) {
          expect(error).toBeInstanceOf(ConnectorError);
          return;
        }
        for (const slot of slots) {
          const enabled = atPointer(answer, `${places[slot]}/enabled`);
          const { mode, target } = state[slot]!;
          if (mode === 'off') expect(enabled).toBe(false);
          else if (mode === 'all')
            expect([enabled, target]).toEqual([true, String(atPointer(answer, `${places[slot]}/destination`))]);
        }
        expect(typeof atPointer(answer, '/services/dnd/enabled')).toBe('boolean');
      }),
      { seed, numRuns: numRuns * 5 },
    );
  });

  test('links to the next page are found as RFC 8288 writes them', () => {
    const next = 'https://a.example.com/x?y=1,2;3';
    for (const header of [
      `<${next}>; rel="next"`,
      `<${next}>;rel=next`,
      `<https://b/>; rel="first", <${next}>; title="a, b"; rel="prev next"`,
    ])
      expect(nextLink(header)).toBe(next);
    for (const header of [null, '', 'nonsense', `<${next}>`, `<${next}>; rel="nextish"`])
      expect(nextLink(header)).toBeNull();
    fc.assert(
      fc.property(fc.string(), (header) => void nextLink(header)),
      { seed, numRuns },
    );
  });
});
