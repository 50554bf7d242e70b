import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { changeWebhook, createWebhook, deleteWebhook, testWebhook } from '../publishing/webhook-endpoints.ts';
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

const withoutPath = <Row extends { url: string }>(webhook: Row): Row => {
  const url = URL.parse(webhook.url);
  return { ...webhook, url: url ? `${url.origin}/…` : '' };
};

export function webhookRoutes(context: Context): Route[] {
  const { db } = context.store;
  async function read(id: string) {
    const webhook = await selectWebhooks(db).where('id', '=', id).executeTakeFirst();
    if (!webhook) throw new ApiError('notFound', 'There is no such webhook.');
    return webhook;
  }
  return [
    route({
      access: 'systemReader',
      tag: 'Publishing',
      method: 'get',
      path: '/webhooks',
      operation: 'listWebhooks',
      summary: 'All webhooks and how their deliveries go',
      description: 'Readers see the host of an address only: its path is often a secret.',
      answer: WebhookList,
      async handle({ viewer }) {
        const webhooks = await selectWebhooks(db).orderBy('created_at').execute();
        return { webhooks: viewer.role === 'administrator' ? webhooks : webhooks.map(withoutPath) };
      },
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
      async handle({ viewer, body }) {
        const { id, secret } = await db
          .transaction()
          .execute((transaction) => createWebhook(context, transaction, actorOf(viewer), body));
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
      async handle({ viewer, params: { webhookId }, body }) {
        await db.transaction().execute((transaction) => changeWebhook(transaction, actorOf(viewer), webhookId, body));
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
      async handle({ viewer, params: { webhookId } }) {
        const done = await db
          .transaction()
          .execute((transaction) => deleteWebhook(transaction, actorOf(viewer), webhookId));
        if (!done) throw new ApiError('notFound', 'There is no such webhook.');
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
