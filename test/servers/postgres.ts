/**
 * A PostgreSQL server of our own in a temporary folder, on loopback and a free port. PostgreSQL refuses to run as root,
 * so root starts it as the user `postgres` that Debian's package made.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from './free-port.ts';
import { postgresqlProgram } from './programs.ts';

export interface PostgresServer {
  /** postgres:// address of the database `postgres`, with the rights to make others. */
  url: string;
  version: string;
  stop(): Promise<void>;
}

/**
 * @param options.durable false (default): without fsync, which tests don't need; true for benchmarks.
 * @throws Error that says what is missing, or what the server printed when it doesn't start.
 */
export async function startPostgres(options: { durable?: boolean } = {}): Promise<PostgresServer> {
  const initdb = postgresqlProgram('initdb');
  const postgres = postgresqlProgram('postgres');
  if (!initdb || !postgres) throw new Error('PostgreSQL is not installed. On Debian: apt-get install postgresql');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-postgres-'));
  const data = path.join(folder, 'data');
  const user = unprivileged();
  if (user) fs.chownSync(folder, user.uid, user.gid);
  const own = { ...user, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' } };
  try {
    execFileSync(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
      ...own,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const settings = ['listen_addresses=127.0.0.1', 'max_connections=200', 'unix_socket_directories='];
    if (!options.durable) settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off');
    for (let attempt = 0; ; attempt++) {
      const port = await freePort();
      const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
      const child = spawn(postgres, args, { ...own, stdio: ['ignore', 'ignore', 'pipe'] });
      let output = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-5_000);
      });
      const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
      const version = await answering(child, url);
      if (version !== null) return { url, version, stop: () => stop(child, folder) };
      // Another program may have taken the port in between.
      if (attempt >= 3) throw new Error(`PostgreSQL did not start:\n${output}`);
    }
  } catch (error) {
    fs.rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function answering(child: ChildProcess, url: string): Promise<string | null> {
  const deadline = Date.now() + 30_000;
  while (child.exitCode === null && Date.now() < deadline) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
      const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
      await client.end();
      return rows[0]!.version.split(' ')[0]!;
    } catch {
      await delay(50);
    }
  }
  child.kill('SIGQUIT');
  return null;
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGINT'); // "fast": connections are cut
    const timer = setTimeout(() => child.kill('SIGQUIT'), 10_000);
    await ended;
    clearTimeout(timer);
  }
  fs.rmSync(folder, { recursive: true, force: true });
}

function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const line = fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'));
  if (!line)
    throw new Error('There is no user "postgres" to run PostgreSQL as; Debian\'s package postgresql makes it.');
  const [, , uid, gid] = line.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}
