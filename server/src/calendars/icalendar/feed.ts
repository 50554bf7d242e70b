/** A whole calendar in one text as a round of changes: what both the address and the file do with what they have. */
import { hash } from 'node:crypto';
import { type Change, ConnectorError, type PullRequest } from '../connector.ts';
import { calendarObject } from './calendar-object.ts';
import { type Feed, parseFeed } from './objects.ts';

/** A feed has one calendar. */
export const feedId = 'feed';

/** PostgreSQL can't index longer keys (2,704 bytes in all, four a character at worst). */
const longestKey = 500;
/** Not an object of the feed: carries what was skipped outside of any. */
const skippedKey = 'skipped-components';

/**
 * @param name how messages call the source: a host or a file's name
 * @throws ConnectorError 'malformed' unless the text is a whole calendar: what is missing from half of one isn't deleted
 */
export function readFeed(text: string, name: string): Feed {
  const feed = parseFeed(text.replaceAll('\0', ''));
  if (feed.problem === null) return feed;
  const isPage = /^\s*(<!doctype html|<html|<\?xml)/i.test(text.slice(0, 500));
  const reason = isPage
    ? 'It is a web page, perhaps one to sign in, and not a calendar. Use the calendar’s iCalendar (.ics) address.'
    : feed.problem;
  throw new ConnectorError('malformed', `${name}: ${reason}`);
}

/** A full round without its end: objects that are stored in this version are neither expanded nor stored again. */
export async function* tellFeed(feed: Feed, request: PullRequest): AsyncGenerator<Change> {
  const known = await request.known();
  const expansion = {
    window: request.window,
    timeZone: request.timeZone,
    ownerAddresses: request.ownerAddresses ?? [],
  };
  yield { type: 'replaceWindow' };
  for (const { uid, version, source } of feed.objects) {
    request.signal.throwIfAborted();
    const key = uid.length > longestKey ? `sha256:${hash('sha256', uid)}` : uid;
    if (known.get(key) === version) yield { type: 'unchanged', key };
    else yield { type: 'upsert', object: calendarObject({ key, version, source }, expansion) };
  }
  if (feed.skipped.length === 0) return;
  const version = hash('sha256', JSON.stringify(feed.skipped));
  yield {
    type: 'upsert',
    object: { key: skippedKey, version, source: null, appointments: [], nextAfterWindow: null, skipped: feed.skipped },
  };
}
