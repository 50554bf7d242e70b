/** Graph v1.0, as far as calendars, mailbox settings, presence and subscriptions go: finds whose request it is and where it belongs. */
import type { Answer, Asked } from '../http.ts';
import type { AccessToken, Tokens } from '../identity/tokens.ts';
import type { User, World } from '../world.ts';
import { bearer, calendarOf, type Permission, subjectOf } from './access.ts';
import { batch } from './batch.ts';
import { type CalendarContext, calendarRoutes, listOf, selected } from './calendar-routes.ts';
import { DeltaRounds } from './delta.ts';
import { badRequest, denied, graphError, notFound } from './errors.ts';
import {
  changeSettings,
  presenceAction,
  settingsOf,
  shownPresence,
  shownUser,
  translateIds,
} from './mailbox-routes.ts';
import { type Send, Subscriptions } from './subscriptions.ts';
import { Throttling, tooMany } from './throttling.ts';

export interface Counters {
  /** Every part of a batch counts as one. By kind: delta, view, instances, event, settings, subscriptions … */
  requests: Record<string, number>;
  /** By mailbox address. */
  byMailbox: Record<string, number>;
}

export function graph(world: World, tokens: Tokens, send: Send, origin: () => string) {
  const rounds = new DeltaRounds(world);
  const subscriptions = new Subscriptions(world, send);
  const throttling = new Throttling(world);
  const counters: Counters = { requests: {}, byMailbox: {} };
  const listened = new WeakSet<User>();

  /** Of mailboxes that came since the last request too. */
  function listen(): void {
    for (const user of world.users)
      if (user.mailbox && !listened.has(user)) {
        listened.add(user);
        user.mailbox.listeners.add((change) => subscriptions.changed(user, change));
      }
  }

  async function answer(asked: Asked): Promise<Answer> {
    listen();
    const token = bearer(tokens, asked.headers);
    if ('status' in token) return token;
    if (asked.url.pathname === '/v1.0/$batch' && asked.method === 'POST')
      return batch(asked, '/v1.0', (part) => one(part, token), world.random);
    return one(asked, token);
  }

  async function one(asked: Asked, token: AccessToken): Promise<Answer> {
    const path = asked.url.pathname.replace(/^\/v1\.0/, '');
    if (/^\/subscriptions(\/|$)/.test(path)) return subscription(asked, token, path);
    const [, who, rest = ''] = /^\/(me|users\/[^/]+)(\/.*)?$/.exec(path) ?? [];
    if (path === '/users' && asked.method === 'GET') return people(asked, token);
    if (!who) return graphError(400, 'BadRequest', `Resource not found for the segment '${path.split('/')[1]}'.`);
    const name = decodeURIComponent(who.replace(/^users\//, ''));
    const kind = kindOf(rest, asked.method);
    const subject = subjectOf(world, token, name, permissionFor[kind] ?? 'calendars');
    count(kind, 'status' in subject ? name : subject.user.address);
    if ('status' in subject) return subject;

    if (world.chance(world.habits.moody429)) return tooMany('Too many requests.', 1);
    const entered = throttling.enter(`${token.application.clientId} ${subject.user.id}`);
    if (typeof entered !== 'function') return entered;
    try {
      await pause(world.between(world.habits.latency));
      const fault = moody();
      if (fault) return fault;
      const { user, mailbox } = subject;
      if (rest === '') return { status: 200, body: selected(shownUser(user), asked) };
      if (rest === '/mailboxSettings')
        return asked.method === 'PATCH'
          ? changeSettings(mailbox, json(asked), world.clock.now())
          : { status: 200, body: settingsOf(mailbox) };
      const [, setting] = /^\/mailboxSettings\/(timeZone|workingHours|automaticRepliesSetting)$/.exec(rest) ?? [];
      if (setting) {
        const value = settingsOf(mailbox)[setting];
        return { status: 200, body: typeof value === 'object' ? value : { value } };
      }
      if (rest === '/presence' && asked.method === 'GET') return { status: 200, body: shownPresence(world, user) };
      const [, action] = /^\/presence\/(\w+)$/.exec(rest) ?? [];
      if (action && asked.method === 'POST') return presenceAction(world, user, action, json(asked)) ?? notFound();
      if (rest === '/translateExchangeIds') return translateIds(mailbox, asked);
      const context: CalendarContext = { world, rounds, graph: `${origin()}/v1.0`, outlook: `${origin()}/outlook` };
      return (
        calendarRoutes(context, subject, asked, rest) ??
        graphError(405, 'MethodNotAllowed', 'There is nothing here for this method.')
      );
    } finally {
      entered();
    }
  }

  function people(asked: Asked, token: AccessToken): Answer {
    count('people', '');
    if (!token.permissions.some((each) => ['User.ReadBasic.All', 'User.Read.All', '.default'].includes(each)))
      return denied();
    const mine = world.users.filter((each) => each.tenantId === token.application.tenantId);
    return listOf(asked, { graph: `${origin()}/v1.0`, world }, mine.map(shownUser));
  }

  async function subscription(asked: Asked, token: AccessToken, path: string): Promise<Answer> {
    count('subscriptions', token.user?.address ?? '');
    const { application } = token;
    const [, id, reauthorize] = /^\/subscriptions\/([^/]+)(\/reauthorize)?$/.exec(path) ?? [];
    if (!id) {
      if (asked.method === 'GET') {
        const mine = [...subscriptions.all.values()].filter(
          (each) => each.application === application && (!token.user || each.by === token.user),
        );
        return listOf(
          asked,
          { graph: `${origin()}/v1.0`, world },
          mine.map((each) => subscriptions.shown(each)),
        );
      }
      const body = json(asked);
      const target = targetOf(String(body.resource ?? ''), token);
      return 'status' in target ? target : subscriptions.create(application, token.user, target, body);
    }
    if (reauthorize && asked.method === 'POST') return subscriptions.reauthorize(application, id);
    if (asked.method === 'PATCH') return subscriptions.renew(application, id, json(asked));
    if (asked.method === 'DELETE') return subscriptions.delete(application, id);
    const found = subscriptions.get(application, id);
    return found ? { status: 200, body: subscriptions.shown(found) } : notFound('The object was not found.');
  }

  /** "me/events", "/users/{id}/calendars/{id}/events" … */
  function targetOf(resource: string, token: AccessToken): { user: User; calendar: string | null } | Answer {
    const [, who, calendar] = /^\/?(me|users\/[^/]+)(?:\/calendars\/([^/]+))?\/events$/i.exec(resource) ?? [];
    if (!who) return badRequest(`The resource '${resource}' can't be subscribed to.`);
    const subject = subjectOf(world, token, decodeURIComponent(who.replace(/^users\//i, '')), 'calendars');
    if ('status' in subject) return subject;
    const found = calendar ? calendarOf(subject.mailbox, decodeURIComponent(calendar)) : null;
    if (calendar && !found) return notFound();
    return { user: subject.user, calendar: found ? found.shown.id : null };
  }

  function moody(): Answer | null {
    if (!world.chance(world.habits.faults)) return null;
    const status = [500, 502, 503, 504][Math.floor(world.random() * 4)]!;
    const wait: Record<string, string> = status === 503 && world.chance(0.5) ? { 'retry-after': '1' } : {};
    return graphError(
      status,
      ['InternalServerError', 'BadGateway', 'ServiceUnavailable', 'GatewayTimeout'][
        [500, 502, 503, 504].indexOf(status)
      ]!,
      'An error occurred.',
      wait,
    );
  }
  const pause = (milliseconds: number) =>
    milliseconds < 1 ? Promise.resolve() : new Promise<void>((resolve) => world.clock.after(milliseconds, resolve));

  function count(kind: string, address: string): void {
    counters.requests[kind] = (counters.requests[kind] ?? 0) + 1;
    counters.byMailbox[address] = (counters.byMailbox[address] ?? 0) + 1;
  }

  return { answer, rounds, subscriptions, throttling, counters };
}

const permissionFor: Record<string, Permission> = {
  settings: 'settings',
  settingsWrite: 'settingsWrite',
  presence: 'presence',
  user: 'people',
};

function kindOf(rest: string, method: string): string {
  if (rest === '') return 'user';
  if (rest.startsWith('/mailboxSettings')) return method === 'PATCH' ? 'settingsWrite' : 'settings';
  if (rest.startsWith('/presence')) return 'presence';
  if (rest.endsWith('/calendarView/delta')) return 'delta';
  if (rest.endsWith('/calendarView')) return 'view';
  if (rest.endsWith('/instances')) return 'instances';
  if (/\/events\/[^/]+$/.test(rest)) return 'event';
  if (rest === '/translateExchangeIds') return 'translate';
  return 'calendars';
}

function json({ body }: Asked): Record<string, unknown> {
  try {
    return JSON.parse(body || '{}');
  } catch {
    return {};
  }
}
