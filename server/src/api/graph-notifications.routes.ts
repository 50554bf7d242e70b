import { z } from '@hono/zod-openapi';
import type { Notice, Notices } from '../sync/notices.ts';
import { type Route, route } from './route.ts';
import { Id } from './schemas/common.ts';

/** Of one delivery; Graph's own hold far fewer. */
const mostNotices = 1_000;
/** What is longer is none of ours: Graph’s ids are 36 characters. */
const longestId = 200;
/** Source: resource type "subscription", Microsoft Graph v1.0. */
const longestState = 128;
const lifecycles = ['missed', 'subscriptionRemoved', 'reauthorizationRequired'] as const;

export function graphNotificationRoutes(notices: Notices): Route[] {
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
        'mailbox is looked at. 503, where the database has been away for so long that no more can be kept: Graph tells ' +
        'it again.',
      params: z.object({ subscriptionId: z.string().max(200) }),
      query: z.object({ validationToken: z.string().max(2_000).optional() }),
      answer: null,
      produces: 'text/plain',
      async handle({ params: { subscriptionId }, query: { validationToken }, http }) {
        if (validationToken !== undefined)
          return http.body(validationToken, 200, { 'content-type': 'text/plain; charset=utf-8' });
        if (!Id.safeParse(subscriptionId).success) return http.body(null, 202);
        if (!notices.take(noticesIn(subscriptionId, await http.req.text())))
          return http.body(null, 503, { 'retry-after': '30' });
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
    if (typeof remoteId !== 'string' || typeof clientState !== 'string') return [];
    if (remoteId.length > longestId || clientState.length > longestState) return [];
    const lifecycle = lifecycles.find((one) => one === lifecycleEvent) ?? null;
    return [{ subscriptionId, remoteId, clientState, lifecycle }];
  });
}
