/**
 * Which permissions are asked of a user: only those that the settings of the user's group make use of. Pure.
 * Source: "Microsoft Graph permissions reference" (delegated).
 */

/** What a group does with its users' mailboxes, as far as permissions depend on it. */
export interface MailboxUse {
  /** Only when somebody is busy is kept. */
  freeBusyOnly: boolean;
  /** Calendars that others share may take part. */
  sharedCalendars: boolean;
  /** Time zone and working hours come from the mailbox. */
  mailboxSettings: boolean;
  /** An "out of office" presence sets automatic replies. */
  automaticReplies: boolean;
}

/** Why a permission is asked for; the web client has a sentence for each. */
export type ScopeReason =
  | 'signIn'
  | 'staySignedIn'
  | 'calendar'
  | 'calendarBasic'
  | 'sharedCalendars'
  | 'mailboxSettings'
  | 'automaticReplies';

export interface WantedScope {
  scope: string;
  reason: ScopeReason;
}

export function scopesFor(use: MailboxUse): WantedScope[] {
  const { freeBusyOnly, sharedCalendars, mailboxSettings, automaticReplies } = use;
  const wanted: WantedScope[] = [
    { scope: 'User.Read', reason: 'signIn' },
    { scope: 'offline_access', reason: 'staySignedIn' },
    freeBusyOnly
      ? { scope: 'Calendars.ReadBasic', reason: 'calendarBasic' }
      : { scope: 'Calendars.Read', reason: 'calendar' },
  ];
  // Calendars.Read alone reaches the user's own. There is no basic one for what others share, so free/busy goes without.
  if (sharedCalendars && !freeBusyOnly) wanted.push({ scope: 'Calendars.Read.Shared', reason: 'sharedCalendars' });
  if (automaticReplies) wanted.push({ scope: 'MailboxSettings.ReadWrite', reason: 'automaticReplies' });
  else if (mailboxSettings) wanted.push({ scope: 'MailboxSettings.Read', reason: 'mailboxSettings' });
  return wanted;
}

/** What a broader permission stands in for. */
const covers: Readonly<Record<string, readonly string[]>> = {
  'Calendars.Read': ['Calendars.ReadBasic'],
  'Calendars.ReadWrite': ['Calendars.Read', 'Calendars.ReadBasic'],
  'Calendars.ReadWrite.Shared': ['Calendars.Read.Shared'],
  'MailboxSettings.ReadWrite': ['MailboxSettings.Read'],
};

/** Those of `wanted` that the grant lacks. The platform doesn't list offline_access: having a refresh token shows it. */
export function missingScopes(wanted: readonly WantedScope[], granted: readonly string[]): WantedScope[] {
  const has = new Set([...granted, ...granted.flatMap((scope) => covers[scope] ?? []), 'offline_access']);
  return wanted.filter(({ scope }) => !has.has(scope));
}
