/** The whole product on PostgreSQL beside a simulated source: what is set up once for everything in real time. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { makeGroup } from '../../server/src/presence/people.fixture.ts';
import { type Executor, openStore, type Store } from '../../server/src/store/database.ts';
import { loadOrCreateKeys, type Secrets, secretsWith } from '../../server/src/store/secrets.ts';
import { freePort } from '../../test/servers/free-port.ts';
import { dropTarget, makeTarget } from '../../test/store.ts';
import { type Served, startServed } from '../served.ts';

/** The simulated source, in a process of its own. */
export interface Source {
  /** Requests for tokens left out. */
  requests(): Promise<number>;
  /** From now on, what each mailbox is asked. */
  record(): Promise<void>;
  stop(): Promise<void>;
}

export interface OfficeParts<Of extends Source> {
  /** Stopped with the office. */
  source: Of;
  /** Of its mailboxes. */
  addresses: readonly string[];
  /** Tells the product of the source. @returns the setting "synchronization" of a group whose mailboxes are read there. */
  register(transaction: Executor, secrets: Secrets): Promise<object>;
}

export interface Office<Of extends Source = Source> {
  store: Store;
  source: Of;
  /** Process ids of the product. */
  processes(): number[];
  /** Stops the product, and starts a process for each of these roles (with commas between). */
  restart(...roles: string[]): Promise<void>;
  size: number;
  /** User's id by address. */
  users: ReadonlyMap<string, string>;
  /** Has all mailboxes read for the first time. @returns when all have been, milliseconds after they were asked for. */
  firstSync(): Promise<number>;
  /** Disconnects all mailboxes, as if they had never been read. */
  disconnect(): Promise<void>;
  close(): Promise<void>;
}

export const allRoles = 'api,sync,activation';

export async function openOffice<Of extends Source>({
  source,
  addresses,
  register,
}: OfficeParts<Of>): Promise<Office<Of>> {
  const target = await makeTarget();
  if (!('url' in target)) throw new Error('Set TEST_DATABASE_URL: this figure is taken on PostgreSQL.');
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-figure-'));
  const store = await openStore({ url: target.url, poolSize: 4 });
  const size = addresses.length;
  const { db } = store;
  const closing = [
    () => fs.rmSync(data, { recursive: true, force: true }),
    () => dropTarget(target),
    store.close,
    source.stop,
  ];
  const close = async () => {
    for (const step of closing.reverse()) await step();
  };
  try {
    const groupId = await makeGroup(db);
    const { rows } = await sql<{ id: string; email: string }>`
      insert into users (group_id, email, display_name, time_zone)
      select ${groupId}::uuid, email, email, 'Europe/Berlin' from unnest(${[...addresses]}::text[]) email
      returning id, email`.execute(db);
    const synchronization = await db
      .transaction()
      .execute((transaction) => register(transaction, secretsWith(loadOrCreateKeys(data))));
    const port = String(await freePort());
    const servers: Served[] = [];
    const stop = async () => {
      for (const server of servers.splice(0)) await server.stop();
    };
    const restart = async (...roles: string[]) => {
      await stop();
      for (const role of roles)
        servers.push(
          await startServed(target.url, {
            ...{ WHENABOUTS_DATA: data, WHENABOUTS_ROLES: role },
            ...{ PORT: port, PUBLIC_URL: `http://127.0.0.1:${port}` },
          }),
        );
    };
    closing.push(stop);
    await restart(allRoles);
    const read = async (how: object) => {
      const settings = JSON.stringify({ synchronization: how });
      await sql`update configuration_group set settings = ${settings}::jsonb where id = ${groupId}::uuid`.execute(db);
    };
    return {
      ...{ store, source, size, close, restart },
      processes: () => servers.map(({ pid }) => pid),
      users: new Map(rows.map(({ id, email }) => [email, id])),
      async firstSync() {
        const began = performance.now();
        await read(synchronization);
        await sql`select pg_notify('group_accounts', '')`.execute(db);
        await until(async () => (await readAccounts(store)) === size, 'all mailboxes are read');
        return performance.now() - began;
      },
      async disconnect() {
        await read({});
        await sql`delete from account`.execute(db);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readAccounts({ db }: Store): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from account where status = 'ok'`.execute(db);
  return rows[0]!.count;
}

/** Looks every 20 ms. @throws Error after five minutes */
export async function until(reached: () => Promise<boolean>, what: string): Promise<void> {
  for (const deadline = performance.now() + 300_000; performance.now() < deadline; await delay(20))
    if (await reached()) return;
  throw new Error(`It took too long until ${what}.`);
}

/** Resident set of a process, MiB. */
export const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
