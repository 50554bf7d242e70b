/**
 * What the user's own clients say: somebody is at the computer, nobody is, the screen is locked, the last one was closed.
 * Pure. A client is one open page, a desktop or a mobile program. It says what it sees and for how long that may be taken
 * for true (a lease), so that one that dies without a word ends by itself. Of several the most present one counts: who
 * works at one computer isn't away because another one stands idle.
 *
 * Instants are epoch milliseconds, intervals half-open.
 */
import type { ClientSettings } from './settings.ts';

/** The most present first. ended: none is open any more. */
export const clientStates = ['active', 'idle', 'locked', 'ended'] as const;
export type ClientState = (typeof clientStates)[number];

/** The last word of one client: its state from `since` on, to be taken for true before `until`. */
export interface ClientReport {
  state: Exclude<ClientState, 'ended'>;
  since: number;
  /** Infinity: it is taken to be renewed for good. */
  until: number;
}

export interface ClientStretch {
  state: ClientState;
  start: number;
  /** Infinity for the last one: `ended` lasts until a client is opened. */
  end: number;
}

/** The state of all of a user's clients together over time, in order, from the first report on; nothing without one. */
export function clientStretches(reports: readonly ClientReport[]): ClientStretch[] {
  const instants = reports.flatMap(({ since, until }) => (since < until ? [since, until] : []));
  const boundaries = [...new Set(instants)].filter(Number.isFinite).sort((a, b) => a - b);
  const stretches: ClientStretch[] = [];
  for (const [index, start] of boundaries.entries()) {
    const running = new Set(
      reports.filter(({ since, until }) => since <= start && until > start).map(({ state }) => state),
    );
    const state = clientStates.find((one) => one === 'ended' || running.has(one))!;
    const end = boundaries[index + 1] ?? Number.POSITIVE_INFINITY;
    const before = stretches.at(-1);
    if (before?.state === state) before.end = end;
    else stretches.push({ state, start, end });
  }
  return stretches;
}

/** The profile (by key or name) that follows from a state under these settings; null: none. */
export function profileOfClientState(state: ClientState, settings: ClientSettings): string | null {
  if (state === 'active') return settings.onStart;
  if (state === 'idle') return settings.onInactive.profile;
  return state === 'locked' ? settings.onLocked : settings.onEnd;
}

/** Whether anything follows from what clients say. Where nothing does nothing is asked of them, and nothing is kept. */
export const heedsClients = (settings: ClientSettings): boolean =>
  clientStates.some((state) => profileOfClientState(state, settings) !== null);
