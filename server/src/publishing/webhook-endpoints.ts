/** Making and trying webhooks. */
import { randomUUID } from 'node:crypto';
import type { Context } from '../context.ts';
import { lastChangeNumber } from '../presence/changes.ts';
import { deliver } from './delivery.ts';
import { testEvent } from './presence-event.ts';
import { newSigningSecret } from './signature.ts';

/** A webhook is told of what changes from now on. The secret is shown to whoever makes it, and never again. */
export async function createWebhook(
  { store, secrets }: Pick<Context, 'store' | 'secrets'>,
  { url, active = true }: { url: string; active?: boolean },
): Promise<{ id: string; secret: string }> {
  const id = randomUUID();
  const secret = newSigningSecret();
  await store.db
    .insertInto('webhook')
    .values({
      id,
      url,
      active,
      secret: secrets.seal(secret, id),
      delivered_number: await lastChangeNumber(store.db),
    })
    .execute();
  return { id, secret };
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
