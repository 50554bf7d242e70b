/** Automatic replies of a mailbox, as the rest of the house speaks of them. */
import { type AutomaticReplies, ConnectorError } from '../connector.ts';
import type { ExchangeMailbox } from './client.ts';
import { getOof, type OofSettings, setOof } from './operations/oof-settings.ts';

/** @throws ConnectorError */
export async function readReplies(mailbox: ExchangeMailbox): Promise<AutomaticReplies> {
  const replies = repliesIn(await getOof(mailbox));
  if (!replies) throw new ConnectorError('malformed', `${mailbox.host} doesn’t tell the automatic replies.`);
  return replies;
}

/** @throws ConnectorError */
export async function writeReplies(mailbox: ExchangeMailbox, replies: AutomaticReplies): Promise<void> {
  const { status, start, end, internalMessage, externalMessage, audience } = replies;
  await setOof(mailbox, {
    state: ({ disabled: 'Disabled', enabled: 'Enabled', scheduled: 'Scheduled' } as const)[status],
    externalAudience: ({ none: 'None', known: 'Known', all: 'All' } as const)[audience],
    duration: status === 'scheduled' && start && end ? { start, end } : null,
    internalReply: internalMessage,
    externalReply: externalMessage,
  });
}

const statuses: Readonly<Record<string, AutomaticReplies['status']>> = {
  Disabled: 'disabled',
  Enabled: 'enabled',
  Scheduled: 'scheduled',
};
const audiences: Readonly<Record<string, AutomaticReplies['audience']>> = { None: 'none', Known: 'known', All: 'all' };

/** Pure. Null for what can't be understood: unreadable never means off, or what is there would be written over. */
export function repliesIn(settings: OofSettings): AutomaticReplies | null {
  const status = statuses[settings.state];
  const [start, end] = [instantIn(settings.start), instantIn(settings.end)];
  if (!status || (status === 'scheduled' && !(start && end))) return null;
  return {
    ...{ status, start, end },
    internalMessage: settings.internalReply,
    externalMessage: settings.externalReply,
    audience: audiences[settings.externalAudience] ?? 'none',
  };
}

/** A time without an offset is in UTC, as asked for (TimeZoneContext). */
function instantIn(text: string | null): Temporal.Instant | null {
  if (text === null) return null;
  try {
    return Temporal.Instant.from(/(?:z|[+-]\d\d:\d\d)$/i.test(text) ? text : `${text}Z`);
  } catch {
    return null;
  }
}
