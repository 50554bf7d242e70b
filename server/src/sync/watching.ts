/**
 * Accounts of which a connection that is held tells when they change: for each Exchange server one process holds those
 * connections, by a lease in the database, and another takes over when it is gone. What is told makes accounts due, as
 * notices do (notices.ts); what nobody tells of is polled.
 *
 * An account is told of as long as `account.watched_by` names the lease in force: nothing has to be taken back when a
 * process dies.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { CalendarConnector, Hint, Watch, WatchedAccount } from '../calendars/connector.ts';
import type { Context, Running } from '../context.ts';
import type { Database } from '../store/database.ts';
import { makeDue } from './notices.ts';
import { syncChannel } from './sync.ts';

/** Whoever dies is followed after it; renewing more often than every third of it is enough. */
const leaseSeconds = 20;
const lookEveryMs = 5_000;
/** What changes in one go is told in many notices. */
const collectMs = 100;
/** Accounts that are told of anew have to be looked at: so many a second. */
const caughtUpPerSecond = 20;
/** Those that nobody tells of any more are polled within it. */
const polledWithin = '5 minutes';
const stopWithinMs = 5_000;

const safetyPullMs = 24 * 3600_000;
/** When an account that is told of is looked at in any case, spread by the dice. Milliseconds. */
export const safetyPullIn = (random: () => number): number => safetyPullMs * (0.8 + random() * 0.4);

interface Held {
  server: string;
  lease: string;
  watch: Watch;
  abort: AbortController;
  hints: Hints;
}

export interface WatchingOptions {
  connectors: readonly CalendarConnector[];
  /** Milliseconds between looks at leases; default 5 s, at most a third of a lease. */
  lookEvery?: number;
}

/** In the role `sync`. */
export async function startWatching(
  { store, log, processName }: Context,
  { connectors, lookEvery = lookEveryMs }: WatchingOptions,
): Promise<Running> {
  const { db } = store;
  const connector = connectors.find(({ kind, watch }) => kind === 'exchange' && watch !== undefined);
  const held = new Map<string, Held>();
  const stopping = new AbortController();

  const run = async () => {
    while (connector && !stopping.signal.aborted) {
      try {
        const ours = await renewLeases(
          db,
          [...held.values()].map(({ lease }) => lease),
        );
        for (const one of held.values()) if (!ours.has(one.lease)) await letGo(one);
        for (const { id, lease } of await claimServers(db, processName, [...held.keys()])) await hold(id, lease);
        for (const one of held.values()) one.watch.keep(await accountsOf(db, one.server));
      } catch (error) {
        // Without the database hints are kept, and leases run out: then another process takes over.
        log.error({ error }, 'Mailboxes that tell of their changes could not be looked after; it is tried again.');
      }
      await sleep(lookEvery, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };

  async function hold(server: string, lease: string): Promise<void> {
    const abort = new AbortController();
    const hints = collectHints(db, lease, (error) =>
      log.warn({ error }, 'Hints could not be written; it is tried again.'),
    );
    const watch = connector!.watch!(server, hints.take, abort.signal);
    held.set(server, { server, lease, watch, abort, hints });
    await pollAll(db, server, lease);
  }

  async function letGo({ server, abort, watch, hints }: Held): Promise<void> {
    held.delete(server);
    abort.abort();
    await Promise.race([watch.closed, sleep(stopWithinMs, undefined, { ref: false })]);
    await hints.stop();
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
      const leases = [...held.values()].map(({ lease }) => lease);
      await Promise.all([...held.values()].map(letGo));
      await sql`update exchange_server set leased_by = null, leased_until = null
                 where leased_by = any(${leases}::text[])`
        .execute(db)
        .catch(() => {});
    },
  };
}

/** @returns names of the leases that are still ours. */
async function renewLeases(db: Database, leases: readonly string[]): Promise<Set<string>> {
  if (leases.length === 0) return new Set();
  const { rows } = await sql<{ lease: string }>`
    update exchange_server set leased_until = now() + make_interval(secs => ${leaseSeconds})
     where leased_by = any(${leases}::text[]) returning leased_by as lease`.execute(db);
  return new Set(rows.map(({ lease }) => lease));
}

/** Servers by which accounts are read and that nobody holds. */
async function claimServers(db: Database, processName: string, ours: readonly string[]) {
  const { rows } = await sql<{ id: string; lease: string }>`
    update exchange_server set leased_until = now() + make_interval(secs => ${leaseSeconds}),
           leased_by = ${processName} || '/' || gen_random_uuid()
     where id in (select id from exchange_server server
                   where (leased_until is null or leased_until < now()) and id <> all(${ours}::uuid[])
                     and exists (select from account where exchange_server_id = server.id)
                     for update skip locked)
    returning id, leased_by as lease`.execute(db);
  return rows;
}

/** Accounts that have been read once, with what was read of them. */
async function accountsOf(db: Database, server: string): Promise<WatchedAccount[]> {
  const { rows } = await sql<{ id: string; settings: unknown; calendars: string[] }>`
    select account.id, account.settings, array_agg(remote_id order by remote_id) as calendars
      from account join users on users.id = user_id join calendar on account_id = account.id
     where exchange_server_id = ${server}::uuid and account.kind = 'exchange' and users.active
       and account.status <> 'resting' and account.leaving_at is null and window_from is not null
     group by account.id order by account.id`.execute(db);
  return rows.map(({ id, settings, calendars }) => ({
    account: { id, settings, secret: null, exchangeServerId: server },
    calendars,
  }));
}

/** Those that a holder before was told of wait for hints that nobody gives any more. */
const pollAll = (db: Database, server: string, lease: string) =>
  sql`update account set watched_by = null, due_at = least(due_at, now() + random() * interval '${sql.raw(polledWithin)}')
       where exchange_server_id = ${server}::uuid and watched_by is distinct from ${lease} and watched_by is not null`.execute(
    db,
  );

interface Hints {
  take(hint: Hint): void;
  /** Writes what is left. */
  stop(): Promise<void>;
}

/** Collected for a moment, then written for all accounts at once; kept while the database is away. */
function collectHints(db: Database, lease: string, failed: (error: unknown) => void): Hints {
  const told = new Map<string, boolean>();
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  const flush = () => {
    timer = null;
    writing = writing.then(async () => {
      const now = { told: new Map(told), changed: new Set(changed) };
      told.clear();
      changed.clear();
      await writeHints(db, lease, now.told, now.changed).catch((error: unknown) => {
        failed(error);
        for (const [id, is] of now.told) if (!told.has(id)) told.set(id, is);
        for (const id of now.changed) changed.add(id);
        timer ??= setTimeout(flush, 1_000).unref();
      });
    });
  };
  return {
    take({ accountId, what }) {
      if (what === 'changed') changed.add(accountId);
      else told.set(accountId, what === 'told');
      timer ??= setTimeout(flush, collectMs);
    },
    async stop() {
      if (timer) clearTimeout(timer);
      if (told.size + changed.size > 0) flush();
      await writing;
      if (timer) clearTimeout(timer);
    },
  };
}

async function writeHints(
  db: Database,
  lease: string,
  told: ReadonlyMap<string, boolean>,
  changed: ReadonlySet<string>,
): Promise<void> {
  const [now, nobody] = [true, false].map((is) => [...told].flatMap(([id, says]) => (says === is ? [id] : [])));
  const isOurs = sql`exists (select from exchange_server where id = exchange_server_id and leased_by = ${lease})`;
  await db.transaction().execute(async (transaction) => {
    if (now!.length > 0)
      await sql`
        update account set watched_by = ${lease},
               due_at = case when failures > 0 then due_at
                             else clock_timestamp() + interval '1 second' * random() * ${now!.length / caughtUpPerSecond} end
         where id = any(${now}::uuid[]) and ${isOurs}`.execute(transaction);
    if (nobody!.length > 0)
      await sql`
        update account set watched_by = null,
               due_at = least(due_at, clock_timestamp() + random() * interval '${sql.raw(polledWithin)}')
         where id = any(${nobody}::uuid[]) and watched_by = ${lease}`.execute(transaction);
    if (changed.size > 0) await makeDue(transaction, [...changed]);
    await sql`select pg_notify(${syncChannel}, '')`.execute(transaction);
  });
}
