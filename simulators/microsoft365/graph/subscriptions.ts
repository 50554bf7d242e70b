/** Change notifications: subscriptions are validated, run out, and tell late, twice, in disorder or not at all. */
import { randomUUID } from 'node:crypto';
import type { Answer } from '../http.ts';
import type { MailboxChange } from '../mailbox/mailbox.ts';
import type { Application, User, World } from '../world.ts';
import { badRequest, graphError, notFound } from './errors.ts';
import { idOf } from './ids.ts';

interface Subscription {
  id: string;
  application: Application;
  /** null: of the application itself. */
  by: User | null;
  user: User;
  calendar: string | null;
  resource: string;
  changeType: string;
  notificationUrl: string;
  lifecycleNotificationUrl: string | null;
  clientState: string | null;
  expiresAt: number;
  /** Asked for reauthorization, and nobody came: nothing is told. */
  silent: boolean;
}

/** Sends a POST and tells the status and the body; status 0 when nobody answers in time. */
export type Send = (
  url: string,
  body: string | null,
  timeoutMs: number,
) => Promise<{ status: number; body: string; ms: number }>;

const day = 86_400_000;

export class Subscriptions {
  private readonly world: World;
  private readonly send: Send;
  readonly all = new Map<string, Subscription>();
  /** What was told and how it went, for tests and figures. */
  readonly told = { sent: 0, lost: 0, slow: 0, failed: 0, lifecycle: 0 };

  constructor(world: World, send: Send) {
    this.world = world;
    this.send = send;
  }

  async create(
    application: Application,
    by: User | null,
    target: { user: User; calendar: string | null },
    body: Record<string, unknown>,
  ): Promise<Answer> {
    const text = (name: string) => (typeof body[name] === 'string' ? (body[name] as string) : null);
    const notificationUrl = text('notificationUrl');
    const changeType = text('changeType');
    const clientState = text('clientState');
    if (!notificationUrl || !changeType || !text('expirationDateTime'))
      return badRequest('A required property is missing.');
    if (clientState && clientState.length > 128) return badRequest('clientState must have at most 128 characters.');
    if (!/^((created|updated|deleted)(,|$))+$/.test(changeType)) return badRequest(`Invalid changeType ${changeType}.`);
    const expiresAt = this.expiry(text('expirationDateTime')!);
    if (typeof expiresAt !== 'number') return expiresAt;
    for (const each of this.all.values())
      if (
        each.application === application &&
        each.user === target.user &&
        each.calendar === target.calendar &&
        each.changeType === changeType &&
        each.expiresAt > this.world.clock.now()
      )
        return graphError(
          409,
          'ExtensionError',
          'Operation: Create; Exception: subscription already exists for the resource.',
        );
    const lifecycleNotificationUrl = text('lifecycleNotificationUrl');
    for (const url of [notificationUrl, lifecycleNotificationUrl]) {
      const fault = url && (await this.validate(url));
      if (fault) return graphError(400, 'ValidationError', fault);
    }
    const subscription: Subscription = {
      ...{ id: randomUUID(), application, by, ...target, resource: String(body.resource), changeType },
      ...{ notificationUrl, lifecycleNotificationUrl, clientState, expiresAt, silent: false },
    };
    this.all.set(subscription.id, subscription);
    return { status: 201, body: this.shown(subscription) };
  }

  get(application: Application, id: string): Subscription | null {
    const found = this.all.get(id);
    if (!found || found.application !== application) return null;
    if (found.expiresAt > this.world.clock.now()) return found;
    this.all.delete(id);
    return null;
  }

  renew(application: Application, id: string, body: Record<string, unknown>): Answer {
    const subscription = this.get(application, id);
    if (!subscription) return notFound('The object was not found.');
    if (body.lifecycleNotificationUrl !== undefined) return badRequest('lifecycleNotificationUrl can’t be changed.');
    const expiresAt = this.expiry(String(body.expirationDateTime));
    if (typeof expiresAt !== 'number') return expiresAt;
    Object.assign(subscription, { expiresAt, silent: false });
    if (this.world.chance(this.world.habits.droppedSubscriptions)) void this.drop(subscription);
    return { status: 200, body: this.shown(subscription) };
  }

  reauthorize(application: Application, id: string): Answer {
    const subscription = this.get(application, id);
    if (!subscription) return notFound('The object was not found.');
    subscription.silent = false;
    return { status: 202, body: null };
  }

  delete(application: Application, id: string): Answer {
    const subscription = this.get(application, id);
    if (!subscription) return notFound('The object was not found.');
    this.all.delete(id);
    return { status: 204, body: null };
  }

  shown({
    id,
    resource,
    application,
    changeType,
    clientState,
    notificationUrl,
    lifecycleNotificationUrl,
    expiresAt,
    by,
    user,
  }: Subscription): object {
    return {
      ...{ id, resource, applicationId: application.clientId, changeType, clientState, notificationUrl },
      ...{
        lifecycleNotificationUrl,
        expirationDateTime: new Date(expiresAt).toISOString(),
        creatorId: (by ?? user).id,
      },
      ...{ notificationQueryOptions: null, includeResourceData: null, latestSupportedTlsVersion: 'v1_2' },
      ...{ encryptionCertificate: null, encryptionCertificateId: null, notificationUrlAppId: null },
    };
  }

  /** A mailbox has changed. */
  changed(user: User, change: MailboxChange): void {
    const { habits } = this.world;
    for (const subscription of this.all.values()) {
      const { calendar, changeType } = subscription;
      const concerned = subscription.user === user && (calendar === null || calendar === change.calendar);
      if (!concerned || !changeType.includes(change.kind) || subscription.silent) continue;
      if (subscription.expiresAt <= this.world.clock.now()) continue;
      if (this.world.chance(habits.lostNotices)) {
        this.told.lost++;
        if (this.world.chance(habits.missedTold)) this.later(() => this.lifecycle(subscription, 'missed'));
        continue;
      }
      const notice = this.notice(subscription, change);
      this.later(() => this.tell(subscription, [notice]));
      if (this.world.chance(habits.doubledNotices)) this.later(() => this.tell(subscription, [notice]));
    }
  }

  /** Asks for reauthorization, as Graph does before tokens end; nothing is told until it comes. */
  askReauthorization(user: User): void {
    for (const subscription of this.all.values())
      if (subscription.user === user) {
        subscription.silent = true;
        void this.lifecycle(subscription, 'reauthorizationRequired');
      }
  }
  async drop(subscription: Subscription): Promise<void> {
    this.all.delete(subscription.id);
    await this.lifecycle(subscription, 'subscriptionRemoved');
  }

  private later(what: () => Promise<void>): void {
    this.world.clock.after(this.world.between(this.world.habits.noticeLatency), () => void what());
  }

  private notice(subscription: Subscription, { kind, item, date }: MailboxChange): object {
    const { user } = subscription;
    const id = idOf(user.mailbox!, item, date, false);
    return {
      ...this.head(subscription),
      changeType: kind,
      resource: `Users/${user.id}/Events/${id}`,
      resourceData: {
        '@odata.type': '#Microsoft.Graph.Event',
        '@odata.id': `Users/${user.id}/Events/${id}`,
        '@odata.etag': 'W/"AQ=="',
        id,
      },
    };
  }

  private head({ id, clientState, expiresAt, user }: Subscription): object {
    return {
      subscriptionId: id,
      subscriptionExpirationDateTime: new Date(expiresAt).toISOString(),
      clientState,
      tenantId: user.tenantId,
    };
  }

  /** Tried again for up to four hours where it isn't taken. */
  private async tell(subscription: Subscription, value: object[], attempt = 1): Promise<void> {
    const answer = await this.send(subscription.notificationUrl, JSON.stringify({ value }), 10_000);
    this.told.sent++;
    if (answer.ms > 3_000) this.told.slow++;
    if (answer.status >= 200 && answer.status < 300) return;
    this.told.failed++;
    const wait = 10_000 * 2 ** attempt;
    if (wait < day / 6) this.world.clock.after(wait, () => void this.tell(subscription, value, attempt + 1));
  }

  private async lifecycle(
    subscription: Subscription,
    event: 'missed' | 'subscriptionRemoved' | 'reauthorizationRequired',
  ) {
    if (!subscription.lifecycleNotificationUrl) return;
    this.told.lifecycle++;
    const notice = { ...this.head(subscription), lifecycleEvent: event, resource: subscription.resource };
    await this.send(subscription.lifecycleNotificationUrl, JSON.stringify({ value: [notice] }), 10_000);
  }

  private async validate(url: string): Promise<string | null> {
    const token = `Validation: Testing client application reachability for subscription Request-Id: ${randomUUID()}`;
    const address = `${url}${url.includes('?') ? '&' : '?'}validationToken=${encodeURIComponent(token)}`;
    const answer = await this.send(address, null, 10_000);
    if (answer.status === 0) return 'Subscription validation request timed out.';
    if (answer.status !== 200)
      return `Subscription validation request failed. Response must be 200 OK, but was ${answer.status}.`;
    return answer.body === token ? null : 'Subscription validation request failed. The token was not returned.';
  }

  /** An expiry under 45 minutes is raised to 45; a longer one than the longest is refused. */
  private expiry(text: string): number | Answer {
    const asked = Date.parse(text);
    const now = this.world.clock.now();
    if (Number.isNaN(asked) || asked <= now) return badRequest('Subscription expiration must be in the future.');
    const longest = now + this.world.habits.longestSubscription * 60_000;
    if (asked > longest + 60_000)
      return this.world.habits.longestSubscription < 10_080 && asked <= now + 10_081 * 60_000
        ? longest // what is given is what the answer states
        : graphError(
            400,
            'ExtensionError',
            `Subscription expiration can only be ${this.world.habits.longestSubscription} minutes in the future.`,
          );
    return Math.max(asked, now + 45 * 60_000);
  }
}
