import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { presenceChannel } from '../presence/changes.ts';
import { createWebhook, testWebhook } from '../publishing/webhook-endpoints.ts';
import type { Executor } from '../store/database.ts';
import { ApiError } from './errors.ts';
import { type Route, route } from './route.ts';
import { Id } from './schemas/common.ts';
import {
  CreatedWebhook,
  NewWebhook,
  Webhook,
  WebhookChange,
  WebhookList,
  WebhookTestResult,
} from './schemas/settings.ts';

const administrator = { access: 'administrator', tag: 'Publishing' } as const;
const params = z.object({ webhookId: Id });

const selectWebhooks = (db: Executor) =>
  db
    .selectFrom('webhook')
    .select([
      'id',
      'url',
      'active',
      'delivered_number as deliveredNumber',
      'failures',
      'error_message as message',
      'last_success_at as lastSuccessAt',
      'created_at as createdAt',
    ]);

export function webhookRoutes(context: Context): Route[] {
  const { db } = context.store;
  async function read(id: string) {
    const webhook = await selectWebhooks(db).where('id', '=', id).executeTakeFirst();
    if (!webhook) throw new ApiError('notFound', 'There is no such webhook.');
    return webhook;
  }
  return [
    route({
      ...administrator,
      method: 'get',
      path: '/webhooks',
      operation: 'listWebhooks',
      summary: 'All webhooks and how their deliveries go',
      answer: WebhookList,
      handle: async () => ({ webhooks: await selectWebhooks(db).orderBy('created_at').execute() }),
    }),
    route({
      ...administrator,
      method: 'post',
      path: '/webhooks',
      operation: 'createWebhook',
      summary: 'Tell another program of presence changes',
      description: `Each change is sent in order, at least once, as a CloudEvent (JSON) signed as Standard Webhooks says: headers
\`webhook-id\`, \`webhook-timestamp\`, \`webhook-signature\`. The answer holds the secret that signs; it is shown only now.`,
      body: NewWebhook,
      status: 201,
      answer: CreatedWebhook,
      async handle({ body }) {
        const { id, secret } = await createWebhook(context, body);
        return { ...(await read(id)), secret };
      },
    }),
    route({
      ...administrator,
      method: 'patch',
      path: '/webhooks/{webhookId}',
      operation: 'changeWebhook',
      summary: 'Change a webhook’s address, or switch it off or on',
      params,
      body: WebhookChange,
      answer: Webhook,
      async handle({ params: { webhookId }, body: { url, active } }) {
        await read(webhookId);
        await db.transaction().execute(async (transaction) => {
          // What failed before is tried at once with what is new.
          await transaction
            .updateTable('webhook')
            .set({
              ...(url !== undefined && { url }),
              ...(active !== undefined && { active }),
              ...{ due_at: sql<Temporal.Instant>`now()`, failures: 0, error_message: null },
            })
            .where('id', '=', webhookId)
            .execute();
          await sql`select pg_notify(${presenceChannel}, '')`.execute(transaction);
        });
        return read(webhookId);
      },
    }),
    route({
      ...administrator,
      method: 'delete',
      path: '/webhooks/{webhookId}',
      operation: 'deleteWebhook',
      summary: 'Remove a webhook',
      params,
      answer: null,
      async handle({ params: { webhookId } }) {
        await read(webhookId);
        await db.deleteFrom('webhook').where('id', '=', webhookId).execute();
        return undefined;
      },
    }),
    route({
      ...administrator,
      method: 'post',
      path: '/webhooks/{webhookId}/test',
      operation: 'testWebhook',
      summary: 'Send a test event',
      description: 'Signed as the real ones; the answer says how the receiver took it.',
      params,
      answer: WebhookTestResult,
      async handle({ params: { webhookId } }) {
        const result = await testWebhook(context, webhookId);
        if (!result) throw new ApiError('notFound', 'There is no such webhook.');
        return result;
      },
    }),
  ];
}
