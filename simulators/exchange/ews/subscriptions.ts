/**
 * Streaming subscriptions: of one mailbox each, living on one server of several, found again only by who comes with that
 * server's cookie. They tell late, twice, of nothing, or not at all.
 */
import type { Item } from '../../microsoft365/mailbox/items.ts';
import type { Mailbox, MailboxChange } from '../../microsoft365/mailbox/mailbox.ts';
import { folderIdOf, itemIdOf } from '../mailbox/ids.ts';
import { digest, type ServiceAccount, type User, type World } from '../world.ts';
import { child, type Element, m, t } from '../xml/element.ts';
import { type Call, folderOf, type Outcome } from './call.ts';
import { each, Refused, response } from './errors.ts';

/** What a subscription hears of one change; null: of nothing, a sign of life. */
export interface Notice {
  event: 'CreatedEvent' | 'ModifiedEvent' | 'DeletedEvent' | 'MovedEvent';
  content: Element[];
}
export interface Subscription {
  id: string;
  account: ServiceAccount;
  user: User;
  mailbox: Mailbox;
  /** Own ids of folders; null: all. */
  folders: string[] | null;
  events: ReadonlySet<string>;
  /** On which server it lives. */
  server: string;
  pending: Notice[];
  /** Epoch milliseconds at which somebody last listened. */
  heard: number;
  /** Wakes the stream that listens. */
  wake: (() => void) | null;
}

export class Subscriptions {
  readonly all = new Map<string, Subscription>();
  private readonly world: World;
  private readonly listened = new WeakSet<Mailbox>();
  private readonly leaving = new Map<Item['number'], string>();
  private serial = 0;

  constructor(world: World) {
    this.world = world;
  }

  subscribe(call: Call): Outcome {
    let cookie = '';
    const body = response('Subscribe', [
      each('SubscribeResponseMessage', () => {
        const [request] = call.request.children as [Element];
        const made = this.made(call, request);
        if (made.isNew) cookie = made.server;
        return m('SubscriptionId', {}, made.id);
      }),
    ]);
    return { body, ...(cookie && { headers: { 'set-cookie': [`${cookieName}=${cookie}; path=/EWS; HttpOnly`] } }) };
  }

  private made(call: Call, request: Element): { id: string; server: string; isNew: boolean } {
    const { world, account, user } = call;
    if (!user?.mailbox) throw new Refused('ErrorMissingEmailAddress', 'The account has no mailbox to subscribe to.');
    const mine = [...this.all.values()].filter((one) => one.account === account).length;
    if (mine >= world.habits.maxSubscriptions)
      throw new Refused('ErrorExceededSubscriptionCount', 'You have exceeded the number of subscriptions.');
    const wholeMailbox = request.attributes.SubscribeToAllFolders === 'true';
    const folders = child(request, 'FolderIds')?.children.map((id) => folderOf(call, id).id) ?? [];
    if (wholeMailbox === folders.length > 0)
      throw new Refused('ErrorInvalidSubscriptionRequest', 'Either folders or all of them are subscribed to.');
    const { server, isNew } = this.serverOf(call);
    const id = Buffer.from(`${server}|${++this.serial}|${digest(user.id)}`).toString('base64');
    const events = new Set(child(request, 'EventTypes')!.children.map(({ text }) => text.trim()));
    this.listen(user.mailbox);
    this.all.set(id, {
      ...{ id, account, user, mailbox: user.mailbox, folders: wholeMailbox ? null : folders, events, server },
      ...{ pending: [], heard: world.clock.now(), wake: null },
    });
    return { id, server, isNew };
  }

  /**
   * The server that a request reaches. Who prefers affinity is told a server in a cookie and must bring it along; who
   * doesn't reaches the one that has the mailbox.
   */
  serverOf({ world, headers, user }: Call): { server: string; isNew: boolean } {
    if (!world.habits.affinity) return { server: 'EX1', isNew: false };
    const [, told] = new RegExp(`(?:^|;)\\s*${cookieName}=([^;]+)`).exec(headers.cookie ?? '') ?? [];
    if (told) return { server: told, isNew: false };
    if (headers['x-preferserveraffinity']?.toLowerCase() !== 'true')
      return { server: `home-${digest(user?.id ?? '')}`, isNew: false };
    return { server: `EX${1 + (++this.serial % 9)}.contoso.example~${1_941_000_000 + this.serial}`, isNew: true };
  }

  /** Those of the ids that the caller may listen to, and those that mean nothing to this server. */
  find(call: Call, ids: string[]): { found: Subscription[]; unknown: string[] } {
    const { world, account, user } = call;
    const { server } = this.serverOf(call);
    const now = world.clock.now();
    const unknown: string[] = [];
    const found = ids.flatMap((id) => {
      const one = this.all.get(id);
      if (one && !one.wake && now - one.heard > world.habits.subscriptionLife) this.all.delete(id);
      const isThere = one && this.isAlive(one) && one.account === account && one.server === server;
      if (isThere && (world.habits.sharedStreams || one.user === user)) return one;
      unknown.push(id);
      return [];
    });
    return { found, unknown };
  }

  /** Not forgotten, and of a mailbox that is still here. */
  isAlive = (one: Subscription): boolean => this.all.has(one.id) && one.user.mailbox === one.mailbox;

  unsubscribe(call: Call): Element {
    return response('Unsubscribe', [
      each('UnsubscribeResponseMessage', () => {
        const id = child(call.request, 'SubscriptionId')!.text.trim();
        const { found } = this.find(call, [id]);
        if (!found[0]) throw new Refused('ErrorSubscriptionNotFound', 'The specified subscription was not found.');
        this.forget(found[0]);
        return null;
      }),
    ]);
  }

  /** As when a server fails over: nobody is told until they listen. */
  forget(...subscriptions: Subscription[]): void {
    for (const one of subscriptions) {
      this.all.delete(one.id);
      one.wake?.();
    }
  }

  private listen(mailbox: Mailbox): void {
    if (this.listened.has(mailbox)) return;
    this.listened.add(mailbox);
    mailbox.listeners.add((change) => {
      const notice = this.noticeOf(mailbox, change);
      if (notice) this.tell(mailbox, notice);
    });
  }

  /** A move is told to the mailbox as a deletion and an update. */
  private noticeOf(mailbox: Mailbox, { kind, item }: MailboxChange): (Notice & { folders: string[] }) | null {
    const { habits } = this.world;
    const isThere = mailbox.items.has(item.number);
    const folder = (name: string, id: string) => t(name, { Id: folderIdOf(mailbox, id) });
    const id = (name: string, of: string) => t(name, { Id: itemIdOf(mailbox, item, null, of) });
    const moved = (from: string, to: string) => ({
      ...{ event: 'MovedEvent' as const, folders: [from, to] },
      content: [
        id('ItemId', to),
        folder('ParentFolderId', to),
        id('OldItemId', from),
        folder('OldParentFolderId', from),
      ],
    });
    if (kind === 'deleted' && isThere) {
      this.leaving.set(item.number, item.calendar);
      return null;
    }
    const from = this.leaving.get(item.number);
    this.leaving.delete(item.number);
    if (from) return moved(from, item.calendar);
    if (kind === 'deleted' && habits.deletions === 'moved') return moved(item.calendar, 'deleteditems');
    const names = { created: 'CreatedEvent', updated: 'ModifiedEvent', deleted: 'DeletedEvent' } as const;
    const content = [id('ItemId', item.calendar), folder('ParentFolderId', item.calendar)];
    return { event: names[kind], content, folders: [item.calendar] };
  }

  private tell(mailbox: Mailbox, { event, content, folders }: Notice & { folders: string[] }): void {
    const { world } = this;
    const { habits } = world;
    for (const one of this.all.values()) {
      if (one.mailbox !== mailbox || !(one.folders === null || one.folders.some((id) => folders.includes(id))))
        continue;
      const at = new Date(world.clock.now()).toISOString();
      const notice: Notice = { event, content: [t('TimeStamp', {}, at), ...content] };
      const notices = world.chance(habits.lostNotices) ? [] : [notice];
      if (world.chance(habits.doubledNotices)) notices.push(...notices);
      if (world.chance(habits.noise)) notices.push(this.noise(mailbox, folders.at(-1)!, at));
      for (const each of notices) if (one.events.has(each.event)) this.later(one, each);
    }
  }

  /** The counts of a folder change with what lies in it. */
  private noise(mailbox: Mailbox, folder: string, at: string): Notice {
    const id = (name: string, of: string) => t(name, { Id: folderIdOf(mailbox, of) });
    const content = [id('FolderId', folder), id('ParentFolderId', 'msgfolderroot'), t('UnreadCount', {}, 0)];
    return { event: 'ModifiedEvent', content: [t('TimeStamp', {}, at), ...content] };
  }

  private later(one: Subscription, notice: Notice): void {
    const add = () => {
      one.pending.push(notice);
      one.wake?.();
    };
    const wait = this.world.between(this.world.habits.noticeLatency);
    if (wait < 1) add();
    else this.world.clock.after(wait, add);
  }
}

const cookieName = 'X-BackEndOverrideCookie';
