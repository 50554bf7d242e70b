/**
 * How failed sign-ins lock what they were tried with, in steps that grow. Pure: `now` is a parameter.
 *
 * Three things are counted, each by a key of its own (tries.queries.ts):
 * - a person (whoever's address was typed, known or not, so that a lock tells nobody who exists),
 * - the network address the tries come from,
 * - a known device: a browser that once signed this person in carries a sealed cookie and is counted by itself instead
 *   of by the other two. So whoever fails on purpose, from however many addresses, locks the person out of new devices
 *   for at most a quarter of an hour at a time, and out of the known ones never. (The scheme is OWASP's "device cookies",
 *   community page Slow Down Online Guessing Attacks with Device Cookies.)
 */
export interface Failures {
  failures: number;
  lastAt: Temporal.Instant;
  lockedUntil: Temporal.Instant | null;
}

export type Counted = 'person' | 'address' | 'device' | 'own';

/** From this failure on each one locks, for the next step of time. */
const lockingFrom: Record<Counted, number> = { person: 10, address: 100, device: 10, own: 10 };
/** Everybody behind a proxy on this machine comes from one address: that many failures are no single person's. */
const lockingFromOnLoopback = 1_000;
/** Minutes. The last one goes for all that follow: a person may be kept out by others for so long and no longer. */
const lockMinutes = [1, 2, 4, 8, 15];
/** After so long without a failure all begins anew. */
const forgottenAfter = Temporal.Duration.from({ hours: 24 });

export interface Key {
  counted: Counted;
  /** As it is stored. */
  key: string;
}

const locksFrom = ({ counted, key }: Key): number =>
  counted === 'address' && /:(127\.|::1$)/.test(key) ? lockingFromOnLoopback : lockingFrom[counted];

/** Whole seconds until the next try is allowed; 0 when it is allowed now. */
export function lockedSeconds(before: Failures | null, now: Temporal.Instant): number {
  if (!before?.lockedUntil) return 0;
  return Math.max(0, Math.ceil((before.lockedUntil.epochMilliseconds - now.epochMilliseconds) / 1000));
}

/** What stands after one more failure; must not be asked while it is locked. */
export function afterFailure(before: Failures | null, key: Key, now: Temporal.Instant): Failures {
  const fresh = before === null || Temporal.Instant.compare(before.lastAt.add(forgottenAfter), now) <= 0;
  const failures = (fresh ? 0 : before.failures) + 1;
  const step = failures - locksFrom(key);
  const minutes = step < 0 ? 0 : lockMinutes[Math.min(step, lockMinutes.length - 1)]!;
  return { failures, lastAt: now, lockedUntil: minutes === 0 ? null : now.add({ minutes }) };
}

/**
 * What stands when a counted try turned out to be none: tries are counted before they are checked, so that those
 * running side by side count too. Its own lock goes with it.
 */
export function withoutTry(before: Failures, key: Key): Failures {
  const failures = Math.max(0, before.failures - 1);
  return { ...before, failures, lockedUntil: failures < locksFrom(key) ? null : before.lockedUntil };
}

/**
 * The network that an address stands for: whoever has an IPv6 connection has at least 2^64 addresses (RFC 6177).
 * @param address as the socket tells it; IPv4 inside IPv6 is IPv4.
 */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!plain.includes(':')) return plain;
  if (plain === '::1') return plain;
  const [head = '', tail] = plain.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail ? tail.split(':') : [];
  const groups =
    tail === undefined ? front : [...front, ...Array(Math.max(0, 8 - front.length - back.length)).fill('0'), ...back];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
