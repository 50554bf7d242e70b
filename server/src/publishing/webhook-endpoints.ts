/** Making and trying webhooks. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { lastAlert } from '../organization/alerts.ts';
import { type Actor, recordChange } from '../organization/audit.ts';
import { lastChangeNumber, presenceChannel } from '../presence/changes.ts';
import type { Executor } from '../store/database.ts';
import { deliver } from './delivery.ts';
import { testEvent } from './presence-event.ts';
import { newSigningSecret } from './signature.ts';

/** The path of a webhook's address is often a secret itself: the log names the host. */
const audited = ({ url, active }: { url: string; active: boolean }) => ({ host: URL.parse(url)?.host ?? '', active });

/**
 * A webhook is told of what changes from now on. The secret is shown to whoever makes it, and never again. Run it in a
 * transaction.
 */
export async function createWebhook(
  { secrets }: Pick<Context, 'secrets'>,
  executor: Executor,
  actor: Actor,
  { url, active = true }: { url: string; active?: boolean },
): Promise<{ id: string; secret: string }> {
  const id = randomUUID();
  const secret = newSigningSecret();
  await executor
    .insertInto('webhook')
    .values({
      id,
      url,
      active,
      secret: secrets.seal(secret, id),
      delivered_number: await lastChangeNumber(executor),
      delivered_alert: await lastAlert(executor),
    })
    .execute();
  const after = audited({ url, active });
  await recordChange(executor, actor, {
    ...{ action: 'create', subject: 'webhook', subjectId: id, subjectName: after.host, after },
  });
  return { id, secret };
}

/** What failed before is tried at once with what is new. Run it in a transaction. @returns false when it isn't there. */
export async function changeWebhook(
  executor: Executor,
  actor: Actor,
  id: string,
  { url, active }: { url?: string | undefined; active?: boolean | undefined },
): Promise<boolean> {
  const row = await executor
    .selectFrom('webhook')
    .select(['url', 'active'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return false;
  const next = { url: url ?? row.url, active: active ?? row.active };
  await executor
    .updateTable('webhook')
    .set({ ...next, due_at: sql<Temporal.Instant>`now()`, failures: 0, error_message: null })
    .where('id', '=', id)
    .execute();
  const after = { ...audited(next), ...(next.url !== row.url && { address: 'changed' }) };
  await recordChange(executor, actor, {
    ...{ action: 'change', subject: 'webhook', subjectId: id, subjectName: after.host },
    ...{ before: audited(row), after },
  });
  await sql`select pg_notify(${presenceChannel}, '')`.execute(executor);
  return true;
}

/** Run it in a transaction. @returns false when it isn't there. */
export async function deleteWebhook(executor: Executor, actor: Actor, id: string): Promise<boolean> {
  const row = await executor.deleteFrom('webhook').where('id', '=', id).returning(['url', 'active']).executeTakeFirst();
  if (!row) return false;
  const before = audited(row);
  await recordChange(executor, actor, {
    ...{ action: 'delete', subject: 'webhook', subjectId: id, subjectName: before.host, before },
  });
  return true;
}

/** Sends a test event, signed as the real ones. Null when there is no such webhook. */
export async function testWebhook(
  { store, secrets, outbound }: Pick<Context, 'store' | 'secrets' | 'outbound'>,
  id: string,
): Promise<{ ok: boolean; status: number | null; message: string } | null> {
  const row = await store.db.selectFrom('webhook').select(['url', 'secret']).where('id', '=', id).executeTakeFirst();
  if (!row) return null;
  const endpoint = { url: row.url, secret: secrets.open(row.secret, id) };
  const event = testEvent(`test-${randomUUID()}`, Temporal.Now.instant());
  const { ok, status, message } = await deliver(outbound, endpoint, event);
  return { ok, status, message };
}
