/** GetStreamingEvents: an answer that goes on for minutes, one envelope after the other. */
import type { Habits } from '../habits.ts';
import { type Content, child, childText, type Element, m, t } from '../xml/element.ts';
import type { Call, Outcome } from './call.ts';
import { Fault, failure, Refused, response, success } from './errors.ts';
import type { Subscription, Subscriptions } from './subscriptions.ts';
import type { Throttling } from './throttling.ts';

const name = 'GetStreamingEventsResponseMessage';
const enveloped = (message: Element): Element => response('GetStreamingEvents', [message]);
const status = (word: 'OK' | 'Closed'): Element => m('ConnectionStatus', {}, word);

export function streamEvents(call: Call, subscriptions: Subscriptions, throttling: Throttling): Outcome {
  const ids = child(call.request, 'SubscriptionIds')!.children.map(({ text }) => text.trim());
  if (ids.length > 200)
    return {
      body: enveloped(failure(name, new Refused('ErrorInvalidRequest', 'At most 200 subscriptions are listened to.'))),
    };
  try {
    const { found, unknown } = subscriptions.find(call, ids);
    if (unknown.length > 0) return { stream: once(enveloped(lost(call, unknown))) };
    return { stream: events(call, found, subscriptions, throttling.hang(call.account)) };
  } catch (error) {
    if (error instanceof Fault) return { body: enveloped(failure(name, error)) };
    throw error;
  }
}

async function* once(body: Element): AsyncGenerator<Element> {
  yield body;
}

/** An error in the form of a message, with the subscriptions that it is about, and the end of the connection. */
function lost({ world }: Call, ids: string[]): Element {
  const code = world.habits.affinity ? 'ErrorSubscriptionNotFound' : 'ErrorInvalidSubscription';
  const refused = failure(
    name,
    new Refused(world.habits.sharedStreams ? code : 'ErrorInvalidSubscription', 'Subscription is invalid.'),
  );
  const list = m(
    'ErrorSubscriptionIds',
    {},
    ids.map((id) => (world.habits.notificationsIn === 'messages' ? m : t)('SubscriptionId', {}, id)),
  );
  return { ...refused, children: [...refused.children, list, status('Closed')] };
}

async function* events(
  call: Call,
  found: Subscription[],
  subscriptions: Subscriptions,
  leave: () => void,
): AsyncGenerator<Element> {
  const { world } = call;
  const { habits, clock } = world;
  let woken = Promise.withResolvers<void>();
  let isOver = false;
  let beats = 0;
  const wake = () => woken.resolve();
  const end = () => {
    isOver = true;
    wake();
  };
  const beat = () => {
    beats++;
    wake();
    if (!isOver) clock.after(habits.heartbeat, beat);
  };
  for (const one of found) {
    one.wake?.(); // Who listened before is told no more.
    one.wake = wake;
  }
  call.onGone(end);
  clock.after(Number(childText(call.request, 'ConnectionTimeout')) * 60_000, end);
  clock.after(habits.heartbeat, beat);
  const goes = world.chance(habits.lostSubscriptions) ? world.oneOf(found) : null;
  if (goes) clock.after(habits.heartbeat / 2, () => subscriptions.forget(goes));
  try {
    yield enveloped(success(name, status('OK')));
    while (!isOver) {
      const gone = found.filter((one) => !subscriptions.isAlive(one)).map(({ id }) => id);
      if (gone.length > 0) return yield enveloped(lost(call, gone));
      if (found.some((one) => one.wake !== wake)) break;
      const full = found.filter(({ pending }) => pending.length > 0);
      if (full.length > 0) yield enveloped(told(full, habits));
      else if (beats > 0) yield enveloped(alive(found, habits));
      beats = 0;
      if (found.every(({ pending }) => pending.length === 0)) await woken.promise;
      woken = Promise.withResolvers();
    }
    yield enveloped(success(name, status('Closed')));
  } finally {
    isOver = true;
    leave();
    for (const one of found) {
      one.heard = clock.now();
      if (one.wake === wake) one.wake = null;
    }
  }
}

const notification = ({ id }: Subscription, inside: 'messages' | 'types', ...content: Content[]): Element =>
  (inside === 'messages' ? m : t)('Notification', {}, t('SubscriptionId', {}, id), content);

function told(full: Subscription[], { notificationsIn }: Habits): Element {
  const list = full.map((one) => {
    const notices = one.pending.splice(0).map(({ event, content }) => t(event, {}, content));
    return notification(one, notificationsIn, notices);
  });
  return success(name, m('Notifications', {}, list));
}

function alive(found: Subscription[], { heartbeats, notificationsIn }: Habits): Element {
  if (heartbeats === 'connectionStatus') return success(name, status('OK'));
  const list = found.map((one) => notification(one, notificationsIn, t('StatusEvent', {})));
  return success(name, m('Notifications', {}, list), status('OK'));
}
