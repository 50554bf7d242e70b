/** Mailbox settings, the user, presence, and translating ids. */
import type { Answer, Asked } from '../http.ts';
import type { AutomaticReplies, Mailbox } from '../mailbox/mailbox.ts';
import { customZones, instantOf, wallTime } from '../mailbox/zones.ts';
import type { User, World } from '../world.ts';
import { badRequest } from './errors.ts';
import { idOf, resolveId } from './ids.ts';

export function settingsOf(mailbox: Mailbox): Record<string, unknown> {
  const { workingHours, automaticReplies: replies, timeZone } = mailbox;
  const at = (instant: string | null) => ({
    dateTime: wallTime(instant ? Date.parse(instant) : 0, 'UTC'),
    timeZone: 'UTC',
  });
  return {
    archiveFolder: 'AAMkArchive=',
    timeZone,
    delegateMeetingMessageDeliveryOptions: 'sendToDelegateOnly',
    dateFormat: 'dd.MM.yyyy',
    timeFormat: 'HH:mm',
    userPurpose: 'user',
    language: { locale: 'de-DE', displayName: 'Deutsch (Deutschland)' },
    workingHours: {
      daysOfWeek: workingHours.days,
      startTime: workingHours.start,
      endTime: workingHours.end,
      timeZone: customZones.includes(workingHours.zone)
        ? customZone()
        : { '@odata.type': '#microsoft.graph.timeZoneBase', name: workingHours.zone },
    },
    automaticRepliesSetting: {
      status: replies.status,
      externalAudience: replies.externalAudience,
      internalReplyMessage: replies.internalReplyMessage,
      externalReplyMessage: replies.externalReplyMessage,
      scheduledStartDateTime: at(replies.scheduledStart),
      scheduledEndDateTime: at(replies.scheduledEnd),
    },
  };
}

/** Central Europe, drawn up by hand: what working hours may have instead of a zone's name. Bias counts minutes west. */
const customZone = () => ({
  '@odata.type': '#microsoft.graph.customTimeZone',
  name: 'Customized Time Zone',
  bias: -60,
  standardOffset: { time: '03:00:00.0000000', dayOccurrence: 5, dayOfWeek: 'sunday', month: 10, year: 0 },
  daylightOffset: {
    daylightBias: -60,
    time: '02:00:00.0000000',
    dayOccurrence: 5,
    dayOfWeek: 'sunday',
    month: 3,
    year: 0,
  },
});

/** @param now epoch milliseconds. */
export function changeSettings(mailbox: Mailbox, body: Record<string, unknown>, now: number): Answer {
  const wanted = body.automaticRepliesSetting as Record<string, unknown> | undefined;
  if (wanted) {
    const replies = repliesAfter(mailbox.automaticReplies, wanted, now);
    if (typeof replies === 'string') return badRequest(replies);
    mailbox.automaticReplies = replies;
  }
  if (typeof body.timeZone === 'string') mailbox.timeZone = body.timeZone;
  return { status: 200, body: settingsOf(mailbox) };
}

/** What is left out stays. @returns a text: why it is refused. */
function repliesAfter(
  before: AutomaticReplies,
  wanted: Record<string, unknown>,
  now: number,
): AutomaticReplies | string {
  const one = <Value>(name: string, known: readonly Value[], standard: Value): Value | undefined =>
    wanted[name] === undefined ? standard : known.find((each) => each === wanted[name]);
  const status = one('status', ['disabled', 'alwaysEnabled', 'scheduled'] as const, before.status);
  if (!status) return `Invalid status ${wanted.status}.`;
  const externalAudience = one('externalAudience', ['none', 'contactsOnly', 'all'] as const, before.externalAudience);
  if (!externalAudience) return `Invalid audience ${wanted.externalAudience}.`;
  const instant = (value: unknown, standard: string | null) => {
    const { dateTime, timeZone } = (value ?? {}) as { dateTime?: string; timeZone?: string };
    if (!dateTime) return standard;
    return new Date(instantOf(dateTime.replace(/Z$/, ''), timeZone ?? 'UTC')).toISOString();
  };
  const scheduledStart = instant(wanted.scheduledStartDateTime, before.scheduledStart);
  const scheduledEnd = instant(wanted.scheduledEndDateTime, before.scheduledEnd);
  const [from, to] = [Date.parse(scheduledStart ?? ''), Date.parse(scheduledEnd ?? '')];
  // EWS says of the same: ErrorInvalidScheduledOofDuration.
  if (status === 'scheduled' && !(from < to && to > now)) return 'The schedule of automatic replies is invalid.';
  const message = (name: 'internalReplyMessage' | 'externalReplyMessage') =>
    typeof wanted[name] === 'string' ? asPage(wanted[name]) : before[name];
  return {
    ...{ status, externalAudience, scheduledStart, scheduledEnd },
    internalReplyMessage: message('internalReplyMessage'),
    externalReplyMessage: message('externalReplyMessage'),
  };
}

/** Exchange keeps messages as pages of HTML, whatever it is given. */
function asPage(message: string): string {
  if (message === '' || /<html\b/i.test(message)) return message;
  return `<html>\n<body>\n<div>\n${message}</div>\n</body>\n</html>\n`;
}

export const shownUser = ({ id, name, address }: User) => ({
  ...{
    id,
    displayName: name,
    userPrincipalName: address,
    mail: address,
    givenName: name.split(' ')[0],
    surname: name.split(' ').at(-1),
  },
});

/** POST …/presence/{action}. Sessions run out; preferred presence needs one. */
export function presenceAction(world: World, user: User, action: string, body: Record<string, unknown>): Answer | null {
  const now = world.clock.now();
  const { presence } = user;
  const sessionId = String(body.sessionId ?? '');
  if (action === 'setPresence') {
    const duration = Temporal.Duration.from(String(body.expirationDuration ?? 'PT5M')).total('milliseconds');
    if (duration < 300_000 || duration > 4 * 3_600_000) return badRequest('expirationDuration must be PT5M to PT4H.');
    const pair = `${body.availability}/${body.activity}`;
    if (
      ![
        'Available/Available',
        'Busy/InACall',
        'Busy/InAConferenceCall',
        'Away/Away',
        'DoNotDisturb/Presenting',
      ].includes(pair)
    )
      return badRequest(`The combination ${pair} is not supported.`);
    presence.sessions.set(sessionId, {
      availability: String(body.availability),
      activity: String(body.activity),
      expiresAt: now + duration,
    });
    return { status: 200, body: null };
  }
  if (action === 'clearPresence') {
    presence.sessions.delete(sessionId);
    return { status: 200, body: null };
  }
  return null;
}

export function shownPresence(world: World, user: User): object {
  const live = [...user.presence.sessions.values()].filter(({ expiresAt }) => expiresAt > world.clock.now());
  const { availability, activity } = live.at(-1) ?? { availability: 'Offline', activity: 'Offline' };
  return { id: user.id, availability, activity, sequenceNumber: 'AQ', statusMessage: null };
}

export function translateIds(mailbox: Mailbox, asked: Asked): Answer {
  const body = JSON.parse(asked.body || '{}') as { inputIds?: string[]; targetIdType?: string };
  if ((body.inputIds?.length ?? 0) > 1_000) return badRequest('At most 1000 ids.');
  const immutable = body.targetIdType === 'restImmutableEntryId';
  const value = (body.inputIds ?? []).map((sourceId) => {
    const found = resolveId(mailbox, sourceId);
    return found
      ? { sourceId, targetId: idOf(mailbox, found.item, found.date, immutable) }
      : { sourceId, errorDetails: { code: 'ErrorItemNotFound', message: 'The item was not found.' } };
  });
  return { status: 200, body: { value } };
}
