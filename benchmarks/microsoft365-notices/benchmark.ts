/**
 * How soon notices of Microsoft Graph are answered with 202 while all of 1,000 mailboxes are read in full, over and over:
 * in one process with the reading, and where the role `api` has a process of its own. Whoever sends them, the simulated
 * cloud, a bare server that is sent the same, and PostgreSQL are processes beside them.
 */
import { type CloudOffice, openCloudOffice } from '../microsoft365/cloud-office.ts';
import { type Row, round, spread, versionOf, writeResult } from '../result.ts';
import { floodWithNotices } from './flood.ts';

const size = Number(process.env.WHENABOUTS_MAILBOXES ?? 1_000);
/** Notices a second, each for how many seconds. */
const rates = [
  [1, 20],
  [100, 8],
  [1_000, 8],
] as const;

const rows: Row[] = [];
const office = await openCloudOffice(size);
try {
  await office.firstSync();
  await answered(office, 'one process', rates);
  await office.restart('api', 'sync,activation');
  await answered(office, 'role `api` in a process of its own', rates.slice(1));
} finally {
  await office.close();
}
writeResult({
  name: 'microsoft365-notices',
  title: 'Notices of Microsoft 365',
  command: 'npm run benchmark -- microsoft365-notices',
  versions: { postgresql: versionOf('psql') },
  rows,
});
process.exit(0);

async function answered(
  office: CloudOffice,
  how: string,
  rates: Parameters<typeof floodWithNotices>[1],
): Promise<void> {
  for (const { rate, product, bare, rounds } of await floodWithNotices(office, rates)) {
    const floor = spread(bare);
    const most = (all: number[]) => round(Math.max(...all));
    rows.push({
      label: `A notice answered with 202 while everything is read, ${round(rate)} a second, ${how}`,
      ...{ unit: 'ms', ...spread(product), floor: floor.median, floorLabel: `bare server, p99 ${round(floor.p99)}` },
      target: { atMost: 10 },
      note: `at most ${most(product)} ms, the bare server ${most(bare)}; meanwhile ${round(rounds)} readings of mailboxes.`,
    });
  }
}
