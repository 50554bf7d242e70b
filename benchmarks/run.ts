/**
 * npm run benchmark -- NAME…   runs those benchmarks (all without a name) and fills benchmarks/README.md
 * npm run benchmark -- report  only fills benchmarks/README.md
 *
 * A benchmark is benchmarks/NAME/benchmark.ts and runs in a process of its own. TEST_DATABASE_URL names its PostgreSQL
 * server: the one it is set to here, else one started for this run with the durability a real one has.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { startPostgres } from '../test/servers/postgres.ts';
import { fillReport } from './report.ts';

const folder = import.meta.dirname;
const known = fs.readdirSync(folder).filter((name) => fs.existsSync(path.join(folder, name, 'benchmark.ts')));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => name !== 'report' && !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${known.join(', ')}, and report.`);
  process.exit(1);
}

const names = asked.length > 0 ? asked.filter((name) => name !== 'report') : known;
const failed: string[] = [];
if (names.length > 0) {
  const given = process.env.TEST_DATABASE_URL;
  const server = given ? null : await startPostgres({ durable: true });
  try {
    for (const name of names) {
      console.log(`\n${name}`);
      const child = spawn(process.execPath, [path.join(folder, name, 'benchmark.ts')], {
        stdio: ['ignore', 'inherit', 'inherit'],
        cwd: path.dirname(folder),
        env: { ...process.env, TEST_DATABASE_URL: given ?? server?.url, LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn' },
      });
      const [code] = await once(child, 'exit');
      if (code !== 0) failed.push(name);
    }
  } finally {
    await server?.stop();
  }
}
fillReport();
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(', ')}`);
  process.exit(1);
}
