/**
 * Tells webhooks of presence changes and of alerts: in order, each at least once, from the outbox by number, so that nothing is lost
 * while a receiver, or we, are down. One that is far behind gets the newest of each user.
 */
import type { Context, Running } from '../context.ts';
import { alertChannel, alertsAfter } from '../organization/alerts.ts';
import { presenceChannel, readChanges } from '../presence/changes.ts';
import { crashPoint } from '../store/crash-points.ts';
import { deliver } from './delivery.ts';
import { alertEvent, type CloudEvent, newestOfEach, presenceEvent } from './presence-event.ts';
import {
  type ClaimedWebhook,
  claimWebhooks,
  emailsOf,
  letGo,
  nextDelivery,
  noteAlertDelivered,
  noteDelivered,
  noteFailure,
} from './webhooks.queries.ts';

export interface PublishingOptions {
  /** The pause after the first failure; it doubles up to ten minutes. Milliseconds, 2,000 unless a test is in a hurry. */
  retryMs?: number;
}

const leaseMs = 30_000;
const longestRetryMs = 600_000;
const lookAnywayMs = 30_000;
/** Endpoints told at the same time. */
const concurrent = 8;
const batchSize = 200;
/** More than this many changes behind, in-between states are of no use to anybody. */
const farBehind = 2_000;

export async function startPublishing(context: Context, options: PublishingOptions = {}): Promise<Running> {
  const { store, log, secrets, outbound } = context;
  const { retryMs = 2_000 } = options;
  const working = new Set<Promise<void>>();
  const abort = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<void> | null = null;
  let again = false;

  function wake(): void {
    if (abort.signal.aborted) return;
    again = true;
    looking ??= look()
      .catch((error) => log.warn({ err: error }, 'Webhooks could not be looked at.'))
      .finally(() => {
        looking = null;
        if (again) wake();
      });
  }
  async function look(): Promise<void> {
    again = false;
    if (timer) clearTimeout(timer);
    timer = null;
    const free = concurrent - working.size;
    const claimed = free > 0 ? await claimWebhooks(store.db, context.processName, leaseMs, free) : [];
    for (const webhook of claimed) {
      const work: Promise<void> = tell(webhook)
        .catch((error) => log.warn({ err: error, webhook: webhook.id }, 'A webhook could not be told.'))
        .finally(() => {
          working.delete(work);
          wake();
        });
      working.add(work);
    }
    const wait = await nextDelivery(store.db, lookAnywayMs);
    if (abort.signal.aborted) return;
    // What is being told right now wakes us when it is done.
    timer = setTimeout(wake, Math.max(wait, 100));
    timer.unref();
  }

  /** Until there is nothing more, or it fails. */
  async function tell(webhook: ClaimedWebhook): Promise<void> {
    const { id, url } = webhook;
    const endpoint = { url, secret: secrets.open(webhook.secret, id) };
    /** @returns whether it got there; else it is noted when to try again. */
    const told = async (event: CloudEvent<unknown>): Promise<boolean> => {
      const answer = await deliver(outbound, endpoint, event, abort.signal);
      if (answer.ok) return true;
      if (abort.signal.aborted) {
        await letGo(store.db, id);
        return false;
      }
      const { message, gone, retryAt } = answer;
      log.info({ webhook: id, message }, 'A webhook was not delivered.');
      await noteFailure(store.db, id, { message, gone, retryInMs: pause(webhook.failures++, retryAt) });
      return false;
    };
    // Rare, and more urgent than anybody's presence.
    for (const alert of await alertsAfter(store.db, webhook.delivered_alert)) {
      if (!(await told(alertEvent(alert)))) return;
      if (!(await noteAlertDelivered(store.db, id, alert.id, leaseMs))) return;
    }
    let delivered = webhook.delivered_number;
    while (!abort.signal.aborted) {
      const changes = await readChanges(store.db, delivered, farBehind);
      if (changes.length === 0) break;
      const batch = changes.length === farBehind ? newestOfEach(changes) : changes.slice(0, batchSize);
      const emails = await emailsOf(store.db, [...new Set(batch.map((change) => change.userId))]);
      for (const change of batch) {
        const event = presenceEvent(change, emails.get(change.userId) ?? '');
        if (!(await told(event))) return;
        crashPoint('webhook.delivered');
        if (!(await noteDelivered(store.db, id, delivered, change.number, leaseMs))) return;
        delivered = change.number;
        webhook.failures = 0;
      }
    }
    await letGo(store.db, id);
  }
  function pause(failures: number, retryAt: Temporal.Instant | null): number {
    const backOff = Math.min(retryMs * 2 ** Math.min(failures, 20), longestRetryMs) * (0.75 + Math.random() / 2);
    const asked = retryAt ? retryAt.epochMilliseconds - Date.now() : 0;
    return Math.max(backOff, Math.min(asked, 3_600_000));
  }

  await store.listen(presenceChannel, wake);
  await store.listen(alertChannel, wake);
  wake();
  return {
    async stop() {
      abort.abort();
      if (timer) clearTimeout(timer);
      await looking;
      if (timer) clearTimeout(timer);
      await Promise.all(working);
    },
  };
}
