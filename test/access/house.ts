/** A server with two locations and somebody of every role, and the way to ask it. */
import type { Route } from '../../server/src/api/route.ts';
import { type Scope, scopes } from '../../server/src/api/scopes.ts';
import { startTestServer, type TestServer } from '../api-client.ts';
import type { Who } from './matrix.ts';
import { bodies, consuming, queries } from './requests.ts';
import { bearerOf, cookieOf, makePerson, makePlace, makeThings, type Place, type Things, withNew } from './things.ts';

export type Headers = Record<string, string>;
export interface House {
  server: TestServer;
  routes: ReadonlyMap<string, Route>;
  a: Place;
  b: Place;
  /** What belongs to owner, in location A; and of location B, what belongs to somebody there. */
  things: Things;
  thingsOfB: Things;
  ids: Record<Who, string>;
  headers: Record<Who, Headers>;
  tokens: Record<'owner' | 'admin', Record<Scope, Headers>>;
  /** The things; of what the operation leaves nothing for the next, a new one. */
  fresh(operation: string): Promise<Things>;
  asUser(userId: string): Promise<Headers>;
  tokenOf(userId: string, scope: Scope): Promise<string>;
  ask(operation: string, things: Things, headers: Headers, body?: unknown): Promise<{ status: number; text: string }>;
}

export async function openHouse(): Promise<House> {
  const server = await startTestServer(['api', 'activation']);
  const { context, api } = server.server;
  const { db } = context.store;
  const routes = new Map(api!.routes.map((route) => [route.operation, route]));
  const [a, b] = [await makePlace(db, 'Aachen'), await makePlace(db, 'Bonn')];
  const things = await makeThings(context, a);
  const thingsOfB = await makeThings(context, b);
  const ids: Record<Who, string> = {
    anonymous: '',
    owner: things.userId!,
    other: await makePerson(db, a.groupId, 'user'),
    reader: await makePerson(db, b.groupId, 'reader'),
    here: await makePerson(db, a.groupId, 'locationAdministrator', [a.locationId]),
    there: await makePerson(db, b.groupId, 'locationAdministrator', [b.locationId]),
    admin: server.administrator.id,
  };
  const asUser = async (userId: string): Promise<Headers> =>
    userId === '' ? {} : { cookie: (await cookieOf(db, userId)).cookie };
  const headers = {} as Record<Who, Headers>;
  for (const [who, userId] of Object.entries(ids)) headers[who as Who] = await asUser(userId);
  const tokens = { owner: {}, admin: {} } as House['tokens'];
  for (const who of ['owner', 'admin'] as const)
    for (const scope of scopes) tokens[who][scope] = { authorization: await bearerOf(db, ids[who], [scope]) };

  async function ask(operation: string, at: Things, sent: Headers, body?: unknown) {
    const route = routes.get(operation);
    if (!route) throw new Error(`There is no operation ${operation}.`);
    const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = at[name];
      if (value === undefined) throw new Error(`${operation}: things.ts makes no {${name}}.`);
      return value;
    });
    const query = queries[operation]?.(at);
    const payload = body ?? (route.body ? bodies[operation]?.(at) : undefined);
    if (route.body && payload === undefined) throw new Error(`${operation}: requests.ts has no body for it.`);
    const isForm = payload instanceof FormData;
    const response = await fetch(`${server.url}/api/v1${path}${query ? `?${query}` : ''}`, {
      method: route.method.toUpperCase(),
      headers: { ...sent, ...(payload !== undefined && !isForm && { 'content-type': 'application/json' }) },
      body: payload === undefined ? null : isForm ? payload : JSON.stringify(payload),
      redirect: 'manual',
    });
    if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
      return { status: response.status, text: await response.text() };
    await response.body?.cancel(); // it would never end
    return { status: response.status, text: '' };
  }

  return {
    ...{ server, routes, a, b, things, thingsOfB, ids, headers, tokens, asUser, ask },
    async fresh(operation) {
      const { method, path } = routes.get(operation)!;
      const last = path.match(/\{(\w+)\}/g)?.at(-1);
      if (!last || (method !== 'delete' && !consuming.has(operation))) return things;
      return withNew(context, things, last.slice(1, -1));
    },
    tokenOf: (userId, scope) => bearerOf(db, userId, [scope]),
  };
}
