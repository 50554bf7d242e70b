/** Checks an Exchange server in plain steps, up to the first that fails. Changes nothing there and stores nothing. */
import { faultWithin } from '../../calendars/check.ts';
import { checklist } from '../../calendars/checklist.ts';
import { type CheckStep, ConnectorError } from '../../calendars/connector.ts';
import { Affinity } from '../../calendars/exchange/affinity.ts';
import { discoverExchange, type ResolveSrv } from '../../calendars/exchange/autodiscover/autodiscover.ts';
import { ExchangeClient } from '../../calendars/exchange/client.ts';
import type { ExchangeServer } from '../../calendars/exchange/exchange-server.ts';
import { type CalendarFolder, findCalendarFolders } from '../../calendars/exchange/operations/find-calendar-folders.ts';
import { findCalendarItems } from '../../calendars/exchange/operations/find-calendar-items.ts';
import { streamEvents } from '../../calendars/exchange/operations/stream-events.ts';
import { subscribeStreaming, unsubscribe } from '../../calendars/exchange/operations/subscribe-streaming.ts';
import { wallTime } from '../../calendars/gate.ts';
import type { Outbound } from '../../outbound/outbound.ts';
import { commandFor, stepOf } from './mending.ts';

export interface ServerCheckWishes {
  /** Address of a mailbox that is to be read. */
  mailbox: string;
  now: Temporal.Instant;
  /** DNS, for tests. */
  resolveSrv?: ResolveSrv;
}

const timeLimit = 60_000;
/** Exchange says at once that a stream is open. */
const streamLimit = 20_000;
const daysLookedAt = 30;

/** Never throws for what the server or its settings are to blame for. */
export async function checkExchangeServer(
  outbound: Outbound,
  server: ExchangeServer,
  { mailbox, now, resolveSrv }: ServerCheckWishes,
): Promise<CheckStep[]> {
  const limit = AbortSignal.timeout(timeLimit);
  const { steps, step } = checklist((error) => {
    const fault = faultWithin(error, limit.aborted, timeLimit);
    const { message, errorClass } = fault;
    const command = commandFor(fault, server.signIn, mailbox);
    return { message, errorClass, ...(command && { command }) };
  });
  let address = URL.parse(server.address ?? '');
  const known = await step('discovery', async () => {
    if (address) return `The address is ${address.href}.`;
    const found = await discoverExchange({
      ...{ outbound, server, mailbox, time: wallTime, signal: limit },
      ...(resolveSrv && { resolveSrv }),
    });
    address = found.address;
    return `Autodiscover at ${found.foundAt} leads to ${address.href}.`;
  });
  if (!known) return steps;
  const client = new ExchangeClient({
    ...{ outbound, server, time: wallTime, random: Math.random },
    address: async () => address!,
  });
  try {
    const reader = client.mailbox(mailbox, limit);
    let folders: CalendarFolder[] = [];
    // One answer tells of three steps: Exchange looks at the account, then at whom it acts for, then at what is asked.
    const fault = await findCalendarFolders(reader).then(
      (found) => {
        folders = found;
        return null;
      },
      (error: unknown) => error,
    );
    const passed = (name: ReturnType<typeof stepOf>, message: () => string) =>
      step(name, async () => {
        if (fault !== null && stepOf(fault) === name) throw fault;
        return message();
      });
    const letIn = () =>
      client.serverVersion === null
        ? `${reader.host} lets the service account in.`
        : `${reader.host} lets the service account in. It runs Exchange ${client.serverVersion}.`;
    if (!(await passed('signIn', letIn))) return steps;
    if (!(await passed('impersonation', () => `The service account may act for ${mailbox}.`))) return steps;
    const own = folders.find(({ isDefault }) => isDefault) ?? folders[0];
    const readable = await step('calendar', async () => {
      if (fault !== null) throw fault;
      if (!own) throw new ConnectorError('notFound', `The mailbox ${mailbox} has no calendar.`);
      const window = { from: now, to: now.add({ hours: daysLookedAt * 24 }) };
      const { items } = await findCalendarItems(reader, own.id, window);
      return `The calendar of ${mailbox} can be read. Appointments in the next ${daysLookedAt} days: ${items.length}.`;
    });
    if (readable && own) await step('notification', () => listen(client, mailbox, own.id, limit));
    return steps;
  } finally {
    client.close();
  }
}

/** Opens a stream and waits for the server's first word on it. */
async function listen(client: ExchangeClient, mailbox: string, folderId: string, limit: AbortSignal): Promise<string> {
  const affinity = new Affinity(mailbox);
  const subscriber = client.mailbox(mailbox, limit, affinity);
  const subscriptionId = await subscribeStreaming(subscriber, [folderId]);
  const patience = AbortSignal.timeout(streamLimit);
  try {
    const listener = client.mailbox(mailbox, AbortSignal.any([limit, patience]), affinity);
    for await (const notice of streamEvents(listener, [subscriptionId], 1)) {
      if (notice.kind === 'lost')
        throw new ConnectorError(
          'refused',
          `${client.host} has lost the subscription that it had just made (${notice.code}). Calendars are looked at from time to time instead.`,
        );
      return `${client.host} tells of changes in ${mailbox}.`;
    }
    throw silent(client.host);
  } catch (error) {
    if (patience.aborted && !limit.aborted) throw silent(client.host, error);
    throw error;
  } finally {
    // What is left behind ends by itself after half an hour.
    await unsubscribe(subscriber, subscriptionId).catch(() => undefined);
  }
}

const silent = (host: string, cause?: unknown) =>
  new ConnectorError(
    'unreachable',
    `${host} has opened a stream and tells nothing on it: something in between, such as a proxy, may hold answers back. Calendars are looked at from time to time instead.`,
    { cause },
  );
