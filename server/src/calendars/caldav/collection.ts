/** What a calendar says of itself, asked in pieces: some servers compute a ctag by reading every object. */
import { ConnectorError } from '../connector.ts';
import type { DavClient } from './dav-client.ts';
import { readPrincipal } from './discovery.ts';
import {
  caldavNamespace,
  calendarServerNamespace,
  childrenNamed,
  davNamespace,
  hrefsIn,
  property,
  propertyText,
} from './multistatus.ts';

/** Changes with anything in the collection; null where the server has no such thing. @throws ConnectorError */
export async function readCtag(dav: DavClient, collection: URL): Promise<string | null> {
  const { responses } = await dav.propfind(collection, 0, '<d:sync-token/><cs:getctag/>');
  const response = responses[0];
  if (!response) return null;
  return (
    propertyText(response, calendarServerNamespace, 'getctag') ?? propertyText(response, davNamespace, 'sync-token')
  );
}

/**
 * The mail addresses under which the signed-in user is invited; none where the server doesn't tell.
 * @throws ConnectorError 'notFound' when the collection is no calendar, and for what concerns the whole account
 */
export async function readOwners(dav: DavClient, collection: URL): Promise<string[]> {
  const answer = await dav.propfind(collection, 0, '<d:resourcetype/><d:current-user-principal/>');
  const response = answer.responses[0];
  const types = response ? property(response, davNamespace, 'resourcetype') : null;
  if (!response || childrenNamed(types, caldavNamespace, 'calendar').length === 0) {
    const message = `${collection.host}${collection.pathname} is not a calendar any more. Choose the calendars again.`;
    throw new ConnectorError('notFound', message);
  }
  const href = hrefsIn(property(response, davNamespace, 'current-user-principal'))[0];
  const principal = href ? URL.parse(href, answer.url) : null;
  if (!principal) return [];
  try {
    return (await readPrincipal(dav, principal)).ownerAddresses;
  } catch (error) {
    const isGeneral =
      error instanceof ConnectorError && ['credentials', 'throttled', 'unreachable'].includes(error.errorClass);
    if (isGeneral || !(error instanceof ConnectorError)) throw error;
    return [];
  }
}
