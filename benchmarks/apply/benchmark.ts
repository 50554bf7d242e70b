/**
 * `whenabouts apply` of a company file with 20,000 users, an extension each: from the text to the commit (YAML, checks,
 * difference, rows, audit log), into an empty system and once more with nothing to change. Beside it the bare COPY (by
 * psql, in one transaction) of the very rows that the apply wrote, into the same tables with their indexes and keys.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { connectors } from '../../server/src/calendars/connectors.ts';
import { applyCompany } from '../../server/src/organization/as-code/apply.ts';
import { systemActor } from '../../server/src/organization/audit.ts';
import { openStore } from '../../server/src/store/database.ts';
import { phoneSystemKinds } from '../../server/src/telephony/connectors.ts';
import { testContext } from '../../test/context.ts';
import { dropTarget, makeTarget } from '../../test/store.ts';
import { spread, versionOf, writeResult } from '../result.ts';

const users = Number(process.env.OBJECTS ?? 20_000);
const rounds = 5;
/** In the order in which one needs the other; what there is once (the location, its profiles) isn't worth copying. */
const tables = ['users', 'extension', 'forwarding_record', 'presence_state', 'audit_entry'];

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-apply-'));
const text = [
  'whenabouts: 1',
  'locations: { Berlin: { timeZone: Europe/Berlin, dialling: { country: DE, areaCode: "30" }, groups: { Sales: {}, Office: {} } } }',
  'phoneSystems: { PBX: { kind: asterisk, settings: { host: pbx.example.com, username: whenabouts }, secret: { password: s }, mode: observe } }',
  'users:',
  ...Array.from(
    { length: users },
    (_, at) =>
      `  user${at}@example.com:\n    displayName: User Number ${at}\n    location: Berlin\n    group: ${at % 3 ? 'Sales' : 'Office'}\n    mobileNumber: "+49 170 ${1_000_000 + at}"\n    extensions:\n      - phoneSystem: PBX\n        number: "${100_000 + at}"`,
  ),
  '',
].join('\n');

const first: number[] = [];
const again: number[] = [];
const bare: number[] = [];
try {
  for (let round = 0; round <= rounds; round++) {
    const target = await makeTarget();
    if (!('url' in target)) throw new Error('Set TEST_DATABASE_URL: this figure is taken on PostgreSQL.');
    const store = await openStore({ url: target.url });
    const context = testContext(store);
    const parts = {
      ...{ secrets: context.secrets, actor: { ...systemActor, via: 'apply' as const } },
      calendarConnectors: [...connectors(context.outbound).values()],
      phoneSystemKinds: phoneSystemKinds(context.outbound),
    };
    const apply = async () =>
      (await applyCompany(store.db, parts, text, { dryRun: false, read: () => undefined })).changes;
    const changes = await timed(apply);
    if (changes.value.length !== users + 2) throw new Error(`${changes.value.length} changes`);
    const nothing = await timed(apply);
    if (nothing.value.length !== 0) throw new Error('Applied twice, it changed something');
    const psql = (...commands: string[]) =>
      execFileSync('psql', [
        '-q',
        '-1',
        '-v',
        'ON_ERROR_STOP=1',
        ...commands.flatMap((command) => ['-c', command]),
        target.url,
      ]);
    psql(...tables.map((table) => `\\copy ${table} to '${folder}/${table}'`));
    await sql`truncate ${sql.raw(tables.join(', '))} cascade`.execute(store.db);
    const copied = await timed(async () => psql(...tables.map((table) => `\\copy ${table} from '${folder}/${table}'`)));
    await store.close();
    await dropTarget(target);
    if (round === 0) continue; // warms up
    first.push(changes.ms);
    again.push(nothing.ms);
    bare.push(copied.ms);
  }
  const floor = spread(bare);
  const row = { unit: 'ms', floor: floor.median, floorLabel: `bare COPY, p99 ${Math.round(floor.p99)}` };
  writeResult({
    name: 'apply',
    title: `Company file with ${users.toLocaleString('en')} users`,
    command: 'npm run benchmark -- apply',
    versions: { postgresql: versionOf('psql') },
    rows: [
      { label: 'Applied to an empty system', ...spread(first), ...row, target: { ratioAtMost: 10 } },
      { label: 'Applied again: nothing to change', ...spread(again), ...row },
    ],
    notes: [
      `The file has ${(text.length / 1e6).toFixed(1)} MB of YAML. COPY writes ${tables.join(', ')}: the same rows as the apply, ready made.`,
    ],
  });
} finally {
  fs.rmSync(folder, { recursive: true });
}
process.exit(0);

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const began = performance.now();
  const value = await work();
  return { ms: performance.now() - began, value };
}
