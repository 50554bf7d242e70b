/**
 * The embedded database: PGlite (PostgreSQL in WebAssembly) in a folder, for trying Whenabouts and for up to about
 * 500 users. It is reached through node-postgres like any other PostgreSQL, so nothing above this file differs.
 *
 * Three guards, because PGlite by itself
 *  - never calls fsync (its file system has no fsync and it is started with -F): `DurableNodeFS` and our own start
 *    parameters mend that, so that a commit survives a power cut as it does on PostgreSQL;
 *  - doesn't lock its folder: two processes would destroy it, so we take a lock file first;
 *  - has one session: everything goes through the one pool of size one, nothing through the instance beside it.
 */
import fs from 'node:fs';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** PGlite's own start parameters (0.5.16) less `-F`, which switches fsync off. */
const startParams = [
  '--single',
  '-O',
  '-j',
  ...[
    'search_path=public',
    'exit_on_error=false',
    'log_checkpoints=false',
    'max_worker_processes=0',
    'max_parallel_workers=0',
    'max_parallel_workers_per_gather=0',
    'io_method=sync',
    'max_parallel_maintenance_workers=0',
    'fsync=on',
    'wal_sync_method=fsync',
  ].flatMap((setting) => ['-c', setting]),
];

interface EmscriptenStream {
  nfd?: number;
}

/** Counts the fsyncs that reached the operating system; a test asserts that commits raise it. */
export const fsyncs = { count: 0 };

class DurableNodeFS extends NodeFS {
  /** Off while the database is being made: a half-made one is thrown away, and its thousands of fsyncs cost seconds. */
  durable = true;

  override async init(pg: PGlite, options: Parameters<NodeFS['init']>[1]) {
    const result = await super.init(pg, options);
    const preRun = (result.emscriptenOpts.preRun ?? []) as Array<(module: unknown) => void>;
    preRun.push((module) => {
      const { NODEFS } = module as { NODEFS: { stream_ops: Record<string, unknown> } };
      NODEFS.stream_ops.fsync = (stream: EmscriptenStream) => {
        if (this.durable && stream.nfd !== undefined) {
          fs.fsyncSync(stream.nfd);
          fsyncs.count++;
        }
        return 0;
      };
    });
    result.emscriptenOpts.preRun = preRun as never;
    return result;
  }
}

const clusterIn = (folder: string) => path.join(folder, 'pgdata');

/** Written when the database is made and on the disk; without it there is nothing to lose. */
const completeMark = (folder: string) => path.join(folder, 'complete');

/** False: opening it makes it, which takes seconds. */
export const embeddedDatabaseExists = (folder: string): boolean => fs.existsSync(completeMark(folder));

/**
 * Opens (and on first use creates) the embedded database in `folder`.
 * @throws Error when another live process holds the folder; the message names its process id.
 */
export async function openPglite(folder: string): Promise<{ lite: PGlite; unlock: () => void }> {
  fs.mkdirSync(folder, { recursive: true });
  const unlock = lockFolder(path.join(folder, 'whenabouts.lock'));
  try {
    const cluster = clusterIn(folder);
    const exists = embeddedDatabaseExists(folder);
    if (!exists) fs.rmSync(cluster, { recursive: true, force: true }); // a start that was killed while it made this one
    const files = new DurableNodeFS(cluster);
    files.durable = exists;
    const lite = await PGlite.create({ fs: files, startParams });
    if (!exists) {
      await lite.exec('checkpoint');
      syncTree(cluster);
      files.durable = true;
      fs.writeFileSync(completeMark(folder), '', { flush: true });
      syncFile(folder);
    }
    return { lite, unlock };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** Brings a folder with all in it to the disk. */
function syncTree(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) syncTree(file);
    else if (entry.isFile()) syncFile(file);
  }
  syncFile(folder);
}

function syncFile(file: string): void {
  const handle = fs.openSync(file, 'r');
  fs.fsyncSync(handle);
  fs.closeSync(handle);
}

function lockFolder(file: string): () => void {
  for (let attempt = 0; ; attempt++) {
    try {
      fs.writeFileSync(file, `${process.pid} ${startTimeOf(process.pid) ?? ''}`, { flag: 'wx' });
      return () => fs.rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 2) throw error;
      const [pid = '', started = ''] = fs.readFileSync(file, 'utf8').split(' ');
      // After a crash the pid may belong to another program by now: its start time tells them apart.
      const now = startTimeOf(Number(pid));
      if (now !== null && now === started && Number(pid) !== process.pid)
        throw new Error(
          `The database in ${path.dirname(file)} is in use by process ${pid}. Stop that process, or set WHENABOUTS_DATA to another folder.`,
        );
      fs.rmSync(file, { force: true });
    }
  }
}

/** When a process started, in the kernel's own unit, or null when there is no such process. */
function startTimeOf(pid: number): string | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    try {
      process.kill(pid, 0);
      return '';
    } catch {
      return null;
    }
  }
}
