/** Calendars and what lies in them: lists, single events, instances, calendar views and delta rounds. */
import type { Answer, Asked } from '../http.ts';
import type { Instance } from '../mailbox/items.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import type { World } from '../world.ts';
import { calendarId, calendarOf, mayReadShared, type Subject } from './access.ts';
import type { DeltaRounds } from './delta.ts';
import { badRequest, denied, graphError, notFound } from './errors.ts';
import { type GraphEvent, type Manner, masterEvent, wholeEvent } from './event.ts';
import { resolveId } from './ids.ts';

export interface CalendarContext {
  world: World;
  rounds: DeltaRounds;
  /** Address of this Graph, with its version, and of Outlook on the web. */
  graph: string;
  outlook: string;
}

/** @param path after /me or /users/{id}; null when it is nobody's here. */
export function calendarRoutes(context: CalendarContext, subject: Subject, asked: Asked, path: string): Answer | null {
  const { mailbox } = subject;
  if (asked.method !== 'GET') return null;
  if (path === '/calendars')
    return listOf(
      asked,
      context,
      mailbox.calendars.map((each) => shownCalendar(mailbox, each.id)),
    );
  if (path === '/calendar') return { status: 200, body: shownCalendar(mailbox, mailbox.defaultCalendar.id) };
  const [, inCalendar, rest] = /^(?:\/calendars\/([^/]+)|\/calendar)?(\/.*)?$/.exec(path) ?? [];
  if (rest === undefined) {
    const found = inCalendar ? calendarOf(mailbox, decodeURIComponent(inCalendar)) : null;
    return found ? { status: 200, body: shownCalendar(mailbox, found.shown.id) } : inCalendar ? notFound() : null;
  }
  const found = calendarOf(mailbox, inCalendar ? decodeURIComponent(inCalendar) : null);
  if (!found) return notFound();
  const { source, calendar, shown } = found;
  if (shown.shared && !mayReadShared(subject.token)) return denied();
  const manner = mannerOf(context, subject, asked, source !== mailbox);

  if (rest === '/calendarView/delta' && shown.shared && !context.world.habits.sharedDelta)
    return badRequest('Change tracking isn’t supported here.');
  if (rest === '/calendarView/delta') return delta(context, asked, source, calendar, manner);
  if (rest === '/calendarView') {
    const window = windowOf(asked);
    if ('status' in window) return window;
    const events = source.view(calendar, window.from, window.to).map((each) => wholeEvent(source, each, manner));
    return listOf(asked, context, events);
  }
  if (rest === '/events') {
    const events = [...source.items.values()]
      .filter((item) => item.calendar === calendar)
      .map((item) =>
        item.recurrence ? masterEvent(source, item, manner) : wholeEvent(source, source.instancesOf(item)[0]!, manner),
      );
    return listOf(asked, context, events);
  }
  const [, id, instances] = /^\/events\/([^/]+)(\/instances)?$/.exec(rest) ?? [];
  if (!id) return null;
  // Only through its calendar is an item of somebody else's found.
  const named = inCalendar !== undefined || !context.world.habits.sharedOnlyByCalendar;
  const places = named ? [source] : [mailbox];
  const place = places.find((each) => resolveId(each, decodeURIComponent(id)));
  const event = place && resolveId(place, decodeURIComponent(id));
  if (!place || !event || (inCalendar !== undefined && shown.shared && event.item.calendar !== calendar))
    return notFound();
  const { item, date } = event;
  if (!instances) {
    const [instance] =
      date === null ? [] : place.instancesOf(item, Date.parse(date) + 86_400_000).filter((each) => each.date === date);
    const body = instance
      ? wholeEvent(place, instance, manner)
      : item.recurrence
        ? withExceptions(place, item, manner, asked)
        : wholeEvent(place, place.instancesOf(item)[0]!, manner);
    return { status: 200, body: selected(body, asked) };
  }
  if (!item.recurrence || date !== null) return badRequest('The event is no series master.');
  const window = windowOf(asked);
  if ('status' in window) return window;
  const inWindow = place
    .instancesOf(item, window.to)
    .filter(({ start, end }) => start < window.to && end > window.from);
  return listOf(
    asked,
    context,
    inWindow.map((each) => wholeEvent(place, each, manner)),
  );
}

function withExceptions(mailbox: Mailbox, item: Instance['item'], manner: Manner, asked: Asked): GraphEvent {
  const master = masterEvent(mailbox, item, manner);
  if (!/exceptionOccurrences/.test(asked.url.searchParams.get('$expand') ?? '')) return master;
  const exceptions = mailbox.instancesOf(item).filter(({ date }) => date !== null && item.exceptions.has(date));
  return { ...master, exceptionOccurrences: exceptions.map((each) => wholeEvent(mailbox, each, manner)) };
}

function delta(context: CalendarContext, asked: Asked, source: Mailbox, calendar: string, manner: Manner): Answer {
  const { searchParams } = asked.url;
  for (const unsupported of ['$select', '$expand', '$filter', '$orderby', '$search', '$top'])
    if (searchParams.has(unsupported))
      return graphError(
        400,
        'ErrorInvalidUrlQuery',
        `The following parameters are not supported with change tracking over the 'CalendarView' resource: '${unsupported}'.`,
      );
  const size = Number(/odata\.maxpagesize=(\d+)/.exec(asked.headers.prefer ?? '')?.[1] ?? 10);
  const token =
    searchParams.get('$skiptoken') ??
    searchParams.get('$deltatoken') ??
    searchParams.get('$skipToken') ??
    searchParams.get('$deltaToken');
  const base = `${context.graph}${asked.url.pathname.replace(/^\/[^/]+/, '')}`;
  let page: ReturnType<DeltaRounds['go']>;
  if (token === null) {
    const window = windowOf(asked);
    if ('status' in window) return window;
    page = context.rounds.start(source, calendar, window.from, window.to, manner, size);
  } else page = context.rounds.go(token, size);
  if (page === null) return graphError(400, 'ErrorInvalidSyncStateData', 'The sync state data is invalid.');
  if ('forgotten' in page) {
    if (page.forgotten === 'badRequest') return badRequest('Badly formed token.');
    if (page.forgotten === 'syncStateNotFound')
      return graphError(404, 'SyncStateNotFound', 'The sync state generation is not found; resync is required.');
    const iso = (at: number) => new Date(at).toISOString();
    const location = `${base}?startDateTime=${iso(page.from)}&endDateTime=${iso(page.to)}`;
    return graphError(410, 'resyncRequired', 'Resync required. Replace any local items with the server’s version.', {
      location,
    });
  }
  const link = `${base}?${page.next.kind}=${page.next.token}`;
  return {
    status: 200,
    headers: { 'preference-applied': asked.headers.prefer ?? '' },
    body: {
      '@odata.context': `${context.graph}/$metadata#Collection(event)`,
      [page.next.kind === '$skiptoken' ? '@odata.nextLink' : '@odata.deltaLink']: link,
      value: page.value,
    },
  };
}

function shownCalendar(mailbox: Mailbox, id: string): object {
  const calendar = mailbox.calendars.find((each) => each.id === id)!;
  const owner = calendar.shared?.mailbox.owner ?? mailbox.owner;
  const own = calendar.shared === null;
  return {
    id: calendarId(mailbox, calendar),
    name: calendar.name,
    color: 'auto',
    hexColor: calendar.hexColor,
    isDefaultCalendar: calendar.isDefault,
    changeKey: 'AQ==',
    canShare: own,
    canViewPrivateItems: own,
    canEdit: own,
    allowedOnlineMeetingProviders: ['teamsForBusiness'],
    defaultOnlineMeetingProvider: 'teamsForBusiness',
    isTallyingResponses: own,
    isRemovable: !calendar.isDefault,
    owner: { name: owner.name, address: owner.address },
  };
}

function mannerOf({ outlook }: CalendarContext, { basic }: Subject, { headers }: Asked, shared: boolean): Manner {
  const prefer = headers.prefer ?? '';
  return {
    immutable: /IdType="ImmutableId"/i.test(prefer),
    timeZone: /outlook\.timezone="([^"]+)"/.exec(prefer)?.[1] ?? 'UTC',
    ...{ basic, hidePrivate: shared, outlook },
  };
}

/** Without an offset the times are UTC's. */
function windowOf({ url }: Asked): { from: number; to: number } | Answer {
  const parameter = (name: string) =>
    [...url.searchParams].find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? null;
  const [from, to] = ['startDateTime', 'endDateTime'].map((name) => {
    const text = parameter(name);
    return text === null ? Number.NaN : Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
  }) as [number, number];
  if (Number.isNaN(from) || Number.isNaN(to))
    return graphError(
      400,
      'ErrorInvalidParameter',
      'This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.',
    );
  if (from > to) return graphError(400, 'ErrorInvalidParameter', 'EndDateTime must be later than StartDateTime.');
  if (to - from > 1_825 * 86_400_000)
    return graphError(400, 'ErrorInvalidParameter', 'The time window is too large: at most 1825 days.');
  return { from, to };
}

/** A collection, page by page: $top or odata.maxpagesize, 10 unless told otherwise. */
export function listOf(
  asked: Asked,
  { graph, world }: Pick<CalendarContext, 'graph' | 'world'>,
  all: readonly object[],
): Answer {
  const { searchParams } = asked.url;
  const preferred = /odata\.maxpagesize=(\d+)/.exec(asked.headers.prefer ?? '')?.[1];
  const size = Math.min(Number(searchParams.get('$top') ?? preferred ?? 10), world.habits.listPage ?? 1_000);
  const skip = Number(searchParams.get('$skip') ?? 0);
  const value = all.slice(skip, skip + size).map((each) => selected(each as GraphEvent, asked));
  const next = new URL(`${graph}${asked.url.pathname.replace(/^\/[^/]+/, '')}${asked.url.search}`);
  next.searchParams.set('$skip', String(skip + size));
  return {
    status: 200,
    body: {
      '@odata.context': `${graph}/$metadata`,
      ...(skip + size < all.length && { '@odata.nextLink': next.href }),
      value,
    },
  };
}

export function selected(event: GraphEvent | object, { url }: Asked): object {
  const select = url.searchParams.get('$select');
  if (!select) return event;
  const wanted = new Set([...select.split(',').map((name) => name.trim()), 'id']);
  return Object.fromEntries(Object.entries(event).filter(([name]) => wanted.has(name) || name.startsWith('@')));
}
