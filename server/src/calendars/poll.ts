/**
 * How often a mailbox is asked where nobody tells us of its changes: often while it changes, seldom while it is quiet.
 * Pure.
 */

const soonest = 2;
const latest = 15;

/** @param quiet rounds in a row that brought nothing new. */
export const pollAfter = (quiet: number): Temporal.Duration =>
  Temporal.Duration.from({ minutes: Math.min(Math.floor(soonest * 1.25 ** Math.max(quiet, 0)), latest) });
