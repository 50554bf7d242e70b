/**
 * `whenabouts release` as a program: with a server's reconciler at work on the database, without any, by a running server,
 * killed on the way, and with a phone system that is away.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store } from '../server/src/store/database.ts';
import { phoneSystemKinds } from '../server/src/telephony/connectors.ts';
import { startReconciler } from '../server/src/telephony/reconciler.ts';
import { type Pbx, startPbx } from '../simulators/pbx/pbx.ts';
import { pbxSettings } from '../simulators/pbx/settings.ts';
import { startProduct, until } from './product.ts';
import { dropTarget, inStore, makeTarget, type TestTarget } from './store.ts';
import { makeOffice, officeContext, to, want } from './telephony/office.ts';

const numbers = Array.from({ length: 20 }, (_, at) => String(201 + at));
const cli = path.resolve(import.meta.dirname, '../server/src/cli.ts');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-release-'));
let target: TestTarget;
let env: Record<string, string>;
let pbx: Pbx;
let mail: string;

beforeAll(async () => {
  target = await makeTarget();
  env =
    'url' in target
      ? { DATABASE_URL: target.url, WHENABOUTS_DATA: folder }
      : { DATABASE_URL: '', WHENABOUTS_DATA: path.dirname(target.folder) };
  pbx = await startPbx({ extensions: numbers, badHabits: false });
  for (const number of numbers) pbx.byHand(number, { mode: 'always', target: '555' });
  mail = await withStore(async (store) => {
    const office = await makeOffice(officeContext(store), { name: 'Main', kind: 'http', settings: quick() }, numbers);
    const { userId } = office.users.get('201')!;
    return (await store.db.selectFrom('users').select('email').where('id', '=', userId).executeTakeFirstOrThrow())
      .email;
  });
  await forwardAll();
});
afterAll(async () => {
  await pbx?.stop();
  if (target) await dropTarget(target);
  fs.rmSync(folder, { recursive: true, force: true });
});

const quick = () => ({ ...pbxSettings(pbx.url), requestsPerSecond: 1_000 });

/** The embedded database is one process's at a time: this one has it only between the others. */
const withStore = <T>(work: (store: Store) => Promise<T>) => inStore(target, work);
const forwardAll = () =>
  withStore(async (store) => {
    const context = officeContext(store);
    const connectors = phoneSystemKinds(context.outbound);
    for (const number of numbers) await want(store.db, number, to('200'));
    const reconciler = await startReconciler(context, { connectors, pollMs: 200, leaseMs: 2_000 });
    const open = () =>
      store.db.selectFrom('forwarding_record').select('slot').where('phase', '<>', 'applied').execute();
    // Of three slots each, one is forwarded; 201's user stays paused.
    await until('the phones are forwarded', open, (rows) => rows.length <= 2 * numbers.length + 1, 30);
    await reconciler.stop();
  });
const targets = () => new Set(numbers.map((number) => pbx.state(number).target));

function start(parameters: string[], more: Record<string, string> = {}): ChildProcess & { output: () => string } {
  const child = spawn(process.execPath, [cli, ...parameters], {
    env: { ...process.env, ...env, ...more },
    stdio: 'pipe',
  });
  let text = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
  return Object.assign(child, { output: () => text });
}
async function whenabouts(...parameters: string[]): Promise<{ code: number; output: string }> {
  const child = start(parameters);
  const [code] = await once(child, 'close');
  return { code, output: child.output() };
}

test('without a server it gives back by itself, and says so', { timeout: 60_000 }, async () => {
  expect(targets()).toEqual(new Set(['200']));
  const one = await whenabouts('release', '--user', mail);
  expect(one).toMatchObject({ code: 0, output: expect.stringContaining('1 phone given back.') });
  expect([pbx.state('201').target, pbx.state('202').target]).toEqual(['555', '200']);
  const all = await whenabouts('release', '--all', '--reason', 'New exchange');
  expect(all).toMatchObject({ code: 0, output: expect.stringContaining('19 phones given back.') });
  expect(all.output).toContain('Nothing of Whenabouts is on the phones of all phone systems.');
  expect(all.output).toContain('whenabouts resume --all');
  expect(targets()).toEqual(new Set(['555']));
  // Said again it has nothing to do.
  expect((await whenabouts('release', '--system', 'Main')).code).toBe(0);
});

test('killed at any moment and said again it ends the same, and nothing is lost', { timeout: 120_000 }, async () => {
  // Written back, not yet known to be; on PostgreSQL also before: opening the embedded database takes seconds.
  const points = ['reconciler.phoneRestored', ...('url' in target ? ['reconciler.restoringWritten'] : [])];
  for (const point of points) {
    expect((await whenabouts('resume', '--all')).code).toBe(0);
    await forwardAll();
    expect(pbx.state('202').target).toBe('200');
    const killed = start(['release', '--all'], { WHENABOUTS_CRASH_AT: point });
    expect((await once(killed, 'close'))[1], point).toBe('SIGKILL');
    expect((await whenabouts('release', '--all')).code, point).toBe(0);
    expect(targets(), point).toEqual(new Set(['555']));
  }
});

test('names what can’t be reached and why, and ends with 1', { timeout: 60_000 }, async () => {
  expect((await whenabouts('resume', '--all')).code).toBe(0);
  await forwardAll();
  await pbx.kill();
  const { code, output } = await whenabouts('release', '--all', '--wait', '1');
  expect(code).toBe(1);
  expect(output).toContain('19 phones could not be given back:');
  expect(output).toMatch(/ {2}202 \(Ada Example\) on Main: .*127\.0\.0\.1/);
  expect(output).toContain('They stay paused');
  await pbx.start();
  // It forgets its phones when it is killed: they are as they were before.
  for (const number of numbers) pbx.byHand(number, { mode: 'always', target: number === '201' ? '555' : '200' });
  expect((await whenabouts('release', '--all')).code).toBe(0);
  expect(targets()).toEqual(new Set(['555']));
});

test('a running server does it: by the database on PostgreSQL, else when it is asked', {
  timeout: 90_000,
}, async () => {
  expect((await whenabouts('resume', '--all')).code).toBe(0);
  const product = await startProduct(target);
  try {
    await product.api('PUT', '/settings/network', {
      allowedNetworks: ['127.0.0.0/8'],
      proxy: null,
      certificateAuthorities: [],
    });
    const { token } = await product.api<{ token: string }>('POST', '/api-tokens', {
      ...{ name: 'Maintenance', scopes: ['administration'] },
    });
    const server = ['--server', product.url, '--token', token];
    const direct = await whenabouts('release', '--all');
    if ('url' in target) expect(direct.code, direct.output).toBe(0);
    else {
      expect(direct.code).toBe(1);
      expect(direct.output).toMatch(/is in use by process \d+\. .*--server http.*--token TOKEN/);
    }
    const byServer = await whenabouts('release', '--all', ...server);
    expect(byServer.output).toContain('Nothing of Whenabouts is on the phones of all phone systems.');
    expect(byServer.code).toBe(0);
    expect(targets()).toEqual(new Set(['555']));
    expect((await whenabouts('release', '--system', 'Main', ...server)).code).toBe(0);
    expect((await whenabouts('release', '--user', mail, ...server)).code).toBe(0);
    const missing = await whenabouts('release', '--group', 'Nowhere/Nobody', ...server);
    expect(missing).toMatchObject({
      code: 1,
      output: expect.stringContaining('There is no group called "Nowhere/Nobody".'),
    });
    expect(await whenabouts('resume', '--all', ...server)).toMatchObject({ code: 0 });
    const { phoneSystems } = await product.api<{ phoneSystems: { mode: string }[] }>('GET', '/phone-systems');
    expect(phoneSystems.map(({ mode }) => mode)).toEqual(['active']);
  } finally {
    await product.stop();
  }
});

test.each([
  [['release', '--all', '--user', 'a@b.example'], 'Say one of --all'],
  [['resume', '--server', 'http://localhost:1', '--all'], '--server needs an API token'],
])('%j is wrong usage', async (parameters, message) => {
  const { code, output } = await whenabouts(...parameters);
  expect(output).toContain(message);
  expect(code).toBe(2);
});
