import { sql } from 'kysely';
import type { Database, Executor } from '../store/database.ts';

export interface ClaimedWebhook {
  id: string;
  url: string;
  /** Sealed for this row. */
  secret: string;
  delivered_number: number;
  delivered_alert: number;
  failures: number;
}

const hasNews = sql`(delivered_number < (select coalesce(max(number), 0) from presence_change)
  or delivered_alert < (select coalesce(max(id), 0) from alert))`;

/** Webhooks that have something to be told and are due; each is this process's for `leaseMs`, by the database's clock. */
export async function claimWebhooks(
  db: Executor,
  processName: string,
  leaseMs: number,
  limit: number,
): Promise<ClaimedWebhook[]> {
  const { rows } = await sql<ClaimedWebhook>`
    update webhook set leased_until = now() + make_interval(secs => ${leaseMs / 1000}), leased_by = ${processName}
     where id in (
       select id from webhook
        where active and due_at <= now() and (leased_until is null or leased_until < now())
          and ${hasNews}
        order by due_at limit ${limit} for update skip locked)
    returning id, url, secret, delivered_number, delivered_alert, failures`.execute(db);
  return rows;
}

/** @returns false when the webhook is gone, switched off, or somebody else has got further: then it isn't ours any more. */
export async function noteDelivered(
  db: Executor,
  id: string,
  from: number,
  to: number,
  leaseMs: number,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update webhook set delivered_number = ${to}, failures = 0, error_message = null, last_success_at = now(),
           leased_until = now() + make_interval(secs => ${leaseMs / 1000})
     where id = ${id} and delivered_number = ${from} and active`.execute(db);
  return numAffectedRows === 1n;
}

/** The same for an alert. */
export async function noteAlertDelivered(db: Executor, id: string, to: number, leaseMs: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update webhook set delivered_alert = ${to}, failures = 0, error_message = null, last_success_at = now(),
           leased_until = now() + make_interval(secs => ${leaseMs / 1000})
     where id = ${id} and delivered_alert < ${to} and active`.execute(db);
  return numAffectedRows === 1n;
}

export async function noteFailure(
  db: Executor,
  id: string,
  failure: { message: string; retryInMs: number; gone: boolean },
): Promise<void> {
  await sql`
    update webhook set failures = failures + 1, error_message = ${failure.message}, leased_until = null, leased_by = null,
           active = active and not ${failure.gone}::boolean,
           due_at = now() + make_interval(secs => ${failure.retryInMs / 1000})
     where id = ${id}`.execute(db);
}

export async function letGo(db: Executor, id: string): Promise<void> {
  await sql`update webhook set leased_until = null, leased_by = null where id = ${id}`.execute(db);
}

export async function emailsOf(db: Executor, userIds: readonly string[]): Promise<Map<string, string>> {
  if (userIds.length === 0) return new Map();
  const rows = await db.selectFrom('users').select(['id', 'email']).where('id', 'in', userIds).execute();
  return new Map(rows.map(({ id, email }) => [id, email]));
}

/** Milliseconds until the next webhook that has something to be told is due, or another process's lease on one runs out. */
export async function nextDelivery(db: Database, most: number): Promise<number> {
  const { rows } = await sql<{ ms: number | null }>`
    select extract(epoch from min(greatest(due_at, leased_until)) - now())::float8 * 1000 as ms from webhook
     where active and ${hasNews}`.execute(db);
  return Math.min(Math.max(rows[0]?.ms ?? most, 0), most);
}
