/**
 * A store of its own for a test file: on PostgreSQL (a database made and dropped) when TEST_DATABASE_URL names a
 * server, else embedded in a temporary folder. The same suite runs on both: `npm test` runs every test file that
 * reaches this file by its imports a second time, on PostgreSQL.
 */
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { openStore, type Store } from '../server/src/store/database.ts';

export type TestTarget = { url: string } | { folder: string };

export async function openTestStore(): Promise<Store & { target: TestTarget }> {
  const target = await makeTarget();
  const store = await openStore(target);
  return {
    ...store,
    target,
    async close() {
      await store.close();
      await dropTarget(target);
    },
  };
}

/** Opens the store of a target for one piece of work: an embedded one is one process's at a time. */
export async function inStore<T>(target: TestTarget, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(target);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** For a child that is to die at a crash point, or (null) at none: what it gets of our environment. */
export function crashingAt(crashAt: string | null): NodeJS.ProcessEnv {
  const { WHENABOUTS_CRASH_AT: _, ...environment } = process.env;
  return { ...environment, ...(crashAt ? { WHENABOUTS_CRASH_AT: crashAt } : {}) };
}

/**
 * A new place for a store, for tests that start the server as a process of its own. The folder of an embedded one is
 * called `database`, as in the server's data folder: the folder above may be given to it as WHENABOUTS_DATA.
 */
export async function makeTarget(): Promise<TestTarget> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) {
    const folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-test-')), 'database');
    fs.cpSync(await embeddedTemplate(), folder, { recursive: true });
    return { folder };
  }
  const name = `whenabouts_test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href };
}

export async function dropTarget(target: TestTarget): Promise<void> {
  if ('folder' in target) fs.rmSync(path.dirname(target.folder), { recursive: true, force: true });
  else
    await onServer(
      process.env.TEST_DATABASE_URL!,
      `drop database if exists ${new URL(target.url).pathname.slice(1)} with (force)`,
    );
}

/**
 * A closed embedded database with all migrations done: a copy of it opens in a tenth of the seconds that making one
 * takes. It is named by what it was made from, made beside its place and moved there whole, so that test files that
 * run at the same time need no lock: the first one to move wins and the others use that one.
 */
async function embeddedTemplate(): Promise<string> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const folder = path.join(root, '.cache', `embedded-${sourcesHash(path.join(root, 'server/src/store'))}`);
  if (fs.existsSync(folder)) return folder;
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  const making = fs.mkdtempSync(`${folder}-`);
  await (await openStore({ folder: making })).close();
  try {
    fs.renameSync(making, folder);
  } catch (error) {
    fs.rmSync(making, { recursive: true, force: true });
    if (!fs.existsSync(folder)) throw error;
  }
  return folder;
}

function sourcesHash(store: string): string {
  const hash = createHash('sha256');
  const files = [
    'migrations.ts',
    'pglite.ts',
    ...fs.readdirSync(path.join(store, 'migrations')).map((f) => `migrations/${f}`),
  ];
  for (const file of files.sort()) hash.update(`${file}\0${fs.readFileSync(path.join(store, file), 'utf8')}\0`);
  hash.update(fs.readFileSync(path.join(store, '../../package.json'))); // names PGlite's version
  return hash.digest('hex').slice(0, 16);
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}
