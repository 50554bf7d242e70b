/** Makes one HTTP application of the list of routes: sessions, rules, validation, answers, errors, OpenAPI. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context as HttpContext, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie } from 'hono/cookie';
import type { Context } from '../context.ts';
import type { Network } from '../outbound/address-rules.ts';
import { isStorableText, unstorableText } from '../store/storable-text.ts';
import { authorize, checkRules } from './access.ts';
import { ApiError, errorAnswer, InvalidRequest } from './errors.ts';
import { describeRoute, describeServer } from './openapi.ts';
import { refuseForeignSites, securityHeaders } from './request-guard.ts';
import type { Route, Viewer } from './route.ts';
import { type Sessions, sessionCookie } from './sessions.ts';
import { clientAddress, tellClientAddress } from './signed-in.ts';
import { bearerToken, type Tokens } from './tokens.ts';

const maxJsonBytes = 512 * 1024;

export interface AppOptions {
  routes: readonly Route[];
  sessions: Sessions;
  tokens: Tokens;
  /** How people reach the server, without a slash at the end: https://whenabouts.example.com */
  publicUrl: string;
  /** Reverse proxies whose X-Forwarded-For is believed. */
  trustedProxies?: readonly Network[];
}

/** @throws Error when a route has no authorization rule. */
export function createApp(context: Context, options: AppOptions): OpenAPIHono {
  const { routes, sessions, tokens, publicUrl, trustedProxies = [] } = options;
  checkRules(routes);
  const app = new OpenAPIHono();
  app.onError((error, http) => answerError(context, error, http));
  app.use(tellClientAddress(trustedProxies));
  app.use(securityHeaders(publicUrl.startsWith('https:')));
  app.use(refuseForeignSites(new URL(publicUrl).origin));
  const tooLarge = (limit: number): MiddlewareHandler => {
    const onError = () => {
      const most = limit < 1e6 ? `${Math.floor(limit / 1024)} kB` : `${Math.floor(limit / 1e6)} MB`;
      throw new ApiError('tooLarge', `This is too large: at most ${most}.`);
    };
    const counted = bodyLimit({ maxSize: limit, onError });
    // Hono looks at the body even where its length is told, which makes a stream of it and costs more than all the rest
    // of a small request; Node ends a body where its length says so (RFC 9112 section 6.2).
    return (http, next) => {
      const length = http.req.header('content-length');
      if (length === undefined || http.req.header('transfer-encoding') !== undefined) return counted(http, next);
      return Number(length) > limit ? onError() : next();
    };
  };
  const jsonLimit = tooLarge(maxJsonBytes);

  /** A request with a token has no session: a cookie that comes along doesn't count. */
  const viewerOf = async (route: Route, http: HttpContext): Promise<Viewer | null> => {
    const header = http.req.header('authorization');
    if (bearerToken(header) === null) return sessions.viewer(getCookie(http, sessionCookie));
    return route.access === 'public' ? null : tokens.viewer(header, route, clientAddress(http));
  };

  for (const route of routes) {
    describeRoute(app.openAPIRegistry, route);
    const path = `/api/v1${route.path.replace(/\{(\w+)\}/g, ':$1')}`;
    const handler = async (http: HttpContext) => {
      const viewer = await viewerOf(route, http);
      const params = readParams(route, http, viewer);
      await authorize(route, viewer, params, context.store.db);
      const query = route.query ? valid(route.query.safeParse(storable(http.req.query()))) : undefined;
      const body = route.body ? valid(route.body.safeParse(await readBody(route, http))) : undefined;
      const answer = await route.handle({ params, query, body, viewer, http });
      if (answer instanceof Response) return answer;
      const status = route.status ?? (route.answer ? 200 : 204);
      return status === 204 ? http.body(null, 204) : http.json(answer as object, status);
    };
    const limit = route.multipart ? tooLarge(route.multipart.maxBytes) : jsonLimit;
    if (route.method === 'get') app.get(path, handler);
    else app.on(route.method.toUpperCase(), path, limit, handler);
  }
  describeServer(app, publicUrl);
  app.all('/api/*', (http) => {
    const methods = methodsAt(routes, http.req.path);
    if (methods.length > 0) {
      http.header('allow', methods.join(', '));
      throw new ApiError('methodNotAllowed', `This address takes ${methods.join(', ')}, not ${http.req.method}.`);
    }
    throw new ApiError('notFound', 'There is no such address in the API. /api/docs lists them all.');
  });
  return app;
}

/** What may be asked of a path (RFC 9110 section 10.2.1); none where there is no such path. */
function methodsAt(routes: readonly Route[], path: string): string[] {
  if (!path.startsWith('/api/v1/')) return [];
  const parts = path.split('/').slice(3);
  const fits = (route: Route) => {
    const own = route.path.split('/').slice(1);
    return own.length === parts.length && own.every((part, index) => part.startsWith('{') || part === parts[index]);
  };
  return routes.filter(fits).map(({ method }) => method.toUpperCase());
}

/** `me` in a user's path means whoever is signed in. */
function readParams(route: Route, http: HttpContext, viewer: Viewer | null): Record<string, string> {
  if (!route.params) return {};
  const params = valid(route.params.safeParse(storable(http.req.param()))) as Record<string, string>;
  if (params.userId !== 'me') return params;
  if (!viewer) throw new ApiError('notSignedIn', 'Please sign in.');
  return { ...params, userId: viewer.userId };
}

async function readBody(route: Route, http: HttpContext): Promise<unknown> {
  const type = http.req.header('content-type')?.split(';')[0]?.trim() ?? '';
  if (route.multipart && !(route.multipart.orJson && type === 'application/json')) {
    if (type !== 'multipart/form-data') throw new ApiError('invalid', 'Send a form with a file (multipart/form-data).');
    const form = await http.req.parseBody();
    for (const [field, value] of Object.entries(form)) refuseUnstorable(field, value);
    return form;
  }
  if (type !== 'application/json')
    throw new ApiError('invalid', 'Send JSON, with the header "Content-Type: application/json".');
  const text = await http.req.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ApiError('invalid', 'The body is not JSON.');
  }
  if (/\\u(0000|d[89a-f])/i.test(text)) JSON.parse(text, refuseUnstorable);
  return body;
}

/** @throws ApiError invalid */
function storable<Fields extends Record<string, string>>(fields: Fields): Fields {
  for (const [field, value] of Object.entries(fields)) refuseUnstorable(field, value);
  return fields;
}

function refuseUnstorable(field: string, value: unknown): unknown {
  if (typeof value === 'string' && !isStorableText(value)) throw new ApiError('invalid', unstorableText, { field });
  return value;
}

function valid<T>(result: { success: true; data: T } | { success: false; error: unknown }): T {
  if (result.success) return result.data;
  throw new InvalidRequest(result.error as ConstructorParameters<typeof InvalidRequest>[0]);
}

function answerError(context: Context, error: unknown, http: HttpContext): Response {
  const { status, body, retryAfter, unexpected } = errorAnswer(error);
  if (unexpected) context.log.error({ error, method: http.req.method, path: http.req.routePath }, 'A request failed.');
  if (retryAfter !== undefined) http.header('retry-after', String(retryAfter));
  // What is left of the body isn't read: the connection can't be used again.
  if (status === 413) http.header('connection', 'close');
  return http.json(body, status as 500);
}
