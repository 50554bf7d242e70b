/**
 * Accounts that rest: they stay, with what their owner entered, but nothing of them is read, stored, shown or counted
 * until they may be read again. Which ones follows from the group's settings alone, so that allowing again brings all
 * back, within the week for which they are kept (organization/leaving/group-method.ts). Pure.
 */
import type { SynchronizationSettings } from './settings.ts';

export const restReasons = ['methodOff', 'kindNotAllowed'] as const;
export type RestReason = (typeof restReasons)[number];

/** Which setting allows a kind of account. A kind that isn't here needs no leave. */
const allowedBy: Readonly<Record<string, 'caldav' | 'icalendar'>> = {
  caldav: 'caldav',
  'icalendar-address': 'icalendar',
  'icalendar-file': 'icalendar',
};

/** Null: it is read. */
export function restReasonOf(kind: string, settings: SynchronizationSettings): RestReason | null {
  if (settings.method === 'off') return 'methodOff';
  const setting = allowedBy[kind];
  return setting !== undefined && !settings[setting].allowed ? 'kindNotAllowed' : null;
}

/** For the account's owner. */
export const restMessages: Readonly<Record<RestReason, string>> = {
  methodOff:
    'Calendar synchronization is switched off for your group, so this account rests: nothing of it is shown. Your administrator can switch it on again; after a week the account is erased.',
  kindNotAllowed:
    'Your group doesn’t allow calendars of this kind any more, so this account rests: nothing of it is shown. Your administrator can allow them again; after a week the account is erased.',
};

/** For somebody who wants to add one. */
export const refusals: Readonly<Record<RestReason, string>> = {
  methodOff: 'Calendar synchronization is switched off for your group. Ask your administrator.',
  kindNotAllowed: 'Your group doesn’t allow calendars of this kind. Ask your administrator.',
};
