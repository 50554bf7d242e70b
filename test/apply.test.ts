/** `whenabouts apply` as a program: killed at any moment and repeated it ends the same; by a running server as on its database. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from './api-client.ts';
import { dropTarget, makeTarget, type TestTarget } from './store.ts';

const users = 300;
const company = [
  'whenabouts: 1',
  'locations: { Berlin: { timeZone: Europe/Berlin, groups: { Sales: {} } } }',
  'phoneSystems: { PBX: { kind: asterisk, settings: { host: pbx.example.com, username: w }, secret: { password: { file: pbx.txt } }, mode: observe } }',
  'users:',
  ...Array.from(
    { length: users },
    (_, at) =>
      `  user${at}@example.com: { displayName: User ${at}, location: Berlin, group: Sales, extensions: [{ phoneSystem: PBX, number: "${1000 + at}" }] }`,
  ),
].join('\n');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-apply-'));
const file = path.join(folder, 'company.yaml');
const targets: TestTarget[] = [];
let server: TestServer;
beforeAll(async () => {
  fs.writeFileSync(file, company);
  fs.writeFileSync(path.join(folder, 'pbx.txt'), 'manager-s3cret\n');
  server = await startTestServer();
});
afterAll(async () => {
  await server?.stop();
  for (const target of targets) await dropTarget(target);
  fs.rmSync(folder, { recursive: true });
});

const cli = path.resolve(import.meta.dirname, '../server/src/cli.ts');
function start(parameters: string[], env: Record<string, string>): ChildProcess & { output: () => string } {
  const child = spawn(process.execPath, [cli, ...parameters], { env: { ...process.env, ...env }, stdio: 'pipe' });
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  child.stderr!.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  return Object.assign(child, { output: () => text });
}
async function run(parameters: string[], env: Record<string, string>): Promise<{ code: number; output: string }> {
  const child = start(parameters, env);
  const [code] = await once(child, 'close');
  return { code, output: child.output() };
}

async function place(): Promise<Record<string, string>> {
  const target = await makeTarget();
  targets.push(target);
  const data = fs.mkdtempSync(path.join(folder, 'data-'));
  return 'url' in target
    ? { DATABASE_URL: target.url, WHENABOUTS_DATA: data }
    : { DATABASE_URL: '', WHENABOUTS_DATA: path.dirname(target.folder) };
}

/** @returns false where it had ended by itself. */
async function brokenAfter(milliseconds: number, where: Record<string, string>): Promise<boolean> {
  const child = start(['apply', file], where);
  const closed = once(child, 'close');
  await Promise.race([closed, delay(milliseconds)]);
  const broken = child.kill('SIGKILL');
  await closed;
  return broken;
}

test('killed at any moment, and repeated, it ends the same', { timeout: 240_000 }, async () => {
  const undisturbed = await place();
  const began = performance.now();
  const whole = await run(['apply', file], undisturbed);
  expect(whole, whole.output).toMatchObject({ code: 0 });
  const took = performance.now() - began;
  expect(whole.output).toContain(`${users + 2} to create`);
  const expected = (await run(['export'], undisturbed)).output;
  expect(expected).not.toContain('s3cret');

  let disturbed = await place();
  // Opening the embedded database costs seconds each time.
  // How long it takes is known only roughly: where it was done before the kill came, an earlier one is tried anew.
  for (const share of 'DATABASE_URL' in disturbed && disturbed.DATABASE_URL ? [0.5, 0.8] : [0.8])
    for (let wait = took * share; !(await brokenAfter(wait, disturbed)); wait /= 2) disturbed = await place();
  const repeated = await run(['apply', file], disturbed);
  expect(repeated, repeated.output).toMatchObject({ code: 0 });
  expect((await run(['export'], disturbed)).output).toBe(expected);
});

test('by a running server it does the same; whoever has no token for it is refused, and so is a wrong file', {
  timeout: 240_000,
}, async () => {
  const { body } = await server.administrator.call('POST', '/api-tokens', {
    name: 'As code',
    scopes: ['administration'],
  });
  const at = ['--server', server.url, '--token', body.token];
  const planned = await run(['apply', file, '--dry-run', ...at], {});
  expect(planned, planned.output).toMatchObject({ code: 0 });
  expect(planned.output).toContain('Nothing was changed yet');
  expect(await run(['apply', file, ...at], {})).toMatchObject({ code: 0 });
  const again = await run(['apply', file, ...at], {});
  expect(again).toEqual({ code: 0, output: 'Nothing to change.\n' });
  expect((await run(['export', ...at], {})).output).toContain('user299@example.com');
  const wrong = path.join(folder, 'wrong.yaml');
  fs.writeFileSync(wrong, 'whenabouts: 1\nlocations:\n  Berlin: { timezone: Europe/Berlin }\n');
  const refused = await run(['apply', wrong, ...at], {});
  expect(refused.code).toBe(1);
  expect(refused.output).toContain('line 3, column 13: locations > Berlin > timezone: "timezone" is not known here.');
  expect(await run(['apply', file, '--server', server.url, '--token', 'whenabouts_wrong'], {})).toMatchObject({
    code: 1,
  });
});
