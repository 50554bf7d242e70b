/** What an operation is given: who asks, for whom, and how the answer is to look. */
import type { Mailbox } from '../../microsoft365/mailbox/mailbox.ts';
import type { Answer } from '../http.ts';
import { folderBy } from '../mailbox/ids.ts';
import type { ServiceAccount, User, World } from '../world.ts';
import { child, childText, type Element } from '../xml/element.ts';
import { Refused } from './errors.ts';
import type { Manner } from './shown.ts';
import { isAtLeast, type Version } from './versions.ts';

export interface Call {
  world: World;
  account: ServiceAccount;
  /** Whose eyes are looked through: the impersonated user's, or the account's own; null: it has no mailbox. */
  user: User | null;
  /** Whether it was by impersonation. */
  impersonated: boolean;
  version: Version;
  /** IANA zone of TimeZoneContext; null: UTC. */
  zone: string | null;
  request: Element;
  headers: Record<string, string>;
  /** Where Outlook on the web is. */
  outlook: string;
  /** Called back when the client is gone. */
  onGone(callback: () => void): void;
}

/** What an operation gives: what stands in the body, or a stream of such. */
export type Outcome = ({ body: Element } | { stream: AsyncIterable<Element> }) & { headers?: Answer['headers'] };

export const atLeast =
  (call: Call) =>
  (wanted: Version): boolean =>
    isAtLeast(call.version, wanted);

export const mannerOf = ({ world, zone, outlook }: Call, find: boolean): Manner => ({
  ...{ habits: world.habits, zone, outlook, find },
});

export interface Folder {
  user: User & { mailbox: Mailbox };
  mailbox: Mailbox;
  /** cal1, inbox … */
  id: string;
}

/** @throws Refused with ErrorFolderNotFound and the like */
export function folderOf(call: Call, element: Element): Folder {
  const { world, user } = call;
  const { Id = '' } = element.attributes;
  const address = childText(child(element, 'Mailbox'), 'EmailAddress');
  const owner = address === undefined ? user : world.userBy(address);
  if (!owner?.mailbox)
    throw new Refused('ErrorNonExistentMailbox', 'The SMTP address has no mailbox associated with it.');
  const { mailbox } = owner;
  if (owner !== user) throw new Refused('ErrorItemNotFound', 'The specified object was not found in the store.');
  const id = element.name === 'FolderId' ? folderBy(mailbox, Id) : Id === 'calendar' ? mailbox.defaultCalendar.id : Id;
  if (id === null) throw new Refused('ErrorFolderNotFound', 'The specified folder could not be found in the store.');
  return { user: owner as Folder['user'], mailbox, id };
}

/** Of a request that is about one mailbox. @throws Refused when the account has none */
export function mailboxOf({ user }: Call): Mailbox {
  if (!user?.mailbox)
    throw new Refused(
      'ErrorMissingEmailAddress',
      'When making a request as an account that does not have a mailbox, you must specify the mailbox primary SMTP address for any distinguished folder Ids.',
    );
  return user.mailbox;
}
