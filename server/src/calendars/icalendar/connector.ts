/** iCalendar (RFC 5545) by address and by uploaded file as calendar sources. */
import { hash } from 'node:crypto';
import { z } from 'zod';
import type { Outbound } from '../../outbound/outbound.ts';
import { type CalendarConnector, type CheckStep, ConnectorError, type RemoteCalendar } from '../connector.ts';
import { expandSource } from './calendar-object.ts';
import { feedId, readFeed, tellFeed } from './feed.ts';
import { downloadFeed, type FeedCredentials, feedUrl } from './feed-download.ts';
import { freeBusyFile, freeBusyText } from './free-busy.ts';
import type { Feed } from './objects.ts';

export interface FeedAddressSettings {
  /** http(s) or webcal; often a secret itself, so never put into messages. */
  url: string;
}

export interface FeedFileSettings {
  fileName: string;
}

const addressCursor = z.object({
  form: z.literal('feed-1'),
  /** Hash of the address: another address makes the rest meaningless. */
  address: z.string(),
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
  /** Of the text, for servers without validators. */
  hash: z.string(),
  pollSeconds: z.number().nullable(),
});

const fileCursor = z.object({ form: z.literal('file-1'), hash: z.string() });

/** While somebody waits for what a check finds. */
const waitMs = 25_000;

const shortestPollSeconds = 5 * 60;
const longestPollSeconds = 24 * 60 * 60;

const addressSettings: z.ZodType<FeedAddressSettings> = z.object({
  url: z
    .string()
    .trim()
    .max(4000)
    .refine((text) => feedUrl(text) !== null, 'Enter an address that begins with https:// or webcal://.')
    .refine((text) => {
      const url = feedUrl(text);
      return !url?.username && !url?.password;
    }, 'Write the user name and password into their own fields, not into the address.'),
});

const addressSecret: z.ZodType<FeedCredentials | null | undefined> = z
  .object({ username: z.string().regex(/^[^:]+$/, 'Enter a user name without a colon.'), password: z.string() })
  .nullish();

const fileSettings: z.ZodType<FeedFileSettings> = z.object({ fileName: z.string().trim().min(1).max(255) });

const fileSecret: z.ZodType<{ text: string }> = z.object({
  text: z.string().max(20_000_000, 'The file is larger than 20 MB.'),
});

const expand: NonNullable<CalendarConnector['expand']> = (source, window, timeZone, ownerAddresses = []) =>
  expandSource(source, { window, timeZone, ownerAddresses });

export function icalendarAddressConnector(
  outbound: Outbound,
): CalendarConnector<FeedAddressSettings, FeedCredentials | null | undefined> {
  const parsedUrl = (settings: FeedAddressSettings): URL => {
    const url = feedUrl(settings.url);
    if (!url) throw new ConnectorError('refused', 'This is not an https address. Enter the calendar’s address again.');
    return url;
  };

  return {
    kind: 'icalendar-address',
    settingsSchema: addressSettings,
    secretSchema: addressSecret,
    defaultPoll: Temporal.Duration.from({ minutes: 15 }),
    expand,
    freeBusy: { source: freeBusyText },

    async check(account, signal) {
      const steps: CheckStep[] = [];
      try {
        const url = parsedUrl(account.settings);
        const downloaded = await downloadFeed(outbound, url, account.secret ?? null, null, signal, waitMs);
        steps.push({ name: 'server', ok: true, message: `${url.host} answers.` });
        const feed = readFeed(downloaded?.text ?? '', url.host);
        steps.push({ name: 'calendars', ok: true, message: describe(feed) });
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        const name = steps.length === 0 ? 'server' : 'calendars';
        steps.push({ name, ok: false, message: error.message, errorClass: error.errorClass });
      }
      return steps;
    },

    async discover(account, signal) {
      const url = parsedUrl(account.settings);
      const downloaded = await downloadFeed(outbound, url, account.secret ?? null, null, signal);
      return [remoteCalendar(readFeed(downloaded?.text ?? '', url.host), url.host)];
    },

    async *pull(account, request) {
      const url = parsedUrl(account.settings);
      const address = hash('sha256', url.href);
      const parsed = addressCursor.safeParse(request.cursor).data;
      const cursor = parsed?.address === address ? parsed : null;
      const downloaded = await downloadFeed(outbound, url, account.secret ?? null, cursor, request.signal);
      if (cursor && downloaded === null) return yield { type: 'end', cursor, pollAfter: pollAfter(cursor.pollSeconds) };
      const text = downloaded?.text ?? '';
      const validators = { etag: downloaded?.etag ?? null, lastModified: downloaded?.lastModified ?? null };
      const contentHash = hash('sha256', text);
      if (cursor?.hash === contentHash) {
        return yield { type: 'end', cursor: { ...cursor, ...validators }, pollAfter: pollAfter(cursor.pollSeconds) };
      }
      const feed = readFeed(text, url.host);
      yield* tellFeed(feed, request);
      const asked = feed.refreshInterval?.total('seconds') ?? null;
      const pollSeconds = asked === null ? null : Math.min(Math.max(asked, shortestPollSeconds), longestPollSeconds);
      const next: z.infer<typeof addressCursor> = {
        form: 'feed-1',
        address,
        ...validators,
        hash: contentHash,
        pollSeconds,
      };
      yield { type: 'end', cursor: next, pollAfter: pollAfter(pollSeconds) };
    },
  };
}

export function icalendarFileConnector(): CalendarConnector<FeedFileSettings, { text: string }> {
  return {
    kind: 'icalendar-file',
    settingsSchema: fileSettings,
    secretSchema: fileSecret,
    // The text changes only when another file is uploaded.
    defaultPoll: Temporal.Duration.from({ hours: 24 }),
    expand,
    freeBusy: {
      source: freeBusyText,
      secret: ({ text }, ownerAddresses) => ({ text: freeBusyFile(text, ownerAddresses) }),
    },

    async check(account) {
      try {
        const feed = readFeed(account.secret.text, account.settings.fileName);
        return [{ name: 'calendars', ok: true, message: describe(feed) }];
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        return [{ name: 'calendars', ok: false, message: error.message, errorClass: error.errorClass }];
      }
    },

    async discover(account) {
      const { fileName } = account.settings;
      return [remoteCalendar(readFeed(account.secret.text, fileName), fileName.replace(/\.(ics|ical|ifb)$/i, ''))];
    },

    async *pull(account, request) {
      const contentHash = hash('sha256', account.secret.text);
      const cursor = fileCursor.safeParse(request.cursor).data;
      if (cursor?.hash !== contentHash)
        yield* tellFeed(readFeed(account.secret.text, account.settings.fileName), request);
      yield { type: 'end', cursor: { form: 'file-1', hash: contentHash } satisfies z.infer<typeof fileCursor> };
    },
  };
}

function pollAfter(seconds: number | null): Temporal.Duration | undefined {
  return seconds === null ? undefined : Temporal.Duration.from({ seconds });
}

function remoteCalendar(feed: Feed, fallbackName: string): RemoteCalendar {
  return { remoteId: feedId, name: feed.name ?? fallbackName, color: feed.color, selectedByDefault: true };
}

function describe(feed: Feed): string {
  const count = feed.objects.length;
  const name = feed.name ? `“${feed.name}”` : 'The calendar';
  return `${name} holds ${count === 1 ? 'one appointment or series' : `${count} appointments and series`}.`;
}
