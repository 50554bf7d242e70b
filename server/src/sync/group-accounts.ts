/**
 * Accounts that a group's settings make: for each active user one to the mailbox of the user's address, read by the
 * application itself. What is to be done is read from the rows, portion by portion, so that it goes on after a restart
 * and in any process. That accounts rest, and go, where the settings no longer want them is the same as for others
 * (rest.ts, organization/leaving/group-method.ts).
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { ApplicationGrant } from '../calendars/microsoft365/grant.ts';
import type { Context, Running } from '../context.ts';
import type { Database } from '../store/database.ts';
import { retrying } from '../store/retrying.ts';
import { serverSideApplication } from './rest.ts';
import { synchronizationSettingsOf } from './settings.ts';
import { syncChannel } from './sync.ts';

/** Rung where the settings of a group, or where its users are, became others; who missed it looks a minute later. */
export const groupAccountsChannel = 'group_accounts';
const lookEveryMs = 60_000;
const portion = 500;
const kind = 'microsoft365';

interface Lacking {
  userId: string;
  email: string;
  applicationId: string;
  /** Of the account that is there and belongs to another address or application. */
  accountId: string | null;
}

/** @returns how many accounts were made or changed. */
export async function alignGroupAccounts(context: Pick<Context, 'store' | 'secrets'>): Promise<number> {
  const { db } = context.store;
  const groups = await groupsRead(db);
  let done = 0;
  if (groups.length === 0) return done;
  for (;;) {
    const lacking = await usersLacking(db, groups);
    if (lacking.length === 0) return done;
    await retrying(db, async (transaction) => {
      const [made, moved] = [lacking.filter((one) => !one.accountId), lacking.filter((one) => one.accountId)];
      if (made.length > 0) {
        const rows = made.map(({ userId, email, applicationId }) => {
          const id = randomUUID();
          const grant: ApplicationGrant = { kind: 'application' };
          return { id, userId, email, applicationId, secret: context.secrets.seal(JSON.stringify(grant), id) };
        });
        await sql`
          insert into account (id, user_id, kind, origin, name, settings, secret, application_id)
          select id, "userId", ${kind}, 'group', email, jsonb_build_object('mailbox', email), secret, "applicationId"
            from json_to_recordset(${JSON.stringify(rows)}::json) as row (
                 id uuid, "userId" uuid, email text, secret text, "applicationId" uuid)
          on conflict (user_id, kind) where origin = 'group' do nothing`.execute(transaction);
      }
      if (moved.length > 0) {
        const ids = moved.map(({ accountId }) => accountId!);
        await sql`
          update account set settings = jsonb_build_object('mailbox', row.email), name = row.email,
                 application_id = row."applicationId", failures = 0, discovered_at = null, leased_by = null,
                 leased_until = null, due_at = clock_timestamp()
            from json_to_recordset(${JSON.stringify(moved)}::json) as row (
                 "accountId" uuid, email text, "applicationId" uuid)
           where account.id = row."accountId"`.execute(transaction);
        // Another mailbox: what was read is compared with it in full.
        await sql`update calendar set cursor = null where account_id = any(${ids}::uuid[])`.execute(transaction);
        await sql`delete from graph_subscription where account_id = any(${ids}::uuid[])`.execute(transaction);
        await sql`select pg_notify('account', id::text) from unnest(${ids}::uuid[]) id`.execute(transaction);
      }
      await sql`select pg_notify(${syncChannel}, '')`.execute(transaction);
    });
    done += lacking.length;
  }
}

/** Groups whose users' mailboxes are read without their doing, by which Graph application. */
async function groupsRead(db: Database): Promise<{ groupId: string; applicationId: string }[]> {
  const { rows } = await sql<{ id: string; settings: Record<string, unknown> }>`
    select id, settings from configuration_group
     where settings -> 'synchronization' ->> 'source' = ${kind}`.execute(db);
  return rows.flatMap(({ id, settings }) => {
    const applicationId = serverSideApplication(synchronizationSettingsOf(settings));
    return applicationId === null ? [] : [{ groupId: id, applicationId }];
  });
}

async function usersLacking(db: Database, groups: readonly { groupId: string; applicationId: string }[]) {
  const { rows } = await sql<Lacking>`
    select users.id as "userId", users.email, read."applicationId", account.id as "accountId"
      from json_to_recordset(${JSON.stringify(groups)}::json) as read ("groupId" uuid, "applicationId" uuid)
      join graph_application on graph_application.id = read."applicationId"
      join users on users.group_id = read."groupId" and users.active
      left join account on account.user_id = users.id and account.kind = ${kind} and account.origin = 'group'
     where account.id is null or account.application_id is distinct from read."applicationId"
        or account.settings ->> 'mailbox' is distinct from users.email
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
