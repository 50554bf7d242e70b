import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts hand over '));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function run(source: string, ...args: string[]): ChildProcess {
  const file = path.join(folder, 'program.ts');
  fs.writeFileSync(file, source);
  const script = path.join(import.meta.dirname, 'run.js');
  return spawn(process.execPath, [script, file, ...args], { stdio: ['ignore', 'pipe', 'inherit'], cwd: folder });
}

const output = async (child: ChildProcess) => {
  let text = '';
  for await (const chunk of child.stdout!) text += chunk;
  return text;
};

test('the exit code and the arguments are the program’s own, and it runs on the pinned runtime', async () => {
  const child = run(
    'console.log(JSON.stringify([process.argv.slice(2), typeof Temporal])); process.exit(7);',
    'a b',
    '--c',
  );
  const [text, [code]] = await Promise.all([output(child), once(child, 'exit')]);
  expect(JSON.parse(text)).toEqual([['a b', '--c'], 'object']);
  expect(code).toBe(7);
});

test('SIGTERM reaches the program, and its own way to end counts', async () => {
  const child = run("process.on('SIGTERM', () => process.exit(3)); setInterval(() => {}, 1000); console.log('ready');");
  await once(child.stdout!, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([3, null]);
});

test('a program that is ended by a signal ends its starter by that signal', async () => {
  const child = run("console.log('ready'); process.kill(process.pid, 'SIGKILL');");
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
});
