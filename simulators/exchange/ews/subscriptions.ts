/**
 * Streaming subscriptions: of one mailbox each, living on one server of several, found again only by who comes with that
 * server's cookie. They tell late, twice, of nothing, or not at all.
 */
import type { Mailbox } from '../../microsoft365/mailbox/mailbox.ts';
import { digest, type ServiceAccount, type User, type World } from '../world.ts';
import { child, type Element, m, t } from '../xml/element.ts';
import { type Call, folderOf, type Outcome } from './call.ts';
import { each, Refused, response } from './errors.ts';
import { type Notice, noiseIn, noticesOf } from './notices.ts';

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
  /** Made at a server of another site than the one at which its mailbox lives. */
  strays: boolean;
  pending: Notice[];
  /** Epoch milliseconds at which somebody last listened. */
  heard: number;
  /** Wakes the stream that listens. */
  wake: (() => void) | null;
}

export class Subscriptions {
  readonly all = new Map<string, Subscription>();
  /** How often one was made at a server of another site than its mailbox's. */
  strays = 0;
  private readonly world: World;
  private readonly listened = new WeakSet<Mailbox>();
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
    this.endOld();
    const mine = [...this.all.values()].filter((one) => one.account === account);
    if (mine.length >= world.habits.maxSubscriptions)
      throw new Refused('ErrorExceededSubscriptionCount', 'You have exceeded the number of subscriptions.');
    const wholeMailbox = request.attributes.SubscribeToAllFolders === 'true';
    const folders = child(request, 'FolderIds')?.children.map((id) => folderOf(call, id).id) ?? [];
    if (wholeMailbox === folders.length > 0)
      throw new Refused('ErrorInvalidSubscriptionRequest', 'Either folders or all of them are subscribed to.');
    const { server, isNew } = this.serverOf(call);
    const strays = siteIn(server) !== null && siteIn(server) !== digest(user.grouping);
    if (strays) this.strays++;
    const id = Buffer.from(`${server}|${++this.serial}|${digest(user.id)}`).toString('base64');
    const events = new Set(child(request, 'EventTypes')!.children.map(({ text }) => text.trim()));
    this.listen(user.mailbox);
    this.all.set(id, {
      ...{ id, account, user, mailbox: user.mailbox, folders: wholeMailbox ? null : folders, events, server, strays },
      ...{ pending: [], heard: world.clock.now(), wake: null },
    });
    return { id, server, isNew };
  }

  /**
   * The server that a request reaches. Who prefers affinity is told a server in a cookie and must bring it along: one of
   * the site at which the anchor lives. Who doesn't reaches the one that has the mailbox.
   */
  serverOf({ world, headers, user }: Call): { server: string; isNew: boolean } {
    if (!world.habits.affinity) return { server: 'EX1', isNew: false };
    const [, told] = new RegExp(`(?:^|;)\\s*${cookieName}=([^;]+)`).exec(headers.cookie ?? '') ?? [];
    if (told) return { server: told, isNew: false };
    if (headers['x-preferserveraffinity']?.toLowerCase() !== 'true')
      return { server: `home-${digest(user?.id ?? '')}`, isNew: false };
    const anchor = world.userBy(headers['x-anchormailbox'] ?? '') ?? user;
    const site = digest(anchor?.grouping ?? '');
    return { server: `EX${1 + (++this.serial % 9)}.${site}~${1_941_000_000 + this.serial}`, isNew: true };
  }

  /** Those of the ids that the caller may listen to, and those that mean nothing to this server. */
  find(call: Call, ids: string[]): { found: Subscription[]; unknown: string[] } {
    const { world, account, user } = call;
    const { server } = this.serverOf(call);
    this.endOld();
    const unknown: string[] = [];
    const found = ids.flatMap((id) => {
      const one = this.all.get(id);
      const isThere = one && this.isAlive(one) && one.account === account && one.server === server;
      if (isThere && one.strays && world.habits.otherSites === 'fails')
        throw new Refused('ErrorProxyRequestProcessingFailed', 'The request could not be handed on to the other site.');
      if (isThere && !one.strays && (world.habits.sharedStreams || one.user === user)) return one;
      unknown.push(id);
      return [];
    });
    return { found, unknown };
  }

  /** Nobody has listened to them for too long. */
  private endOld(): void {
    const oldest = this.world.clock.now() - this.world.habits.subscriptionLife;
    for (const one of this.all.values()) if (!one.wake && one.heard < oldest) this.all.delete(one.id);
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
    const noticeOf = noticesOf(mailbox);
    mailbox.listeners.add((change) => {
      const notice = noticeOf(change, this.world.habits);
      if (notice) this.tell(mailbox, notice);
    });
  }

  private tell(mailbox: Mailbox, notice: Notice): void {
    const { world } = this;
    const { habits } = world;
    const at = t('TimeStamp', {}, new Date(world.clock.now()).toISOString());
    for (const one of this.all.values()) {
      const concerns = one.folders === null || one.folders.some((id) => notice.folders.includes(id));
      if (one.mailbox !== mailbox || !concerns) continue;
      const notices = world.chance(habits.lostNotices) ? [] : [notice];
      if (world.chance(habits.doubledNotices)) notices.push(...notices);
      if (world.chance(habits.noise)) notices.push(noiseIn(mailbox, notice.folders.at(-1)!));
      for (const each of notices)
        if (one.events.has(each.event)) this.later(one, { ...each, content: [at, ...each.content] });
    }
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
/** Null for a server that was reached without affinity. */
const siteIn = (server: string): string | null => /^EX\d\.([^~]+)~/.exec(server)?.[1] ?? null;
