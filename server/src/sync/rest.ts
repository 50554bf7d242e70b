/**
 * Accounts that rest: they stay, with what their owner entered, but nothing of them is read, stored, shown or counted
 * until they may be read again. Which ones follows from the group's settings alone, so that allowing again brings all
 * back, within the week for which they are kept (organization/leaving/group-method.ts). Pure.
 */
import { sql } from 'kysely';
import type { SynchronizationSettings } from './settings.ts';

export const restReasons = ['methodOff', 'kindNotAllowed'] as const;
export type RestReason = (typeof restReasons)[number];

/**
 * What settings tell apart: the kind of an account, and for one that the group's settings made (account.origin
 * "group") the kind with "/group" behind it.
 */
export const sortOf = ({ kind, origin }: { kind: string; origin: 'user' | 'group' }): string =>
  origin === 'group' ? `${kind}/group` : kind;
/** The same in SQL, of a table or alias named `account`. */
export const sortOfAccount = sql<string>`(account.kind || case account.origin when 'group' then '/group' else '' end)`;

/** Kinds whose accounts only the settings of groups make: nobody adds one, or says which mailbox it reads. */
export const madeByGroups: ReadonlySet<string> = new Set(['exchange']);

/** Which settings allow a sort of account. One that isn't here needs no leave. */
const allows: Readonly<Record<string, (settings: SynchronizationSettings) => boolean>> = {
  caldav: ({ caldav }) => caldav.allowed,
  'icalendar-address': ({ icalendar }) => icalendar.allowed,
  'icalendar-file': ({ icalendar }) => icalendar.allowed,
  microsoft365: ({ microsoft365 }) => microsoft365.allowed,
  'microsoft365/group': (settings) => serverSideApplication(settings) !== null,
  'exchange/group': (settings) => serverSideExchange(settings) !== null,
};

/** The Graph application by which the mailboxes of the group's users are read without their doing; null: they aren't. */
export const serverSideApplication = ({ method, source, microsoft365 }: SynchronizationSettings): string | null =>
  method === 'serverSide' && source === 'microsoft365' ? microsoft365.graphApplicationId : null;

/** Mailboxes are read from Exchange until those in Microsoft 365 were found and read whole (move.ts). */
export const isMoving = ({ source, exchange }: SynchronizationSettings): boolean =>
  source === 'microsoft365' && exchange.moveToMicrosoft365;

/** The Exchange server from which the group's users are read without their doing; null: they aren't. */
export const serverSideExchange = (settings: SynchronizationSettings): string | null =>
  settings.method === 'serverSide' && (settings.source === 'exchange' || isMoving(settings))
    ? settings.exchange.serverId
    : null;

/** Null: it is read. @param sort as of `sortOf`. */
export function restReasonOf(sort: string, settings: SynchronizationSettings): RestReason | null {
  if (settings.method === 'off') return 'methodOff';
  return allows[sort]?.(settings) === false ? 'kindNotAllowed' : null;
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
