/**
 * npm run soak: the tests that draw their cases at random, with many more cases than npm test has time for.
 * Takes any test file that reads WHENABOUTS_RUNS (runs of a property or a model), SYNC_RUNS (the same with a store, so
 * each takes longer) or WHENABOUTS_KILLS (random kills).
 * A number as argument multiplies what is usual here; the tests print their seeds.
 */
import fs from 'node:fs';
import path from 'node:path';
import { startPostgres } from '../test/servers/postgres.ts';
import { root } from './runtime.js';
import { testFiles } from './test/database-tests.ts';
import type { Summary } from './test/reporter.ts';
import { end, runVitest } from './test/run.ts';
import { describeMachine, installServers } from './test/servers.ts';

const times = Number(process.argv[2] ?? 1);
if (!(times > 0)) throw new Error(`The argument must be a number above 0, not ${process.argv[2]}.`);

await installServers();
console.log(describeMachine());
const { all, database } = testFiles(['server/src', 'simulators', 'test', 'benchmarks']);
const random = all.filter((file) =>
  /process\.env\.\w+_(RUNS|KILLS)\b/.test(fs.readFileSync(path.join(root, file), 'utf8')),
);
console.log(`Soaking:\n  ${random.join('\n  ')}`);

const env = {
  WHENABOUTS_SOAK: '1',
  WHENABOUTS_RUNS: String(Math.round(30_000 * times)),
  SYNC_RUNS: String(Math.round(1_000 * times)),
  WHENABOUTS_KILLS: String(Math.round(500 * times)),
  WHENABOUTS_TEST_MINUTES: String(240 * times),
};
const longTests = ['--testTimeout=14400000', '--hookTimeout=600000'];
const pure = random.filter((file) => !database.includes(file));
const stored = random.filter((file) => database.includes(file));
const total: Summary = { passed: 0, failed: 0, skipped: [], files: [] };

if (pure.length > 0) add(await runVitest([...longTests, ...pure], env));
if (stored.length > 0) {
  const server = await startPostgres();
  try {
    add(await runVitest([...longTests, ...stored], { ...env, TEST_DATABASE_URL: server.url }));
  } finally {
    await server.stop();
  }
}
end(total);

function add(summary: Summary): void {
  total.passed += summary.passed;
  total.failed += summary.failed;
  total.skipped.push(...summary.skipped);
}
