/**
 * What a newcomer sees of `npm start`, without the download: a clone of the committed project with the packages that
 * are here. `node scripts/clean-clone.js` does the same with the download.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from './servers/free-port.ts';

const root = path.resolve(import.meta.dirname, '..');
let folder: string;
let clone: string;
const running = new Set<ChildProcess>();

beforeAll(() => {
  // Beside the packages, so that they can be hard links instead of copies.
  fs.mkdirSync(path.join(root, '.cache'), { recursive: true });
  folder = fs.mkdtempSync(path.join(root, '.cache', 'a newcomer '));
  clone = path.join(folder, 'whenabouts');
  // Git clones a checkout of another user (CI's, perhaps) only where it is told that this is meant.
  const settings = path.join(folder, 'gitconfig');
  fs.writeFileSync(settings, '[safe]\n\tdirectory = *\n');
  execFileSync('git', ['clone', '--quiet', root, clone], { env: { ...process.env, GIT_CONFIG_GLOBAL: settings } });
  execFileSync('cp', ['-al', path.join(root, 'node_modules'), path.join(clone, 'node_modules')]);
  fs.rmSync(path.join(clone, 'node_modules', '.whenabouts-installed'), { force: true });
});
afterAll(() => {
  for (const child of running) process.kill(-child.pid!, 'SIGKILL');
  fs.rmSync(folder, { recursive: true, force: true });
});

test('the first start builds and prints a set-up link, the second does neither anew and is quick', async () => {
  const port = await freePort();
  const first = await start(port);
  expect(first.output).not.toContain('Installing'); // npm ci was run by hand, so to speak
  expect(first.output).toContain('Building the web client');
  expect(first.output).toMatch(new RegExp(`http://localhost:${port}/\\S*setup\\S*`));
  expect(first.output).not.toMatch(/warn|Warning|EBADENGINE/);
  expect(first.page).toContain('<script');
  expect(first.exit).toEqual([0, null]);

  const second = await start(port);
  expect(second.output).not.toMatch(/Installing|Building/);
  expect(second.seconds).toBeLessThan(15);
  expect(second.exit).toEqual([0, null]);
  expect(execFileSync('git', ['status', '--short'], { cwd: clone, encoding: 'utf8' })).toBe('');
}, 240_000);

test('a second server on the same data folder ends and names the first one', async () => {
  const port = await freePort();
  const child = spawnStart(port);
  const text = collect(child);
  await answer(child, port, text);
  const other = spawnStart(await freePort());
  const otherText = collect(other);
  const [code] = await once(other, 'exit');
  expect(code).toBe(1);
  expect(otherText.value).toMatch(/is in use by process \d+/);
  await end(child);
}, 120_000);

async function start(port: number) {
  const begun = Date.now();
  const child = spawnStart(port);
  const text = collect(child);
  await answer(child, port, text);
  const seconds = (Date.now() - begun) / 1000;
  const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
  return { exit: await end(child), output: text.value, seconds, page };
}

function spawnStart(port: number): ChildProcess {
  // From another folder, with the system's Node wherever that is, and with nothing of this test run's environment.
  const child = spawn(process.execPath, [path.join(clone, 'scripts/start.js')], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      HOME: folder,
      PATH: process.env.PATH,
      PORT: String(port),
      NODE_ENV: 'production',
      LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH, // this start is made with the runtime, which may need it
    },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

function collect(child: ChildProcess): { value: string } {
  const text = { value: '' };
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text.value += chunk;
    });
  return text;
}

async function answer(child: ChildProcess, port: number, text: { value: string }): Promise<void> {
  for (const deadline = Date.now() + 180_000; Date.now() < deadline; await delay(50)) {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${text.value}`);
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/health`).catch(() => null);
    if (response?.ok) return;
  }
  throw new Error(`npm start gave no answer:\n${text.value}`);
}

async function end(child: ChildProcess): Promise<unknown[]> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  return await exit;
}
