/** From an address to calendars: context, principal, home set, collections (RFC 6764 section 6, RFC 4791 section 6.2). */
import { ConnectorError, type RemoteCalendar } from '../connector.ts';
import type { DavClient } from './dav-client.ts';
import {
  appleNamespace,
  caldavNamespace,
  calendarServerNamespace,
  childrenNamed,
  type DavResponse,
  davNamespace,
  hrefsIn,
  property,
  propertyText,
} from './multistatus.ts';

export interface Context {
  url: URL;
  principal: URL | null;
  homes: URL[];
  /** The address is one calendar's own. */
  isCalendar: boolean;
}

export interface Principal {
  homes: URL[];
  /** Mail addresses under which the owner is invited, lower case. */
  ownerAddresses: string[];
}

const maxCollections = 50;
const maxNesting = 2;

/**
 * The first candidate that answers like CalDAV.
 * @throws ConnectorError: a wrong password at once (trying on could lock the user out), else the most telling failure
 */
export async function findContext(dav: DavClient, candidates: readonly URL[]): Promise<Context> {
  let telling: ConnectorError | null = null;
  const dead = new Set<string>();
  for (const candidate of candidates) {
    if (dead.has(candidate.origin)) continue;
    try {
      const context = await readContext(dav, candidate);
      if (context) return context;
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      if (error.errorClass === 'credentials' || error.errorClass === 'throttled') throw error;
      // With a cause it is the connection that failed, else an answer (5xx) to this path, and others may be better.
      if (error.errorClass === 'unreachable' && error.cause) dead.add(candidate.origin);
      if (telling === null || rank(error) > rank(telling)) telling = error;
    }
  }
  const host = candidates[0]?.host ?? 'The server';
  if (telling && rank(telling) > 1) throw telling;
  throw new ConnectorError(
    'notFound',
    `${host} answers, but no CalDAV service was found there. Enter the address your provider gives for CalDAV.`,
    { cause: telling },
  );
}

/** What says more about the real obstacle: a refusal, a right, a dead server; then "not a CalDAV server". */
function rank(error: ConnectorError): number {
  return { refused: 4, consent: 3, unreachable: 2 }[error.errorClass as string] ?? 1;
}

async function readContext(dav: DavClient, candidate: URL): Promise<Context | null> {
  const asked = '<d:current-user-principal/><d:resourcetype/><c:calendar-home-set/>';
  const answer = await dav.propfind(candidate, 0, asked);
  const response = answer.responses[0];
  if (!response) return null;
  const current = property(response, davNamespace, 'current-user-principal');
  if (childrenNamed(current, davNamespace, 'unauthenticated').length > 0) {
    throw new ConnectorError('credentials', `${answer.url.host} did not accept the sign-in. Enter it again.`);
  }
  const principal = resolveAll(hrefsIn(current), answer.url)[0] ?? null;
  const homes = resolveAll(hrefsIn(property(response, caldavNamespace, 'calendar-home-set')), answer.url);
  const isCalendar = hasType(response, caldavNamespace, 'calendar');
  if (!principal && homes.length === 0 && !isCalendar) return null;
  return { url: answer.url, principal, homes, isCalendar };
}

/** @throws ConnectorError */
export async function readPrincipal(dav: DavClient, principal: URL): Promise<Principal> {
  const answer = await dav.propfind(principal, 0, '<c:calendar-home-set/><c:calendar-user-address-set/>');
  const response = answer.responses[0];
  if (!response) return { homes: [], ownerAddresses: [] };
  const addresses = hrefsIn(property(response, caldavNamespace, 'calendar-user-address-set'));
  return {
    homes: resolveAll(hrefsIn(property(response, caldavNamespace, 'calendar-home-set')), answer.url),
    ownerAddresses: addresses.flatMap((href) => /^mailto:(.+@.+)$/i.exec(href)?.[1]?.toLowerCase() ?? []),
  };
}

/** Every calendar below the homes, also in plain folders. @throws ConnectorError */
export async function listCalendars(
  dav: DavClient,
  homes: readonly URL[],
  principal: URL | null,
): Promise<RemoteCalendar[]> {
  const found = new Map<string, RemoteCalendar>();
  const visited = new Set<string>();
  let level = [...homes];
  for (let depth = 0; depth <= maxNesting && level.length > 0; depth++) {
    const folders: URL[] = [];
    for (const home of level) {
      if (visited.has(home.href) || visited.size >= maxCollections) continue;
      visited.add(home.href);
      const answer = await dav.propfind(home, 1, calendarProperties);
      for (const response of answer.responses) {
        const url = URL.parse(response.href, answer.url);
        if (!url) continue;
        const calendar = asCalendar(response, url, principal);
        if (calendar) found.set(calendar.remoteId, calendar);
        else if (isPlainFolder(response) && !samePath(url, answer.url)) folders.push(url);
      }
    }
    level = folders;
  }
  return [...found.values()];
}

const calendarProperties =
  '<d:resourcetype/><d:displayname/><d:owner/><a:calendar-color/><cs:source/>' +
  '<c:supported-calendar-component-set/><c:schedule-calendar-transp/>';

function asCalendar(response: DavResponse, url: URL, principal: URL | null): RemoteCalendar | null {
  if (!hasType(response, caldavNamespace, 'calendar')) return null;
  // Nextcloud keeps deleted calendars listed for a while.
  if (
    childrenNamed(property(response, davNamespace, 'resourcetype'), 'http://nextcloud.com/ns', 'deleted-calendar')
      .length
  ) {
    return null;
  }
  const components = childrenNamed(
    property(response, caldavNamespace, 'supported-calendar-component-set'),
    caldavNamespace,
    'comp',
  ).map((comp) => comp.attributes.name?.toUpperCase());
  if (components.length > 0 && !components.includes('VEVENT') && !components.includes('VTODO')) return null;
  const owner = hrefsIn(property(response, davNamespace, 'owner'))[0];
  const ownerUrl = owner ? URL.parse(owner, url) : null;
  const isShared = ownerUrl !== null && principal !== null && !samePath(ownerUrl, principal);
  const isSubscribed =
    hasType(response, calendarServerNamespace, 'subscribed') ||
    property(response, calendarServerNamespace, 'source') !== null;
  const transparency = property(response, caldavNamespace, 'schedule-calendar-transp');
  const isTransparent = childrenNamed(transparency, caldavNamespace, 'transparent').length > 0;
  return {
    remoteId: url.href,
    name: propertyText(response, davNamespace, 'displayname') ?? nameFromPath(url),
    color: normalizeColor(propertyText(response, appleNamespace, 'calendar-color')),
    selectedByDefault: !isShared && !isSubscribed && !isTransparent,
  };
}

/** A collection and nothing else: not a mailbox of scheduling, an address book, a notification folder. */
function isPlainFolder(response: DavResponse): boolean {
  const types = property(response, davNamespace, 'resourcetype')?.children ?? [];
  return types.length === 1 && types[0]?.namespace === davNamespace && types[0].name === 'collection';
}

function hasType(response: DavResponse, namespace: string, name: string): boolean {
  return childrenNamed(property(response, davNamespace, 'resourcetype'), namespace, name).length > 0;
}

function resolveAll(hrefs: readonly string[], base: URL): URL[] {
  return hrefs.flatMap((href) => URL.parse(href, base) ?? []);
}

function samePath(a: URL, b: URL): boolean {
  const plain = (url: URL) => `${url.origin}${decodeSafely(url.pathname).replace(/\/+$/, '')}`;
  return plain(a) === plain(b);
}

function nameFromPath(url: URL): string {
  return decodeSafely(url.pathname.split('/').filter(Boolean).at(-1) ?? url.host);
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Apple writes #RRGGBBAA; anything that is no hexadecimal colour is left out. */
function normalizeColor(text: string | null): string | null {
  return /^(#[0-9a-f]{6})([0-9a-f]{2})?$/i.exec(text ?? '')?.[1]?.toUpperCase() ?? null;
}
