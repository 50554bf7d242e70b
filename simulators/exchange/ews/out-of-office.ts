/** GetUserOofSettings and SetUserOofSettings. Their answers are made unlike the others: one message, without a list. */
import type { AutomaticReplies, Mailbox } from '../../microsoft365/mailbox/mailbox.ts';
import { child, childText, type Element, m, t } from '../xml/element.ts';
import type { Call } from './call.ts';
import { failure, Refused, success } from './errors.ts';
import { instantOf, stamp } from './time.ts';

const states = { disabled: 'Disabled', alwaysEnabled: 'Enabled', scheduled: 'Scheduled' } as const;
const audiences = { none: 'None', contactsOnly: 'Known', all: 'All' } as const;
const keyOf = <K extends string>(words: Record<K, string>, word: string | undefined): K =>
  (Object.keys(words) as K[]).find((key) => words[key] === word)!;

export function getOof(call: Call): Element {
  return answered('GetUserOofSettings', () => {
    const { automaticReplies: replies } = mailboxAsked(call);
    const day = 86_400_000;
    const at = (milliseconds: number) =>
      stamp(milliseconds, null).replace(call.world.habits.oofTimes === 'bare' ? 'Z' : '', '');
    const start = replies.scheduledStart ? Date.parse(replies.scheduledStart) : call.world.clock.now();
    const end = replies.scheduledEnd ? Date.parse(replies.scheduledEnd) : start + day;
    return [
      t(
        'OofSettings',
        {},
        t('OofState', {}, states[replies.status]),
        t('ExternalAudience', {}, audiences[replies.externalAudience]),
        t('Duration', {}, t('StartTime', {}, at(start)), t('EndTime', {}, at(end))),
        t('InternalReply', { 'xml:lang': 'en-US' }, t('Message', {}, replies.internalReplyMessage)),
        t('ExternalReply', { 'xml:lang': 'en-US' }, t('Message', {}, replies.externalReplyMessage)),
      ),
      m('AllowExternalOof', {}, call.world.externalOof),
    ];
  });
}

export function setOof(call: Call): Element {
  return answered('SetUserOofSettings', () => {
    const mailbox = mailboxAsked(call);
    const wanted = child(call.request, 'UserOofSettings')!;
    const duration = child(wanted, 'Duration');
    const [start, end] = ['StartTime', 'EndTime'].map((name) => {
      const text = childText(duration, name);
      return text === undefined ? null : new Date(instantOf(text, call.zone)).toISOString();
    }) as [string | null, string | null];
    const status = keyOf(states, childText(wanted, 'OofState'));
    const isSound = start && end && start < end && Date.parse(end) > call.world.clock.now();
    if (status === 'scheduled' && !isSound)
      throw new Refused(
        'ErrorInvalidScheduledOofDuration',
        'The end of the schedule must be after its start and after now.',
      );
    const message = (name: string) => childText(child(wanted, name), 'Message');
    const before = mailbox.automaticReplies;
    const replies: AutomaticReplies = {
      status,
      externalAudience: keyOf(audiences, childText(wanted, 'ExternalAudience')),
      internalReplyMessage: message('InternalReply') ?? '',
      externalReplyMessage: message('ExternalReply') ?? '',
      scheduledStart: start ?? before.scheduledStart,
      scheduledEnd: end ?? before.scheduledEnd,
    };
    mailbox.automaticReplies = replies;
    return [];
  });
}

/** Everybody has their own only. */
function mailboxAsked({ request, world, user }: Call): Mailbox {
  const address = childText(child(request, 'Mailbox'), 'Address') ?? '';
  const asked = world.userBy(address);
  if (!asked?.mailbox) throw new Refused('ErrorMailRecipientNotFound', `${address} is nobody here.`);
  if (asked !== user) throw new Refused('ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
  return asked.mailbox;
}

function answered(operation: string, work: () => Element[]): Element {
  try {
    const content = work();
    return m(`${operation}Response`, {}, success('ResponseMessage'), content);
  } catch (error) {
    if (error instanceof Refused) return m(`${operation}Response`, {}, failure('ResponseMessage', error));
    throw error;
  }
}
