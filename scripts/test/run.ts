/**
 * npm test: types, style and the web build; then every test on the embedded database; then those that use a database
 * again on PostgreSQL. The administration's pages are gone through once, on PostgreSQL: what a page does
 * doesn't depend on the database, and a browser's minute is the dearest there is. The last lines are `N passed, N failed, N skipped` over all of it and what was skipped and why.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type PostgresServer, startPostgres } from '../../test/servers/postgres.ts';
import { ensureWebBuilt } from '../build-web.js';
import { command } from '../command.js';
import { root } from '../runtime.js';
import { testFiles } from './database-tests.ts';
import type { Summary } from './reporter.ts';
import { describeMachine, installServers } from './servers.ts';

/** A run that hangs is ended and counted as failed. */
const limitMinutes = 20;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const folders = ['server/src', 'web/src', 'simulators', 'test', 'scripts', 'benchmarks'];

const total: Summary = { passed: 0, failed: 0, skipped: [], files: [] };

export async function runTests(): Promise<void> {
  const begun = Date.now();
  await installServers();
  console.log(describeMachine());
  const node = process.execPath;
  const bin = (name: string) => path.join(root, 'node_modules', name);
  await check('types of the server', () => command(node, [bin('typescript/bin/tsc'), '-p', 'server'], { cwd: root }));
  await check('types of the web client', () => command(node, [bin('typescript/bin/tsc'), '-p', 'web'], { cwd: root }));
  await check('style', () => command(node, [bin('@biomejs/biome/bin/biome'), 'check'], { cwd: root }));
  await check('web build', ensureWebBuilt);

  const { all, database } = testFiles(folders);
  const postgres = await startPostgres().catch((error: Error) => error);
  const noPostgres = postgres instanceof Error;
  await vitest('the embedded database', noPostgres ? [] : all.filter((file) => !isLater(file)), {});
  if (noPostgres) {
    for (const file of database) total.skipped.push({ name: `${file} on PostgreSQL`, reason: postgres.message });
  } else {
    await onPostgres(postgres, database).finally(() => postgres.stop());
  }

  const minutes = ((Date.now() - begun) / 60_000).toFixed(1);
  console.log(
    `\nSlowest test files: ${total.files
      .slice(0, 8)
      .map((f) => `${f.file} ${f.seconds.toFixed(0)} s`)
      .join(', ')}`,
  );
  console.log(`It took ${minutes} minutes.`);
  end(total);
}

/** What the embedded database would tell nothing new about. */
const isLater = (file: string) =>
  [
    ...['administration', 'access', 'claims', 'help', 'newcomer', 'rules'].map((name) => `web/${name}`),
    ...['asterisk-phones', 'asterisk-failures'],
  ].some((name) => file === `test/${name}.test.ts`);

const onPostgres = (server: PostgresServer, files: string[]): Promise<void> =>
  vitest(`PostgreSQL ${server.version}`, files, { TEST_DATABASE_URL: server.url });

async function check(name: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
    total.passed++;
    console.log(`passed: ${name}`);
  } catch (error) {
    total.failed++;
    console.log(`FAILED: ${name}\n${(error as Error).message}`);
  }
}

/** Runs vitest in a process of its own and adds what came out to the total. */
async function vitest(on: string, files: string[], env: Record<string, string>): Promise<void> {
  console.log(`\nTests on ${on}`);
  const summary = await runVitest(files, env);
  total.passed += summary.passed;
  total.failed += summary.failed;
  total.skipped.push(...summary.skipped.map((test) => ({ ...test, name: `${test.name} (on ${on})` })));
  total.files = [...total.files, ...summary.files].sort((a, b) => b.seconds - a.seconds);
}

/**
 * @param files relative to the root; all when empty. A run that left no summary counts as one failure.
 * @throws Error when this process was told to end meanwhile.
 */
export async function runVitest(files: string[], env: Record<string, string>): Promise<Summary> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-summary-'));
  const summaryFile = path.join(folder, 'summary.json');
  const args = ['run', '--reporter=default', '--reporter=./scripts/test/reporter.ts', ...files];
  const child = spawn(process.execPath, [path.join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...ownEnvironment(), ...env, WHENABOUTS_TEST_SUMMARY: summaryFile },
  });
  const timer = setTimeout(
    () => {
      console.log(`The tests took longer than ${limitMinutes} minutes and were ended.`);
      child.kill('SIGKILL');
    },
    Number(env.WHENABOUTS_TEST_MINUTES ?? limitMinutes) * 60_000,
  );
  let interrupted = false;
  const interrupt = (signal: NodeJS.Signals) => {
    interrupted = true;
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, interrupt);
  const [code] = await once(child, 'exit');
  for (const signal of signals) process.off(signal, interrupt);
  clearTimeout(timer);
  if (interrupted) throw new Error('Interrupted.'); // the caller stops its servers on the way out
  const summary: Summary = fs.existsSync(summaryFile)
    ? JSON.parse(fs.readFileSync(summaryFile, 'utf8'))
    : { passed: 0, failed: 1, skipped: [], files: [] };
  fs.rmSync(folder, { recursive: true, force: true });
  if (code !== 0 && summary.failed === 0) summary.failed = 1;
  return summary;
}

/** The server's own settings in the developer's shell must not reach tests. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const foreign = [
    'DATABASE_URL',
    'TEST_DATABASE_URL',
    'PUBLIC_URL',
    'PORT',
    'WHENABOUTS_DATA',
    'NODE_ENV',
    'LOG_LEVEL',
  ];
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.includes(name)));
  return process.stdout.isTTY ? own : { ...own, NO_COLOR: '1' };
}

/** Prints the result and ends: 0 only when something ran and nothing failed. */
export function end({ passed, failed, skipped }: Summary): never {
  const unexplained = skipped.filter((test) => test.reason === null);
  if (skipped.length > 0) {
    console.log('\nSkipped:');
    const byReason = Map.groupBy(skipped, (test) => test.reason ?? 'NO REASON GIVEN (a skip needs one)');
    for (const [reason, tests] of byReason) {
      console.log(`  ${reason}: ${tests.length}`);
      for (const test of tests) console.log(`    ${test.name}`);
    }
  }
  const failures = failed + unexplained.length;
  console.log(`\n${passed} passed, ${failures} failed, ${skipped.length - unexplained.length} skipped`);
  process.exit(failures > 0 || passed === 0 ? 1 : 0);
}

if (import.meta.main) await runTests();
