/**
 * All claims on a user's presence at once, the strongest first, and why each is where it is: the answer to "why am I busy,
 * and what comes after?". Pure; instants are epoch milliseconds.
 */
import { origins } from './presence.ts';
import {
  asExpected,
  type Claim,
  claimsOf,
  isStronger,
  overAt,
  type PresenceInputs,
  statusOrder,
  strongestOverTime,
} from './timeline.ts';

/**
 * What puts a claim below another: its origin ranks lower, its status asks for less consideration, it is shorter, it began
 * later. order: they are equal in all that matters, and one has to be first.
 */
export const belowReasons = ['origin', 'status', 'length', 'start', 'order'] as const;
export type BelowReason = (typeof belowReasons)[number];

export interface StackEntry {
  claim: Claim;
  /** Whether it is in force at the instant that was asked for. */
  running: boolean;
  /** null: it has no beginning. */
  from: number | null;
  /** As expected, with leases renewed; null: it lasts until something changes. */
  until: number | null;
  /** When it next is the presence, within the time asked for; null: never, as things stand. */
  shows: number | null;
  /**
   * Why it isn't the presence: what decides against the entry above it, and for one that is still to come against the
   * strongest at its beginning. null: it is the presence, or will be when it begins.
   */
  below: BelowReason | null;
  /** The one that decides against it: an index of the stack. null: it is the presence, or will be. */
  above: number | null;
}

/**
 * The claims that run at the instant, the strongest first, and then those that begin until `until`, in order of time. The
 * first one is what timeline.ts says for the instant; there is always one.
 */
export function stackAt(inputs: PresenceInputs, at: number, until: number): StackEntry[] {
  const expected = asExpected(inputs, at);
  const horizon = Math.max(until, at + 1);
  const claims = claimsOf(expected, at, horizon).filter((claim) => claim.start < overAt(claim) && overAt(claim) > at);
  const stretches = strongestOverTime(claims, at, horizon);
  const running = claims.filter(({ start }) => start <= at).sort(byStrength);
  const coming = claims
    .filter(({ start }) => start > at && start < horizon)
    .sort((a, b) => a.start - b.start || byStrength(a, b));
  const all = [...running, ...coming];
  const entry = (claim: Claim, above: Claim | undefined): StackEntry => ({
    claim,
    running: claim.start <= at,
    from: Number.isFinite(claim.start) ? claim.start : null,
    until: Number.isFinite(overAt(claim)) ? overAt(claim) : null,
    shows: stretches.find((stretch) => stretch.claim === claim)?.start ?? null,
    below: above ? decidedBy(above, claim) : null,
    above: above ? all.indexOf(above) : null,
  });
  const strongestAt = (instant: number) => stretches.findLast(({ start }) => start <= instant)!.claim;
  return [
    ...running.map((claim, index) => entry(claim, running[index - 1])),
    ...coming.map((claim) => {
      const strongest = strongestAt(claim.start);
      return entry(claim, strongest === claim ? undefined : strongest);
    }),
  ];
}

const byStrength = (a: Claim, b: Claim) => (isStronger(a, b) ? -1 : isStronger(b, a) ? 1 : 0);

/** Which step of the order of strength decides between two claims, the stronger one first. */
export function decidedBy(stronger: Claim, weaker: Claim): BelowReason {
  if (origins.indexOf(stronger.origin) !== origins.indexOf(weaker.origin)) return 'origin';
  if (statusOrder.indexOf(stronger.status) !== statusOrder.indexOf(weaker.status)) return 'status';
  if (stronger.end - stronger.start !== weaker.end - weaker.start) return 'length';
  return stronger.start === weaker.start ? 'order' : 'start';
}
