/** Who a request is from, which mailbox it is about, and whether it may. */
import type { Answer } from '../http.ts';
import type { AccessToken, Tokens } from '../identity/tokens.ts';
import type { Calendar, Mailbox } from '../mailbox/mailbox.ts';
import type { User, World } from '../world.ts';
import { denied, graphError } from './errors.ts';

export type Permission = 'calendars' | 'settings' | 'settingsWrite' | 'presence' | 'people';

/** By what is wanted: delegated scopes and application roles any of which allows it. */
const allowedBy: Record<Permission, string[]> = {
  calendars: [
    'Calendars.Read',
    'Calendars.ReadWrite',
    'Calendars.ReadBasic',
    'Calendars.ReadBasic.All',
    'Calendars.Read.Shared',
    'Calendars.ReadWrite.Shared',
  ],
  settings: ['MailboxSettings.Read', 'MailboxSettings.ReadWrite'],
  settingsWrite: ['MailboxSettings.ReadWrite'],
  presence: ['Presence.ReadWrite', 'Presence.ReadWrite.All'],
  people: ['User.Read', 'User.ReadBasic.All', 'User.Read.All', 'Directory.Read.All'],
};

export interface Subject {
  token: AccessToken;
  user: User;
  mailbox: Mailbox;
  /** Only when and how busy may be told. */
  basic: boolean;
}

export function bearer(tokens: Tokens, headers: Record<string, string>): AccessToken | Answer {
  const [, value = ''] = /^Bearer (.+)$/i.exec(headers.authorization ?? '') ?? [];
  return (
    tokens.accessOf(value) ??
    graphError(401, 'InvalidAuthenticationToken', 'Lifetime validation failed, the token is expired.', {
      'www-authenticate': 'Bearer realm="", error="invalid_token"',
    })
  );
}

export function may(token: AccessToken, wanted: Permission): boolean {
  return token.permissions.some((each) => each === '.default' || allowedBy[wanted].includes(each));
}

/** What others share with a user takes a delegated permission of its own; an application has all of a mailbox. */
export const mayReadShared = ({ user, permissions }: AccessToken): boolean =>
  user === null || permissions.some((each) => each === '.default' || /^Calendars\.Read(Write)?\.Shared$/.test(each));

/** @param who "me", or an id or address from the path. */
export function subjectOf(world: World, token: AccessToken, who: string, wanted: Permission): Subject | Answer {
  if (who === 'me' && !token.user)
    return graphError(400, 'BadRequest', '/me request is only valid with delegated authentication flow.');
  const user = who === 'me' ? token.user! : world.userBy(who);
  const { mailboxScope } = token.application;
  const inScope = mailboxScope?.some((each) => each.toLowerCase() === user?.address.toLowerCase()) ?? false;
  // What Exchange assigns by RBAC is in no token.
  const byExchange = !token.user && inScope && (wanted === 'calendars' || wanted === 'settings');
  if (!may(token, wanted) && !byExchange) return denied();
  if (!user || user.tenantId !== token.application.tenantId)
    return graphError(404, 'ErrorInvalidUser', `The requested user '${who}' is invalid.`);
  if (token.user && token.user !== user) return denied(); // shared calendars are reached through one's own mailbox
  if (!token.user && mailboxScope && !inScope) return denied();
  if (!user.mailbox)
    return graphError(
      404,
      'MailboxNotEnabledForRESTAPI',
      'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
    );
  const basic =
    wanted === 'calendars' &&
    !byExchange &&
    !token.permissions.some((each) => /^(Calendars\.Read(Write)?(\.Shared)?|\.default)$/.test(each));
  return { token, user, mailbox: user.mailbox, basic };
}

/** The calendar by id as this mailbox lists it, with where its items really lie. */
export function calendarOf(
  mailbox: Mailbox,
  id: string | null,
): { shown: Calendar; source: Mailbox; calendar: string } | null {
  const shown =
    id === null ? mailbox.defaultCalendar : mailbox.calendars.find((each) => calendarId(mailbox, each) === id);
  if (!shown) return null;
  return shown.shared
    ? { shown, source: shown.shared.mailbox, calendar: shown.shared.calendar }
    : { shown, source: mailbox, calendar: shown.id };
}

export const calendarId = (mailbox: Mailbox, calendar: Calendar) =>
  `AAMkAG${Buffer.from(`${mailbox.owner.id.slice(0, 8)}|${calendar.id}`).toString('base64url')}=`;
