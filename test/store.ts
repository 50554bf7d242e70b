/**
 * A store of its own for a test file: on PostgreSQL (a database made and dropped) when TEST_DATABASE_URL names a
 * server, else embedded in a temporary folder. The same suite runs on both.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { openStore, type Store } from '../server/src/store/database.ts';

export async function openTestStore(): Promise<Store & { target: { url: string } | { folder: string } }> {
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

export async function makeTarget(): Promise<{ url: string } | { folder: string }> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) return { folder: fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-test-')) };
  const name = `whenabouts_test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href };
}

export async function dropTarget(target: { url: string } | { folder: string }): Promise<void> {
  if ('folder' in target) fs.rmSync(target.folder, { recursive: true, force: true });
  else
    await onServer(
      process.env.TEST_DATABASE_URL!,
      `drop database if exists ${new URL(target.url).pathname.slice(1)} with (force)`,
    );
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}
