import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { isSurelyDead, nameProcess } from './processes.ts';

test('a living process is not taken for dead', () => {
  expect(isSurelyDead(nameProcess())).toBe(false);
  expect(isSurelyDead(`${nameProcess()}/with more behind it`)).toBe(false);
});

test('an ended process is dead, even when its pid is in use again', () => {
  const file = JSON.stringify(new URL('./processes.ts', import.meta.url).href);
  const script = `const { nameProcess } = await import(${file}); console.log(nameProcess());`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(isSurelyDead(stdout.trim())).toBe(true);
  const [machine, , started, random] = stdout.trim().split('|');
  expect(isSurelyDead([machine, process.pid, started, random].join('|'))).toBe(true);
});

test('of a process on another machine nothing is known', () => {
  expect(isSurelyDead('another-boot:pid:[1]|1|5|abcd')).toBe(false);
  expect(isSurelyDead('')).toBe(false);
});
