/**
 * The recipes of docs/phone-systems, executed as they stand there, with the real connector and the real reconciler,
 * against stand-ins with bad habits; and everything that was said held against what the vendors publish.
 */
import fs from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Contract } from '../../../../simulators/http/contract.ts';
import { noHabits, type Said, type StandIn, type StandInOptions } from '../../../../simulators/http/stand-in.ts';
import { starfaceContract } from '../../../../simulators/starface/contract.ts';
import { starfaceUser, startStarface } from '../../../../simulators/starface/starface.ts';
import { wazoContract } from '../../../../simulators/wazo/contract.ts';
import { startWazo, wazoUser } from '../../../../simulators/wazo/wazo.ts';
import { webexContract } from '../../../../simulators/webex/contract.ts';
import { startWebex, webexApp } from '../../../../simulators/webex/webex.ts';
import { seedOfThisRun } from '../../../../test/seed.ts';
import { createOutbound } from '../../outbound/client.ts';
import { type SlotForwarding, slotOff, slots } from '../../presence/presence.ts';
import type { PhoneSystemConnection } from '../connector.ts';
import { type TokenStore, tokensInMemory } from '../token-store.ts';
import { httpConnection } from './connection.ts';
import { office } from './office.fixture.ts';
import { type HttpSecret, httpSettings } from './settings.ts';

const outbound = createOutbound({ allowedNetworks: [] });
const open: (StandIn | PhoneSystemConnection)[] = [];
const seed = seedOfThisRun();
console.log(`recipes: WHENABOUTS_SEED=${seed}`);
afterEach(async () => {
  for (const each of open.splice(0)) await ('stop' in each ? each.stop() : each.close());
});
afterAll(() => outbound.close());

interface Vendor {
  name: string;
  host: string;
  contract: Contract;
  secret: HttpSecret;
  start(options: StandInOptions): Promise<StandIn>;
  doNotDisturb: boolean;
  voicemail: boolean;
}
const vendors: Vendor[] = [
  {
    ...{ name: 'wazo', host: 'https://wazo.example.com', contract: wazoContract, start: startWazo },
    ...{ secret: { kind: 'basic', ...wazoUser }, doNotDisturb: true, voicemail: false },
  },
  {
    ...{ name: 'webex', host: 'https://webexapis.com', contract: webexContract, start: startWebex },
    ...{ secret: { kind: 'refresh', ...webexApp }, doNotDisturb: true, voicemail: false },
  },
  {
    ...{ name: 'starface', host: 'https://starface.example.com', contract: starfaceContract, start: startStarface },
    ...{ secret: { kind: 'basic', ...starfaceUser }, doNotDisturb: false, voicemail: true },
  },
];

/** The settings as the file has them, with the stand-in's address. */
function recipe({ name, host }: Vendor, url: string, edit: (text: string) => string = (text) => text) {
  const file = path.join(import.meta.dirname, `../../../../docs/phone-systems/${name}.json`);
  const text = edit(fs.readFileSync(file, 'utf8').replaceAll(host, url));
  const [system] = Object.values(JSON.parse(text).phoneSystems) as { settings: object }[];
  // The stand-ins need no sparing.
  return httpSettings.parse({ ...system!.settings, requestsPerSecond: 1_000, attempts: 4 });
}
async function begin(
  vendor: Vendor,
  options: Partial<StandInOptions> = {},
  tokens?: TokenStore,
  edit?: (text: string) => string,
) {
  const standIn = await vendor.start({
    extensions: ['201', '202', '203', '204', '205', '206', '207'],
    seed,
    ...options,
  });
  const settings = recipe(vendor, standIn.url, edit);
  const connect = (store = tokens) => {
    const connection = httpConnection({ outbound, settings, secret: vendor.secret, tokens: store });
    open.push(connection);
    return connection;
  };
  open.push(standIn);
  return { standIn, settings, connect, connection: connect() };
}
const signal = () => AbortSignal.timeout(10_000);
const to = (target: string): SlotForwarding => ({ mode: 'all', target });
const onPhone = (target: string | null) => expect.objectContaining(target ? { on: true, to: target } : { on: false });

describe.each(vendors)('$name', (vendor) => {
  test('every slot is taken and given back on a bad day, and all that is said is as published', async () => {
    const { standIn, connection } = await begin(vendor);
    const company = office(['201', '202', '203']);
    // A write that was given up on may land late, after all was in order: the next look puts it right.
    const inTheEnd = async (check: () => void, looks = 40): Promise<void> => {
      try {
        check();
      } catch (error) {
        if (looks === 0) throw error;
        await company.round(connection).catch(() => {});
        await inTheEnd(check, looks - 1);
      }
    };
    standIn.byHand('202', { always: { on: true, to: '0301234567' }, busy: { on: true, to: '0307654321' } });
    for (const slot of slots) {
      company.want('201', slot, to('203'));
      company.want('202', slot, to('204'));
    }
    await company.settle(connection);
    await inTheEnd(() => {
      for (const slot of slots) {
        expect(standIn.phone('201')[slot]).toEqual({ on: true, to: '203' });
        expect(standIn.phone('202')[slot]).toEqual({ on: true, to: '204' });
      }
    });
    // Back to back: the first previous stays.
    company.want('202', 'always', to('205'));
    await company.settle(connection);
    await inTheEnd(() => expect(standIn.phone('202').always).toEqual({ on: true, to: '205' }));
    for (const slot of slots) {
      company.want('201', slot, slotOff);
      company.want('202', slot, slotOff);
    }
    await company.settle(connection);
    await inTheEnd(() => {
      const [first, second] = [standIn.phone('201'), standIn.phone('202')];
      expect([first.always, first.busy, first.unanswered]).toEqual([onPhone(null), onPhone(null), onPhone(null)]);
      expect([second.always, second.busy]).toEqual([onPhone('0301234567'), onPhone('0307654321')]);
      expect(second.unanswered.on).toBe(false);
    });
    asPublished(vendor.contract, standIn.said);
  });

  test('a change by hand is respected in its slot, and kept as the next previous', async () => {
    const { standIn, connection } = await begin(vendor, { habits: noHabits });
    const company = office(['201']);
    company.want('201', 'always', to('203'));
    company.want('201', 'busy', to('203'));
    await company.settle(connection);
    standIn.byHand('201', { always: { on: true, to: '0171999' } });
    await company.round(connection);
    await company.round(connection);
    expect(standIn.phone('201').always).toEqual({ on: true, to: '0171999' });
    expect(standIn.phone('201').busy).toEqual({ on: true, to: '203' });
    expect(company.record('201', 'always').record.phase).toBe('overridden');
    company.want('201', 'always', to('204'));
    await company.settle(connection);
    company.want('201', 'always', slotOff);
    company.want('201', 'busy', slotOff);
    await company.settle(connection);
    expect(standIn.phone('201').always).toEqual({ on: true, to: '0171999' });
    expect(standIn.phone('201').busy.on).toBe(false);
  });

  test('what it can and can’t do', async () => {
    const { standIn, connection } = await begin(vendor, { habits: noHabits });
    const { modes, slots: cases, voicemail } = connection.capabilities;
    expect([modes.all, cases.busy, cases.unanswered, voicemail]).toEqual([true, true, true, vendor.voicemail]);
    expect([modes.internal, modes.external]).toEqual([expect.any(String), expect.any(String)]);
    const company = office(['201']);
    standIn.byHand('201', { always: { on: true, to: '0301' } });
    if (vendor.doNotDisturb) {
      company.want('201', 'always', { mode: 'doNotDisturb', target: null });
      await company.settle(connection);
      expect(standIn.phone('201')).toMatchObject({ doNotDisturb: true, always: onPhone(null) });
      company.want('201', 'always', slotOff);
      await company.settle(connection);
      expect(standIn.phone('201')).toMatchObject({ doNotDisturb: false, always: { on: true, to: '0301' } });
      // Both at once, by hand: neither is lost.
      standIn.byHand('201', { doNotDisturb: true });
      expect((await connection.read('201', signal())).always).toEqual({ mode: 'doNotDisturb', target: '0301' });
      company.want('201', 'always', to('203'));
      await company.settle(connection);
      expect(standIn.phone('201')).toMatchObject({ doNotDisturb: false, always: { on: true, to: '203' } });
      company.want('201', 'always', slotOff);
      await company.settle(connection);
      expect(standIn.phone('201')).toMatchObject({ doNotDisturb: true, always: { on: true, to: '0301' } });
    } else expect(modes.doNotDisturb).toEqual(expect.any(String));
    if (vendor.voicemail) {
      company.want('201', 'busy', to('voicemail'));
      await company.settle(connection);
      expect(standIn.phone('201').busy).toEqual({ on: true, to: expect.stringMatching(/^mailbox:/) });
      expect((await connection.read('201', signal())).busy).toEqual(to('voicemail'));
    } else {
      const refused = connection.apply('201', 'busy', to('voicemail'), context, signal());
      await expect(refused).rejects.toMatchObject({ errorClass: 'refused' });
    }
    asPublished(vendor.contract, standIn.said);
  });

  test('a token that ends, a restart and “come back later” are dealt with', async () => {
    const { standIn, connection } = await begin(vendor, { habits: noHabits });
    const company = office(['201']);
    company.want('201', 'always', to('203'));
    await company.settle(connection);
    const given = () => standIn.said.filter(({ path, method }) => /token|login/.test(path) && method === 'POST').length;
    expect(given()).toBe(1);
    standIn.expireTokens();
    // Several at once need one new token.
    await Promise.all(['201', '202', '203', '204'].map((extension) => connection.read(extension, signal())));
    expect(given()).toBe(2);
    standIn.restart();
    company.want('201', 'always', slotOff);
    await company.settle(connection);
    expect(standIn.phone('201').always.on).toBe(false);
    expect(given()).toBe(3);

    standIn.next(1, { status: 429, headers: { 'retry-after': '90' }, body: { message: 'Slow down.' } });
    const throttled = await connection.read('201', signal()).catch((error) => error);
    expect(throttled.errorClass).toBe('throttled');
    expect(throttled.retryAt.epochMilliseconds - Date.now()).toBeGreaterThan(80_000);
    await expect(connection.read('999', signal())).rejects.toMatchObject({ errorClass: 'notFound' });
  });

  test('a restart that loses what was set passes for a change by hand, and leaves nothing behind', async () => {
    const { standIn, connection } = await begin(vendor, { habits: noHabits });
    const company = office(['201']);
    standIn.byHand('201', { always: { on: true, to: '0301' } });
    company.want('201', 'always', to('203'));
    await company.settle(connection);
    // None of these systems tells when it was started.
    standIn.restart(true);
    expect(standIn.phone('201').always).toEqual({ on: true, to: '0301' });
    await company.round(connection);
    expect(company.record('201', 'always').record.phase).toBe('overridden');
    company.want('201', 'always', to('204'));
    await company.settle(connection);
    expect(standIn.phone('201').always).toEqual({ on: true, to: '204' });
    company.want('201', 'always', slotOff);
    await company.settle(connection);
    expect(standIn.phone('201').always).toEqual({ on: true, to: '0301' });
  });

  test('a wrong password is told as such, after one try', async () => {
    const { standIn, settings } = await begin(vendor, { habits: noHabits });
    const wrong = { ...vendor.secret, password: 'wrong', clientSecret: 'wrong' } as HttpSecret;
    const connection = httpConnection({ outbound, settings, secret: wrong });
    open.push(connection);
    const error = await connection.read('201', signal()).catch((thrown) => thrown);
    expect(error.errorClass).toBe('credentials');
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(/wrong|secret/);
    expect(standIn.said.filter(({ method }) => method === 'POST').length).toBe(1);
  });
});

const context = { status: 'appointment', note: null, until: null };

test('Wazo: all extensions are read by one list, page by page, and its id never changes', async () => {
  const { standIn, connection } = await begin(vendors[0]!, { habits: noHabits }, undefined, (text) =>
    text.replaceAll('250', '3'),
  );
  standIn.byHand('205', { always: { on: true, to: '0305' }, doNotDisturb: true });
  await connection.readAll(['201', '202'], signal());
  standIn.said.length = 0;
  const extensions = ['201', '202', '203', '204', '205', '206', '207'];
  const values = await connection.readAll(extensions, signal());
  expect([...values.keys()].sort()).toEqual(extensions);
  expect(values.get('205')!.always).toEqual({ mode: 'doNotDisturb', target: '0305' });
  expect(standIn.said.map(({ query }) => new URLSearchParams(query).get('offset'))).toEqual(['0', '3', '6']);
  const boot = await connection.bootId(signal());
  standIn.restart();
  expect(await connection.bootId(signal())).toBe(boot);
});

test('Webex: people are found over pages, and a refresh token that is given once is kept before it is used', async () => {
  const kept = tokensInMemory();
  const { standIn, connection, connect } = await begin(vendors[1]!, { habits: noHabits, page: 3 }, kept);
  const refreshToken = () => (standIn as Awaited<ReturnType<typeof startWebex>>).refreshToken();
  await connection.read('207', signal());
  expect(standIn.said.filter(({ path }) => path === '/v1/people').length).toBe(3);
  expect((await kept.load())!.refreshToken).toBe(refreshToken());
  // Another process needs none; after the end of the token the newest refresh token is taken, not the entered one.
  await connect().read('206', signal());
  expect(standIn.said.filter(({ path }) => path === '/v1/access_token').length).toBe(1);
  standIn.expireTokens();
  await connect().read('206', signal());
  expect((await kept.load())!.refreshToken).toBe(refreshToken());
  const late = connect(tokensInMemory()).read('206', signal());
  await expect(late).rejects.toMatchObject({ errorClass: 'credentials' });
});

test('Wazo: presence is shown where it is new, and calls are found by their users', async () => {
  const { standIn, connection } = await begin(vendors[0]!, { habits: noHabits });
  const wazo = standIn as Awaited<ReturnType<typeof startWazo>>;
  const show = (status: 'appointment' | 'available' | null, message: string | null = null) =>
    connection.showPresence!(
      new Map([
        ['201', status && { status, message }],
        ['999', null],
      ]),
      true,
      signal(),
    );
  await show('appointment', 'In a meeting');
  expect(wazo.presence('201')).toEqual({ state: 'away', status: 'In a meeting' });
  const said = () => standIn.said.filter(({ path }) => path.endsWith('/presences')).length;
  await show('appointment', 'In a meeting');
  expect(said()).toBe(1);
  await show(null);
  expect([said(), wazo.presence('201')]).toEqual([2, { state: 'available', status: '' }]);
  await show('appointment');
  await connection.showPresence!(new Map(), true, signal()); // as when everything is given back
  expect([said(), wazo.presence('201')]).toEqual([4, { state: 'available', status: '' }]);
  standIn.next(1, { status: 403, body: ['Forbidden'] });
  await expect(show('appointment')).rejects.toMatchObject({ errorClass: 'credentials' });
  expect(await connection.calls!(signal())).toEqual([]);
  const id = wazo.startCall('202');
  expect(await connection.calls!(signal())).toEqual([{ id, extension: '202', since: expect.any(Temporal.Instant) }]);
  wazo.endCall(id);
  expect(await connection.calls!(signal())).toEqual([]);
  standIn.next(3, { status: 200, body: { items: null } });
  await expect(connection.calls!(signal())).rejects.toMatchObject({ errorClass: 'malformed' });
  asPublished(
    wazoContract,
    standIn.said.filter(({ status, answer }) => status !== 403 && JSON.stringify(answer) !== '{"items":null}'),
  );
});

/** Everything said is in the contract, and shaped so. What the bad habits answer themselves is nobody's contract. */
function asPublished({ operations }: Contract, said: readonly Said[]): void {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const checks = operations.map((operation) => ({
    ...operation,
    request: operation.request && ajv.compile(operation.request),
    answers: new Map(
      Object.entries(operation.answers).map(([status, schema]) => [Number(status), schema && ajv.compile(schema)]),
    ),
  }));
  expect(said.length).toBeGreaterThan(5);
  for (const { method, path, query, body, status, answer } of said) {
    const what = `${method} ${path}${query} ${JSON.stringify(body)} -> ${status} ${JSON.stringify(answer)}`;
    const operation = checks.find((each) => each.method === method && each.path.test(path));
    expect(operation, `unknown: ${what}`).toBeDefined();
    for (const name of new URLSearchParams(query).keys()) expect(operation!.query ?? [], what).toContain(name);
    if (operation!.request)
      expect(operation!.request(body), `${what} ${ajv.errorsText(operation!.request.errors)}`).toBe(true);
    for (const field of operation!.form ?? []) expect(new URLSearchParams(String(body)).has(field), what).toBe(true);
    if (status === 429 || status === 500 || status === 502) continue;
    const check = operation!.answers.get(status);
    expect(check, what).toBeDefined();
    if (check) expect(check(answer), `${what} ${ajv.errorsText(check.errors)}`).toBe(true);
    else expect(answer, what).toBeUndefined();
  }
}
