/**
 * The steps by which a user, an extension, a phone system or a group's way of reading calendars leaves, and those of a
 * user who is only switched off (`userOff`), of whom nothing is erased. Always in this order: what is ours on phones is given back while we still know what was there before; then what the sources were
 * given to let us in is void; only then is anything erased. Pure.
 */

export const leavingKinds = ['user', 'extension', 'phoneSystem', 'groupMethod', 'userOff'] as const;
export type LeavingKind = (typeof leavingKinds)[number];

export const stepNames = ['endSignIn', 'giveForwardingBack', 'revokeTokens', 'eraseData'] as const;
export type StepName = (typeof stepNames)[number];

export interface LeavingStep {
  name: StepName;
  /** waiting: not begun. failed: it could not be done and is tried again. */
  state: 'waiting' | 'running' | 'done' | 'failed';
  /** For people: what was done, or what it waits for. */
  message: string | null;
  /** When that was so; ISO text in UTC. */
  at: string | null;
}

const stepsOf: Record<LeavingKind, readonly StepName[]> = {
  user: ['endSignIn', 'giveForwardingBack', 'revokeTokens', 'eraseData'],
  extension: ['giveForwardingBack', 'eraseData'],
  phoneSystem: ['giveForwardingBack', 'eraseData'],
  groupMethod: ['giveForwardingBack', 'revokeTokens', 'eraseData'],
  userOff: ['endSignIn', 'giveForwardingBack', 'revokeTokens'],
};

export const plannedSteps = (kind: LeavingKind): LeavingStep[] =>
  stepsOf[kind].map((name) => ({ name, state: 'waiting', message: null, at: null }));

/** What is to be done next; null when nothing is left. */
export const currentStep = (steps: readonly LeavingStep[]): LeavingStep | null =>
  steps.find(({ state }) => state !== 'done') ?? null;

export function withStep(
  steps: readonly LeavingStep[],
  name: StepName,
  news: Pick<LeavingStep, 'state' | 'message'>,
  now: Temporal.Instant,
): LeavingStep[] {
  return steps.map((step) => (step.name === name ? { name, ...news, at: now.round('second').toString() } : step));
}

const longestPauseMs = 5 * 60_000;

/** Milliseconds until it is tried again: a second, doubled with each failure, at most five minutes. */
export const pauseAfter = (failures: number): number => Math.min(1_000 * 2 ** Math.min(failures, 20), longestPauseMs);
