/**
 * Accounts that a group's settings make: for each active user one to the mailbox of the user's address, read by the Graph
 * application itself or by the service account of an Exchange server. What is to be done is read from the rows, portion
 * by portion, so that it goes on after a restart and in any process. That accounts rest, and go, where the settings no
 * longer want them is the same as for others (rest.ts, organization/leaving/group-method.ts).
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { ApplicationGrant } from '../calendars/microsoft365/grant.ts';
import type { Context, Running } from '../context.ts';
import type { Database, Executor } from '../store/database.ts';
import { retrying } from '../store/retrying.ts';
import { isMoving, serverSideApplication, serverSideExchange } from './rest.ts';
import { synchronizationSettingsOf } from './settings.ts';
import { syncChannel } from './sync.ts';

/** Rung where the settings of a group, or where its users are, became others; who missed it looks a minute later. */
export const groupAccountsChannel = 'group_accounts';
const lookEveryMs = 60_000;
const portion = 500;

/** What such accounts are read by. */
const sources = {
  microsoft365: { column: 'application_id', table: 'graph_application' },
  exchange: { column: 'exchange_server_id', table: 'exchange_server' },
} as const;
type Kind = keyof typeof sources;

interface Wanted {
  groupId: string;
  sourceId: string;
  /** Only of users whose mailbox in Microsoft 365 hasn't been read yet. */
  moving: boolean;
}

interface Lacking {
  userId: string;
  email: string;
  sourceId: string;
  /** Of the account that is there and belongs to another address or source. */
  accountId: string | null;
}

/** @returns how many accounts were made or changed. */
export async function alignGroupAccounts(context: Pick<Context, 'store' | 'secrets'>): Promise<number> {
  const { db } = context.store;
  const wanted = await wantedAccounts(db);
  let done = 0;
  for (const kind of Object.keys(sources) as Kind[]) {
    if (wanted[kind].length === 0) continue;
    for (;;) {
      const lacking = await usersLacking(db, kind, wanted[kind]);
      if (lacking.length === 0) break;
      await retrying(db, async (transaction) => {
        const [made, moved] = [lacking.filter((one) => !one.accountId), lacking.filter((one) => one.accountId)];
        if (made.length > 0) await insertAccounts(transaction, context, kind, made);
        if (moved.length > 0) await readOthers(transaction, kind, moved);
        await sql`select pg_notify(${syncChannel}, '')`.execute(transaction);
      });
      done += lacking.length;
    }
  }
  return done;
}

async function insertAccounts(
  transaction: Executor,
  { secrets }: Pick<Context, 'secrets'>,
  kind: Kind,
  made: readonly Lacking[],
): Promise<void> {
  const grant: ApplicationGrant = { kind: 'application' };
  const rows = made.map(({ userId, email, sourceId }) => {
    const id = randomUUID();
    const secret = kind === 'microsoft365' ? secrets.seal(JSON.stringify(grant), id) : null;
    return { id, userId, email, sourceId, secret };
  });
  await sql`
    insert into account (id, user_id, kind, origin, name, settings, secret, ${sql.ref(sources[kind].column)})
    select id, "userId", ${kind}, 'group', email, jsonb_build_object('mailbox', email), secret, "sourceId"
      from json_to_recordset(${JSON.stringify(rows)}::json) as row (
           id uuid, "userId" uuid, email text, secret text, "sourceId" uuid)
    on conflict (user_id, kind) where origin = 'group' do nothing`.execute(transaction);
}

/** Another mailbox, or the same one elsewhere: what was read is compared with it in full. */
async function readOthers(transaction: Executor, kind: Kind, moved: readonly Lacking[]): Promise<void> {
  const ids = moved.map(({ accountId }) => accountId!);
  await sql`
    update account set settings = jsonb_build_object('mailbox', row.email), name = row.email,
           ${sql.ref(sources[kind].column)} = row."sourceId", failures = 0, discovered_at = null, leased_by = null,
           leased_until = null, watched_by = null, due_at = clock_timestamp()
      from json_to_recordset(${JSON.stringify(moved)}::json) as row ("accountId" uuid, email text, "sourceId" uuid)
     where account.id = row."accountId"`.execute(transaction);
  await sql`update calendar set cursor = null where account_id = any(${ids}::uuid[])`.execute(transaction);
  await sql`delete from graph_subscription where account_id = any(${ids}::uuid[])`.execute(transaction);
  await sql`select pg_notify('account', id::text) from unnest(${ids}::uuid[]) id`.execute(transaction);
}

/** Groups whose users' mailboxes are read without their doing, and by what. */
async function wantedAccounts(db: Database): Promise<Record<Kind, Wanted[]>> {
  const { rows } = await sql<{ id: string; settings: Record<string, unknown> }>`
    select id, settings from configuration_group
     where settings -> 'synchronization' ->> 'source' = any(${Object.keys(sources)}::text[])`.execute(db);
  const wanted: Record<Kind, Wanted[]> = { microsoft365: [], exchange: [] };
  for (const { id: groupId, settings } of rows) {
    const synchronization = synchronizationSettingsOf(settings);
    const moving = isMoving(synchronization);
    const [application, server] = [serverSideApplication(synchronization), serverSideExchange(synchronization)];
    if (application !== null) wanted.microsoft365.push({ groupId, sourceId: application, moving: false });
    if (server !== null) wanted.exchange.push({ groupId, sourceId: server, moving });
  }
  return wanted;
}

async function usersLacking(db: Database, kind: Kind, wanted: readonly Wanted[]) {
  const { column, table } = sources[kind];
  const { rows } = await sql<Lacking>`
    select users.id as "userId", users.email, read."sourceId", account.id as "accountId"
      from json_to_recordset(${JSON.stringify(wanted)}::json) as read ("groupId" uuid, "sourceId" uuid, moving boolean)
      join ${sql.table(table)} on ${sql.ref(`${table}.id`)} = read."sourceId"
      join users on users.group_id = read."groupId" and users.active
      left join account on account.user_id = users.id and account.kind = ${kind} and account.origin = 'group'
     where (account.id is null or ${sql.ref(`account.${column}`)} is distinct from read."sourceId"
            or account.settings ->> 'mailbox' is distinct from users.email)
       and not (read.moving and account.id is null and exists (
             select from account other join calendar on calendar.account_id = other.id
              where other.user_id = users.id and other.kind = 'microsoft365' and other.origin = 'group'
                and calendar.window_from is not null))
     limit ${portion}`.execute(db);
  return rows;
}

/** In the role `sync`. */
export async function startGroupAccounts(context: Context): Promise<Running> {
  const { store, log } = context;
  let stopped = false;
  let bell = Promise.withResolvers<void>();
  await store
    .listen(groupAccountsChannel, () => bell.resolve())
    .catch((error: unknown) =>
      log.warn({ error }, 'Accounts of groups hear no notifications yet; every minute is looked.'),
    );
  const run = async () => {
    while (!stopped) {
      bell = Promise.withResolvers();
      await alignGroupAccounts(context).catch((error: unknown) => {
        log.error({ error }, 'Accounts of groups could not be made; in a minute it is tried again.');
      });
      if (stopped) return;
      const timer = setTimeout(() => bell.resolve(), lookEveryMs);
      await bell.promise;
      clearTimeout(timer);
    }
  };
  const running = run();
  return {
    async stop() {
      stopped = true;
      bell.resolve();
      await running;
    },
  };
}
