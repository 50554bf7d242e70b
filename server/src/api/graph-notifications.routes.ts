import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { type Notice, openNotices } from '../sync/notices.ts';
import { type Route, route } from './route.ts';
import { Id } from './schemas/common.ts';

/** Of one delivery; Graph's own hold far fewer. */
const mostNotices = 1_000;
const lifecycles = ['missed', 'subscriptionRemoved', 'reauthorizationRequired'] as const;

export function graphNotificationRoutes(context: Context): Route[] {
  const notices = openNotices(context);
  return [
    route({
      access: 'public',
      tag: 'Accounts',
      method: 'post',
      path: '/graph/notifications/{subscriptionId}',
      operation: 'takeGraphNotification',
      summary: 'Where Microsoft Graph tells that mailboxes have changed',
      description:
        'For Microsoft Graph. With `validationToken` the token is answered as text; else 202 at once, whoever asks and ' +
        'whatever is told: only notices that carry the secret of their subscription have an effect, which is that the ' +
        'mailbox is looked at.',
      params: z.object({ subscriptionId: z.string().max(200) }),
      query: z.object({ validationToken: z.string().max(2_000).optional() }),
      answer: null,
      produces: 'text/plain',
      async handle({ params: { subscriptionId }, query: { validationToken }, http }) {
        if (validationToken !== undefined)
          return http.body(validationToken, 200, { 'content-type': 'text/plain; charset=utf-8' });
        if (Id.safeParse(subscriptionId).success) notices.take(noticesIn(subscriptionId, await http.req.text()));
        return http.body(null, 202);
      },
    }),
  ];
}

/** What can't be read is passed over: nobody mends it by being told. */
function noticesIn(subscriptionId: string, text: string): Notice[] {
  let value: unknown;
  try {
    value = (JSON.parse(text) as { value?: unknown } | null)?.value;
  } catch {
    return [];
  }
  return (Array.isArray(value) ? value.slice(0, mostNotices) : []).flatMap((each: unknown) => {
    const { subscriptionId: remoteId, clientState, lifecycleEvent } = (each ?? {}) as Record<string, unknown>;
    if (typeof remoteId !== 'string' || typeof clientState !== 'string' || clientState.length > 128) return [];
    const lifecycle = lifecycles.find((one) => one === lifecycleEvent) ?? null;
    return [{ subscriptionId, remoteId, clientState, lifecycle }];
  });
}
