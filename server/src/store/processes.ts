/**
 * Names of processes in leases. A lease of a process that is known to be dead needn't run out: after a crash the next
 * start on the same machine takes up its work at once. Known means: same machine boot, same pid namespace (two
 * containers may share a host name), and no such pid, or a pid that began at another time.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { sql } from 'kysely';
import type { Database } from './database.ts';

const read = (file: string) => {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return null;
  }
};

/** Tells machines, their boots and pid namespaces apart; null where the kernel doesn't tell: leases run out there. */
function machine(): string | null {
  const boot = read('/proc/sys/kernel/random/boot_id')?.trim();
  if (!boot) return null;
  return `${boot}:${fs.readlinkSync('/proc/self/ns/pid')}`;
}

/** In the kernel's ticks since boot; null when there is no such process. */
function startedAt(pid: string): string | null {
  const stat = read(`/proc/${pid}/stat`);
  return stat && (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null);
}

/** Unique per start: `<machine>|<pid>|<start time>|<random>`. */
export function nameProcess(): string {
  return [machine() ?? 'unknown', process.pid, startedAt('self') ?? '', randomBytes(4).toString('hex')].join('|');
}

/** Whether the holder of a lease is surely gone. A lease may carry more after the process's name, behind a slash. */
export function isSurelyDead(name: string): boolean {
  const [where = '', pid = '', started = ''] = name.split('|');
  return where === machine() && started !== '' && startedAt(pid) !== started;
}

/** Ends the leases that dead processes of this machine hold, for the start of a process. The holder's name stays: the
 *  next one sees that the work was broken off. */
export async function freeLeasesOfTheDead(db: Database): Promise<void> {
  for (const table of ['account', 'phone_system', 'webhook', 'leaving', 'import_run', 'exchange_server'] as const) {
    const held = await db.selectFrom(table).select('leased_by').where('leased_by', 'is not', null).distinct().execute();
    const dead = held.map((row) => row.leased_by ?? '').filter(isSurelyDead);
    if (dead.length > 0)
      await sql`
        update ${sql.table(table)} set leased_until = null
         where leased_by = any(${dead}::text[])`.execute(db);
  }
}
