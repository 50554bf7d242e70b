/** OpenAPI 3.1 of the routes: the document itself and what every operation has in common. */
import fs from 'node:fs';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { docsPage, type OpenApiDocument } from './docs.ts';
import type { Route, Rule } from './route.ts';
import { ErrorAnswer } from './schemas/common.ts';
import { scopeMeanings, scopesFor } from './scopes.ts';
import { sessionCookie } from './sessions.ts';

export const version: string = JSON.parse(
  fs.readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
).version;

const whoMay: Record<Rule, string> = {
  public: 'Anybody may call this.',
  signedIn: 'For everybody who is signed in.',
  self: 'For the user only.',
  selfOrAdministrator: 'For the user and for administrators of the user’s location.',
  reader: 'For administrators and readers; location administrators see what belongs to their locations.',
  systemReader: 'For administrators of the whole system and readers.',
  locationAdministrator: 'For administrators, also those of the location concerned.',
  administrator: 'For administrators of the whole system.',
};

const errors = {
  400: 'Something in the request is not valid; `field` says what.',
  401: 'Nobody is signed in.',
  403: 'The user may not do this.',
  404: 'It does not exist.',
  409: 'It contradicts something that exists.',
  422: 'It was understood but cannot be done; the message says why.',
  429: 'Too many failed tries; `Retry-After` says when to come back.',
} as const;

export function describeRoute(registry: OpenAPIHono['openAPIRegistry'], route: Route): void {
  const status = route.status ?? (route.answer || route.produces ? 200 : 204);

  const changes = route.method !== 'get';
  const codes: (keyof typeof errors)[] = [
    ...(route.params || route.query || route.body ? ([400] as const) : []),
    ...(route.access === 'public' ? [] : ([401] as const)),
    ...(route.access === 'public' || route.access === 'signedIn' ? [] : ([403] as const)),
    ...(route.params ? ([404] as const) : []),
    ...(changes ? ([409, 422] as const) : []),
    ...(changes && route.tag === 'Set-up and sign-in' ? ([429] as const) : []),
  ];
  registry.registerPath({
    method: route.method,
    path: `/api/v1${route.path}`,
    tags: [route.tag],
    operationId: route.operation,
    summary: route.summary,
    description: [route.description, whoMay[route.access]].filter(Boolean).join('\n\n'),
    security: securityOf(route),
    request: {
      ...(route.params && { params: route.params }),
      ...(route.query && { query: route.query }),
      ...(route.body && {
        body: {
          required: true,
          content: { [route.multipart ? 'multipart/form-data' : 'application/json']: { schema: route.body } },
        },
      }),
    },
    responses: {
      [status]: {
        description: status === 204 ? 'Done.' : status === 202 ? 'Begun.' : status === 201 ? 'Made.' : 'The answer.',
        ...(route.answer && { content: { 'application/json': { schema: route.answer } } }),
        ...(route.produces && { content: { [route.produces]: { schema: { type: 'string' as const } } } }),
      },
      ...Object.fromEntries(
        codes.map((code) => [
          code,
          { description: errors[code], content: { 'application/json': { schema: ErrorAnswer } } },
        ]),
      ),
    },
  });
}

/** Alternatives: a session, or a token with any one of the scopes (OpenAPI 3.1: roles of a bearer scheme). */
function securityOf(route: Route): Record<string, string[]>[] {
  if (route.access === 'public') return [];
  const scopes = scopesFor(route);
  if (scopes === 'session') return [{ session: [] }];
  return [{ session: [] }, ...scopes.map((scope) => ({ token: [scope] }))];
}

const introduction = `Whenabouts reads calendars, shows agendas, and makes presence and call forwarding follow the appointments.

- Sign in with \`POST /api/v1/session\`; the answer sets a cookie that every further request sends.
- Programs send an API token instead (\`POST /api/v1/api-tokens\`): \`Authorization: Bearer whenabouts_…\`. Its scopes say
  what it may; it never may more than its user.
- Instants are UTC in answers (\`2026-11-23T09:00:00Z\`); requests may use any offset. Intervals are half-open.
- \`me\` stands for the signed-in user wherever a path has a \`userId\`.
- Errors have one shape: \`{ "error": { "code", "message", "field"? } }\`. Programs look at \`code\`, people at \`message\`.
- Whatever the web client does, it does through this API.`;

export function describeServer(app: OpenAPIHono, publicUrl: string): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: sessionCookie,
    description: 'Set by POST /api/v1/session.',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'whenabouts_…',
    description: `An API token. Its scopes: ${Object.entries(scopeMeanings)
      .map(([scope, meaning]) => `${scope} (${meaning})`)
      .join(', ')}.`,
  });
  let document: object | undefined;
  const read = () => {
    document ??= app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'Whenabouts',
        version,
        description: introduction,
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      servers: [{ url: publicUrl }],
    });
    return document;
  };
  app.get('/api/openapi.json', (http) => http.json(read()));
  app.get('/api/docs', (http) => http.html(docsPage(read() as OpenApiDocument)));
}
