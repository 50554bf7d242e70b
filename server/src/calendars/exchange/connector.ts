/**
 * Exchange on the company's own premises as a calendar source, through Exchange Web Services: one service account reads
 * all mailboxes by impersonation, so an account has nothing of its own but the mailbox's address.
 */
import { z } from 'zod';
import type { Outbound } from '../../outbound/outbound.ts';
import { type CalendarConnector, type CheckStep, type ConnectorAccount, ConnectorError } from '../connector.ts';
import { pause, type Time, wallTime } from '../gate.ts';
import { expandKept, idOfOccurrence, withoutSubjects } from '../kept.ts';
import { Affinity } from './affinity.ts';
import { readReplies, writeReplies } from './automatic-replies.ts';
import type { ExchangeClient, ExchangeMailbox } from './client.ts';
import { exchangeClients } from './clients.ts';
import type { ExchangeServer } from './exchange-server.ts';
import type { CalendarReader, Expansion } from './listing.ts';
import { findCalendarFolders } from './operations/find-calendar-folders.ts';
import { findCalendarItems, findRecurringMasters } from './operations/find-calendar-items.ts';
import { getItems } from './operations/get-items.ts';
import { streamEvents } from './operations/stream-events.ts';
import { subscribeStreaming } from './operations/subscribe-streaming.ts';
import { pullCalendar } from './pull.ts';
import { streamGroups } from './stream-groups.ts';
import { Streams } from './streams.ts';

export interface ExchangeOptions {
  /** The server by which an account is read, its credential opened. @throws ConnectorError where it can't be had */
  server(id: string): Promise<ExchangeServer>;
  time?: Time;
  random?: () => number;
}

export const exchangeSettings = z.object({
  /** Address of the mailbox. */
  mailbox: z.string().trim().min(1).max(320),
});
export type ExchangeAccountSettings = z.infer<typeof exchangeSettings>;
type Account = ConnectorAccount<ExchangeAccountSettings, null>;

export function exchangeConnector(
  outbound: Outbound,
  options: ExchangeOptions,
): CalendarConnector<ExchangeAccountSettings, null> {
  const { server, time = wallTime, random = Math.random } = options;
  const clients = exchangeClients(outbound, { time, random });
  /** By server: what its calendars have shown, so that not every one of them has to. */
  const expansions = new Map<string, Expansion>();

  async function open(
    { exchangeServerId, settings }: Pick<Account, 'exchangeServerId' | 'settings'>,
    signal: AbortSignal,
  ): Promise<{ serverId: string; client: ExchangeClient; mailbox: ExchangeMailbox }> {
    if (!exchangeServerId) throw new ConnectorError('refused', 'No Exchange server is set for this account.');
    const client = clients.of(await server(exchangeServerId));
    return { serverId: exchangeServerId, client, mailbox: client.mailbox(settings.mailbox, signal) };
  }

  return {
    kind: 'exchange',
    settingsSchema: exchangeSettings,
    secretSchema: z.null(),
    // Each costs requests of every mailbox; who waits for a new calendar asks for a look now.
    discoverEvery: Temporal.Duration.from({ hours: 24 }),
    defaultPoll: Temporal.Duration.from({ minutes: 5 }),

    async check(account, signal) {
      const steps: CheckStep[] = [];
      try {
        const { mailbox } = await open(account, signal);
        const [own, ...others] = await findCalendarFolders(mailbox);
        steps.push({ name: 'server', ok: true, message: `${mailbox.host} answers.` });
        steps.push({ name: 'signIn', ok: true, message: `Exchange lets us read the mailbox ${mailbox.address}.` });
        const message = own
          ? `${others.length === 0 ? 'One calendar' : `${others.length + 1} calendars`} found.`
          : 'The sign-in works, but this mailbox has no calendar.';
        steps.push({ name: 'calendars', ok: own !== undefined, message });
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        const { message, errorClass } = error;
        const answered = errorClass === 'credentials' || errorClass === 'consent' || errorClass === 'notFound';
        if (answered) steps.push({ name: 'server', ok: true, message: 'The Exchange server answers.' });
        steps.push({ name: answered ? 'signIn' : 'server', ok: false, message, errorClass });
      }
      return steps;
    },

    async discover(account, signal) {
      const { mailbox } = await open(account, signal);
      const folders = await findCalendarFolders(mailbox);
      return folders.map(({ id, name, isDefault }) => ({
        ...{ remoteId: id, name, color: null, selectedByDefault: isDefault },
      }));
    },

    async *pull(account, request) {
      const { serverId, mailbox } = await open(account, request.signal);
      const pulling = pullCalendar(
        readerOf(mailbox, request.calendar.remoteId, (milliseconds) => pause(time, milliseconds, request.signal)),
        request,
        expansions.get(serverId),
      );
      for await (const change of pulling) {
        if (change.type === 'end') {
          const { expansion } = change.cursor as { expansion: Expansion | null };
          if (expansion) expansions.set(serverId, expansion);
        }
        yield change;
      }
    },

    automaticReplies: {
      read: async (account, signal) => readReplies((await open(account, signal)).mailbox),
      write: async (account, replies, signal) => writeReplies((await open(account, signal)).mailbox, replies),
    },

    expand: (source, window, timeZone) => expandKept(source, window, timeZone),
    freeBusy: { source: withoutSubjects },

    async openLink(account, { source, occurrence }, signal) {
      const id = idOfOccurrence(source, occurrence);
      if (id === null) return null;
      const { mailbox, client } = await open(account, signal);
      const [got] = await getItems(mailbox, [id]);
      const query = got?.item?.webClientReadFormQueryString ?? null;
      return query === null ? null : openedAt(query, new URL('/owa/', await client.address(mailbox.address)));
    },

    watch(serverId, tell, signal) {
      const client = async () => clients.of(await server(serverId));
      const streams = new Streams({
        ...{ tell, time, signal },
        groups: streamGroups({
          ...{ outbound, time, signal, server: () => server(serverId) },
          address: async (mailbox) => (await client()).address(mailbox),
          closedUntil: async () => (await client()).closedUntil,
        }),
        server(anchor, until) {
          const affinity = new Affinity(anchor);
          const of = async (address: string) => (await client()).mailbox(address, until, affinity);
          return {
            subscribe: async ({ address, folders }) => subscribeStreaming(await of(address), folders),
            async *listen(address, subscriptionIds, minutes) {
              yield* streamEvents(await of(address), subscriptionIds, minutes);
            },
          };
        },
      });
      const closed = new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => void streams.closed().then(resolve), { once: true });
      });
      return {
        closed,
        keep: (accounts) =>
          streams.keep(
            accounts.map(({ account, calendars }) => ({
              accountId: account.id,
              address: (account.settings as ExchangeAccountSettings).mailbox,
              folders: calendars,
            })),
          ),
      };
    },
  };
}

/** Codes of GetItem that say that an item isn't there any more. */
const gone = new Set(['ErrorItemNotFound', 'ErrorCalendarOccurrenceIsDeletedFromRecurrence']);

function readerOf(mailbox: ExchangeMailbox, folderId: string, wait: CalendarReader['pause']): CalendarReader {
  return {
    host: mailbox.host,
    pause: wait,
    view: (interval) => findCalendarItems(mailbox, folderId, interval),
    masters: () => findRecurringMasters(mailbox, folderId),
    items: async (ids) =>
      (await getItems(mailbox, ids)).map(
        ({ item, fault }) => item ?? (fault && gone.has(fault.code) ? null : fault!.code),
      ),
  };
}

/** Exchange 2013 and later tell the whole address, those before what comes behind that of Outlook on the web. */
function openedAt(query: string, webMail: URL): string | null {
  const url = /^https?:\/\//i.test(query) ? URL.parse(query) : URL.parse(query.replace(/^\/?(?:owa\/)?/i, ''), webMail);
  return url && /^https?:$/.test(url.protocol) ? url.href : null;
}
