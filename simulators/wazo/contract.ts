/**
 * What wazo-auth, wazo-confd, wazo-chatd and wazo-calld publish of the requests that the recipe uses. All that the recipe
 * and the stand-in say was held against the originals on 2026-11-22, too: it differs only in null where nothing is set,
 * which confd's own schemas allow (allow_none) and its api.yml doesn't mention.
 */
import { anyOf, type Contract, exactly, having, listOf, maybeText, text, truth, whole } from '../http/contract.ts';

const forward = having({ enabled: truth, destination: maybeText });
const user = having(
  {
    uuid: text,
    lines: listOf(having({ id: whole, extensions: listOf(having({ id: whole, exten: text, context: text })) })),
    forwards: having({ busy: forward, noanswer: forward, unconditional: forward }),
    services: having({
      dnd: having({ enabled: truth }, ['enabled']),
      incallfilter: having({ enabled: truth }, ['enabled']),
    }),
  },
  ['uuid'],
);
const messages = listOf(text);
const error = having({ message: text, error_id: text, details: { type: 'object' }, timestamp: { type: 'number' } });
/** Of the services' shared way to refuse a token; no api.yml describes its body. */
const unauthorized = having({ reason: messages }, ['reason']);

export const wazoContract: Contract = {
  source:
    'github.com/wazo-platform: wazo-auth f1c4e52 (0.1), wazo-confd 4086b2e (1.1), wazo-chatd f0240ac (1.0), wazo-calld ' +
    '07b6704 (1.0), their plugins/*/api.yml, GPL-3.0; read 2026-11-22, nothing of it is copied here.',
  operations: [
    {
      method: 'POST',
      path: /^\/api\/auth\/0\.1\/token$/,
      request: exactly({
        ...{ domain_name: text, expiration: { type: 'integer', maximum: 315_360_000 } },
        ...{ access_type: anyOf('online', 'offline'), client_id: text, refresh_token: text },
      }),
      answers: {
        200: having({ data: having({ token: text, expires_at: text, utc_expires_at: text }, ['token']) }, ['data']),
        401: unauthorized,
      },
    },
    {
      method: 'GET',
      path: /^\/api\/confd\/1\.1\/users$/,
      query: ['limit', 'offset', 'order', 'direction', 'search', 'recurse', 'view', 'uuid'],
      answers: { 200: having({ total: whole, items: listOf(user) }, ['total']), 401: unauthorized },
    },
    {
      method: 'GET',
      path: /^\/api\/confd\/1\.1\/users\/[^/]+$/,
      answers: { 200: user, 401: unauthorized, 404: messages },
    },
    {
      method: 'PUT',
      path: /^\/api\/confd\/1\.1\/users\/[^/]+\/forwards\/(busy|noanswer|unconditional)$/,
      request: exactly({ enabled: truth, destination: { type: ['string', 'null'], maxLength: 128 } }),
      answers: { 204: null, 400: messages, 401: unauthorized, 404: messages },
    },
    {
      method: 'PUT',
      path: /^\/api\/confd\/1\.1\/users\/[^/]+\/services\/(dnd|incallfilter)$/,
      request: exactly({ enabled: truth }, ['enabled']),
      answers: { 204: null, 400: messages, 401: unauthorized, 404: messages },
    },
    {
      method: 'GET',
      path: /^\/api\/confd\/1\.1\/infos$/,
      answers: { 200: having({ uuid: text, wazo_version: text }), 401: unauthorized },
    },
    {
      method: 'PUT',
      path: /^\/api\/chatd\/1\.0\/users\/[^/]+\/presences$/,
      request: exactly({ state: anyOf('available', 'away', 'unavailable', 'invisible'), status: text }, ['state']),
      answers: { 204: null, 400: error, 401: unauthorized, 404: error },
    },
    {
      method: 'GET',
      path: /^\/api\/calld\/1\.0\/calls$/,
      query: ['application', 'application_instance', 'recurse'],
      answers: {
        200: having({
          items: listOf(
            having({
              ...{
                call_id: text,
                user_uuid: text,
                status: text,
                creation_time: { type: 'string', format: 'date-time' },
              },
              direction: anyOf('internal', 'outbound', 'inbound', 'unknown'),
            }),
          ),
        }),
        401: unauthorized,
      },
    },
  ],
};
