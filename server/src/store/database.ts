/**
 * The one way to the database. PostgreSQL where DATABASE_URL is set, else PGlite in a folder: the same driver
 * (node-postgres), the same SQL and the same value types for both.
 *
 * Value types: timestamptz is Temporal.Instant, date is Temporal.PlainDate, bigint is number, jsonb is parsed.
 * Temporal values may be passed as parameters. A JavaScript array passed as a parameter is a PostgreSQL array;
 * for a jsonb array pass JSON.stringify(value).
 */
import { createHash } from 'node:crypto';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import { type ControlledTransaction, Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { migrate } from './migrations.ts';
import { explainOpening } from './opening.ts';
import { openPglite } from './pglite.ts';
import type { Schema } from './schema.ts';

export type Database = Kysely<Schema>;
/** What queries take: the database, or a transaction. Inside a transaction use only the transaction: the embedded
 *  database has one connection, and a query beside it would wait for itself. */
export type Executor = Kysely<Schema> | Transaction<Schema> | ControlledTransaction<Schema>;

export interface Store {
  db: Database;
  kind: 'postgresql' | 'embedded';
  /** Calls `listener` with the payload of each `notify` on the channel, of this process and of all others. */
  listen(channel: string, listener: (payload: string) => void): Promise<void>;
  /** True while notifications of other processes arrive; false while that connection is being made anew. */
  listening(): boolean;
  close(): Promise<void>;
}

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: string) => {
    if (format === 'binary') return pg.types.getTypeParser(oid, 'binary');
    return parsers.get(oid) ?? pg.types.getTypeParser(oid);
  }) as pg.CustomTypesConfig['getTypeParser'],
};
const parsers = new Map<number, (text: string) => unknown>([
  [pg.types.builtins.TIMESTAMPTZ, instantOf],
  [pg.types.builtins.DATE, (text) => Temporal.PlainDate.from(text)],
  [pg.types.builtins.INT8, Number],
]);

/** What begins for a whole company at once comes in thousands of rows with the same few instants. */
const instants = new Map<string, Temporal.Instant>();
function instantOf(text: string): Temporal.Instant {
  const known = instants.get(text);
  if (known) return known;
  if (instants.size >= 256) instants.clear();
  const instant = Temporal.Instant.from(text);
  instants.set(text, instant);
  return instant;
}

/** node-postgres turns unknown objects into JSON; a Temporal value would arrive in quotation marks. */
function toParameter(value: unknown): unknown {
  if (
    value instanceof Temporal.Instant ||
    value instanceof Temporal.PlainDate ||
    value instanceof Temporal.PlainTime ||
    value instanceof Temporal.PlainDateTime
  )
    return value.toString();
  return Array.isArray(value) ? value.map(toParameter) : value;
}

/**
 * A statement that begins with this comment is parsed and planned once a connection instead of each time: planning a
 * join of three tables takes several times as long as running it for one user. For statements that are asked with every
 * page, whose text is always the same and whose columns are named (`*` could change its type under a kept plan).
 */
export const prepared = sql.raw('/* prepared */');
const isPrepared = (text: unknown): text is string => typeof text === 'string' && text.startsWith('/* prepared */');

/** PostgreSQL cuts names off after 63 bytes. */
function statementName(text: string): string {
  const known = statementNames.get(text);
  if (known) return known;
  const name = createHash('sha256').update(text).digest('base64url');
  statementNames.set(text, name);
  return name;
}
const statementNames = new Map<string, string>();

class Client extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: pg.Client.query has a dozen overloads that all end here
  override query(config: any, values?: any, callback?: any): any {
    if (isPrepared(config)) config = { name: statementName(config), text: config };
    if (Array.isArray(values)) return super.query(config, values.map(toParameter), callback);
    if (Array.isArray(config?.values)) config.values = config.values.map(toParameter);
    return super.query(config, values, callback);
  }
}

/**
 * @param url a postgres:// address, or a folder for the embedded database.
 * @throws Error in plain words
 */
export async function openStore(target: { url: string; poolSize?: number } | { folder: string }): Promise<Store> {
  let store: Store | undefined;
  try {
    store = 'url' in target ? openPostgres(target.url, target.poolSize ?? 10) : await openEmbedded(target.folder);
    await migrate(store.db);
  } catch (error) {
    await store?.close();
    throw explainOpening(error, target);
  }
  return store;
}

const kyselyOn = (pool: pg.Pool) => new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });

function openPostgres(url: string, poolSize: number): Store {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    types,
    Client,
    application_name: 'whenabouts',
    // Compiling a statement that the planner takes for a large one costs more than any of ours takes to run.
    onConnect: (client: pg.ClientBase) => client.query('set jit = off'),
  } as pg.PoolConfig);
  pool.on('error', () => {}); // an idle connection that breaks is replaced at its next use
  const db = kyselyOn(pool);
  const listeners = new Map<string, Set<(payload: string) => void>>();
  let client: pg.Client | undefined;
  let connected = false;
  let closed = false;

  async function connect(): Promise<void> {
    const next = new pg.Client({ connectionString: url, application_name: 'whenabouts listener', keepAlive: true });
    client = next;
    next.on('error', () => {});
    next.on('notification', ({ channel, payload }) => {
      for (const listener of listeners.get(channel) ?? []) listener(payload ?? '');
    });
    next.once('end', () => {
      connected = false;
      if (!closed) setTimeout(() => void connect().catch(() => {}), 1_000).unref();
    });
    try {
      await next.connect();
    } catch (error) {
      next.emit('end');
      throw error;
    }
    for (const channel of listeners.keys()) await next.query(`listen ${pg.escapeIdentifier(channel)}`);
    connected = true;
    // Whatever was said while nobody listened: each listener catches up from the tables.
    for (const set of listeners.values()) for (const listener of set) listener('');
  }

  return {
    db,
    kind: 'postgresql',
    listening: () => connected,
    async listen(channel, listener) {
      const known = listeners.get(channel);
      if (known) known.add(listener);
      else listeners.set(channel, new Set([listener]));
      if (!client) await connect();
      else if (!known && connected) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    },
    async close() {
      closed = true;
      await client?.end().catch(() => {});
      await db.destroy();
    },
  };
}

async function openEmbedded(folder: string): Promise<Store> {
  const { lite, unlock } = await openPglite(folder);
  const listeners = new Map<string, Set<(payload: string) => void>>();
  const pool = new pg.Pool({
    ...createPgConfig(lite),
    max: 1,
    types,
    Client,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: 60_000, // a query beside an open transaction fails by then instead of waiting for ever
  } as pg.PoolConfig);
  pool.on('error', () => {});
  // The pool's one connection listens for itself: a notification arrives with the commit that sent it.
  pool.on('connect', (client) => {
    client.on('notification', ({ channel, payload }) => {
      for (const listener of listeners.get(channel) ?? []) queueMicrotask(() => listener(payload ?? ''));
    });
  });
  const db = kyselyOn(pool);
  return {
    db,
    kind: 'embedded',
    listening: () => true,
    async listen(channel, listener) {
      const known = listeners.get(channel);
      if (known) known.add(listener);
      else {
        listeners.set(channel, new Set([listener]));
        await pool.query(`listen ${pg.escapeIdentifier(channel)}`);
      }
    },
    async close() {
      await db.destroy();
      await lite.close();
      unlock();
    },
  };
}
