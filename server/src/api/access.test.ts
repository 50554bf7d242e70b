/**
 * Every route tried as everybody. Generated from the list of routes the server was started with, so a new route is
 * tried without a line here.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Person, startTestServer, type TestServer } from '../../../test/api-client.ts';
import { until } from '../../../test/product.ts';
import { authorize, checkRules } from './access.ts';
import { createApp } from './app.ts';
import type { Route, Rule, Viewer } from './route.ts';

let server: TestServer;
let user: Person & { id: string };
let other: Person & { id: string };
beforeAll(async () => {
  server = await startTestServer();
  user = await server.newUser('Ursula User');
  other = await server.newUser('Otto Other');
});
afterAll(() => server?.stop());

type Who = 'anonymous' | 'user' | 'other user' | 'administrator';
/** Whether a rule lets somebody through to what belongs to `user`. */
const allowed: Record<Rule, Record<Who, 'yes' | 401 | 403>> = {
  public: { anonymous: 'yes', user: 'yes', 'other user': 'yes', administrator: 'yes' },
  signedIn: { anonymous: 401, user: 'yes', 'other user': 'yes', administrator: 'yes' },
  self: { anonymous: 401, user: 'yes', 'other user': 403, administrator: 403 },
  selfOrAdministrator: { anonymous: 401, user: 'yes', 'other user': 403, administrator: 'yes' },
  reader: { anonymous: 401, user: 403, 'other user': 403, administrator: 'yes' },
  systemReader: { anonymous: 401, user: 403, 'other user': 403, administrator: 'yes' },
  locationAdministrator: { anonymous: 401, user: 403, 'other user': 403, administrator: 'yes' },
  administrator: { anonymous: 401, user: 403, 'other user': 403, administrator: 'yes' },
};

test('every route lets through whom its rule allows, and nobody else', async () => {
  const { db } = server.server.context.store;
  const routes = server.server.api!.routes;
  expect(routes.length).toBeGreaterThan(50);
  const session = { displayName: 'X', locationIds: [], via: 'session', sessionId: 'a' } as const;
  const viewers: Record<Who, Viewer | null> = {
    anonymous: null,
    user: { ...session, userId: user.id, role: 'user' },
    'other user': { ...session, userId: other.id, role: 'user' },
    administrator: { ...session, userId: server.administrator.id, role: 'administrator' },
  };
  const account = await user.call('POST', '/accounts/file', file('BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n'));
  const { body } = await until(
    'the calendar',
    () => user.call('GET', `/accounts/${account.body.id}/calendars`),
    (answer) => answer.body.calendars.length > 0,
  );
  const [calendar] = body.calendars;
  for (const route of routes)
    for (const [who, viewer] of Object.entries(viewers)) {
      const params = { userId: user.id, accountId: account.body.id, calendarId: calendar.id };
      const answer = await authorize(route, viewer, params, db).then(
        () => 'yes',
        (error) => ({ notSignedIn: 401, forbidden: 403 })[error.code as 'forbidden'] ?? error,
      );
      expect(answer, `${who}: ${route.method} ${route.path}`).toBe(allowed[route.access][who as Who]);
    }
});

test('over HTTP nothing but the public routes answers the anonymous, and nothing of administration answers users', async () => {
  const people = { anonymous: server.anybody(), 'other user': other } as const;
  for (const [who, person] of Object.entries(people))
    for (const route of server.server.api!.routes) {
      const expected = allowed[route.access][who as Who];
      if (expected === 'yes') continue;
      const path = route.path
        .replace('{userId}', user.id)
        .replace(/\{(\w+Id)\}/g, '00000000-0000-4000-8000-000000000000')
        .replace(/\{\w+\}/g, 'x');
      const { status } = await person.call(route.method.toUpperCase(), path, route.body ? {} : undefined);
      // What isn't there can't be somebody else's.
      expect(route.ownerOf ? [expected, 404] : [expected], `${who}: ${route.method} ${path}`).toContain(status);
    }
});

test('a route without a rule, with an unknown one, or without an owner to compare stops the start', () => {
  const [route] = server.server.api!.routes as [Route];
  const without = { ...route, access: undefined } as unknown as Route;
  expect(() => checkRules([without])).toThrow('GET /health has no authorization rule');
  expect(() => checkRules([{ ...route, access: 'everyone' as Rule }])).toThrow('has no authorization rule');
  expect(() => checkRules([{ ...route, access: 'self' }])).toThrow('neither {userId} in its path nor ownerOf');
  expect(() => checkRules([route, route])).toThrow('get /health is declared twice');
  const nobody = { viewer: async () => null } as never;
  expect(() =>
    createApp(server.server.context, {
      routes: [without],
      sessions: nobody,
      tokens: nobody,
      publicUrl: 'http://localhost',
    }),
  ).toThrow('The API does not start');
});

function file(text: string): FormData {
  const form = new FormData();
  form.set('file', new File([text], 'calendar.ics'));
  return form;
}
