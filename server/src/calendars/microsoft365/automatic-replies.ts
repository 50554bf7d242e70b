/**
 * Automatic replies of a mailbox.
 * Source: "automaticRepliesSetting resource type", "Update user mailbox settings", Microsoft Graph v1.0.
 */
import { type AutomaticReplies, ConnectorError } from '../connector.ts';
import { instantOf } from './events.ts';
import { type GraphClient, GraphRefusal, type GraphRequest } from './graph-client.ts';
import { isPart, type Part, textOf } from './graph-event.ts';

/** @throws ConnectorError; `consent` where the permission is missing. */
export async function readReplies(client: GraphClient): Promise<AutomaticReplies> {
  // Whole: of a single setting Graph answers in one of two shapes.
  const { automaticRepliesSetting: told } = await asked(client);
  const replies = isPart(told) ? repliesIn(told) : null;
  if (!replies) throw new ConnectorError('malformed', `${client.host} doesn’t tell the automatic replies.`);
  return replies;
}

/** @throws ConnectorError; `consent` where the permission is missing. */
export async function writeReplies(client: GraphClient, replies: AutomaticReplies): Promise<void> {
  await asked(client, { method: 'PATCH', body: { automaticRepliesSetting: settingOf(replies) } });
}

async function asked(client: GraphClient, request: GraphRequest = {}): Promise<Part> {
  try {
    return await client.request(`${client.root}/mailboxSettings`, request);
  } catch (error) {
    if (!(error instanceof GraphRefusal) || error.status !== 403) throw error;
    const own = client.root === '/me';
    const message = `Microsoft 365 doesn’t let us set automatic replies of ${client.mailbox}: the permission MailboxSettings.ReadWrite is missing. ${own ? 'Sign in again to allow it.' : 'Your administrator must grant it to the application.'}`;
    throw new ConnectorError('consent', message, { cause: error });
  }
}

const statuses = { disabled: 'disabled', alwaysEnabled: 'enabled', scheduled: 'scheduled' } as const;
const audiences = { none: 'none', contactsOnly: 'known', all: 'all' } as const;

/** Pure. Null for what can't be understood: unreadable never means off, or what is there would be written over. */
export function repliesIn(setting: Part): AutomaticReplies | null {
  const status = meant(statuses, setting.status);
  const [start, end] = [momentIn(setting.scheduledStartDateTime), momentIn(setting.scheduledEndDateTime)];
  if (!status || (status === 'scheduled' && !(start && end))) return null;
  return {
    ...{ status, start, end },
    internalMessage: textOf(setting.internalReplyMessage) ?? '',
    externalMessage: textOf(setting.externalReplyMessage) ?? '',
    audience: meant(audiences, setting.externalAudience) ?? 'none',
  };
}

/** Pure. Times go with a schedule only: those of one that is over are refused with it, and mean nothing without. */
export function settingOf({ status, start, end, internalMessage, externalMessage, audience }: AutomaticReplies) {
  const moment = (at: Temporal.Instant) => ({ dateTime: at.toString().replace('Z', ''), timeZone: 'UTC' });
  return {
    status: nameOf(statuses, status),
    externalAudience: nameOf(audiences, audience),
    internalReplyMessage: internalMessage,
    externalReplyMessage: externalMessage,
    ...(status === 'scheduled' &&
      start &&
      end && { scheduledStartDateTime: moment(start), scheduledEndDateTime: moment(end) }),
  };
}

/** The documentation writes some of them with a capital. */
const meant = <Meaning>(names: Readonly<Record<string, Meaning>>, told: unknown): Meaning | undefined =>
  Object.entries(names).find(([name]) => name.toLowerCase() === String(told).toLowerCase())?.[1];

const nameOf = <Meaning>(names: Readonly<Record<string, Meaning>>, meaning: Meaning): string =>
  Object.keys(names).find((name) => names[name] === meaning)!;

function momentIn(value: unknown): Temporal.Instant | null {
  try {
    return isPart(value) ? instantOf(value) : null;
  } catch {
    return null;
  }
}
