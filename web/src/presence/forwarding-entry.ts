import type { Forwarding, ForwardingEntry } from '../../../server/src/api/schemas/presence.ts';

/** The events of the forwarding log that have a sentence of ours; others are shown by their name. */
const tones = {
  taken: 'away',
  alreadySet: 'away',
  appliedAgain: 'away',
  takenBack: 'away',
  givenBack: 'back',
  notNeeded: 'back',
  leftAlone: 'user',
  overridden: 'user',
  wouldTake: 'user',
  wouldGiveBack: 'user',
  loopRefused: 'problem',
  unsupported: 'problem',
  failed: 'problem',
} as const;
export type KnownEvent = keyof typeof tones;

interface Description {
  known: KnownEvent | null;
  tone: (typeof tones)[KnownEvent];
  wanted: Forwarding | undefined;
  /** What was refused or failed, in the server's words. */
  reason: string | undefined;
}

export function describeEntry({ event, detail }: ForwardingEntry): Description {
  const known = event in tones ? (event as KnownEvent) : null;
  return {
    known,
    tone: known ? tones[known] : 'user',
    wanted: forwardingIn(detail.wanted),
    reason: typeof detail.reason === 'string' ? detail.reason : undefined,
  };
}

function forwardingIn(value: unknown): Forwarding | undefined {
  return typeof value === 'object' && value !== null && 'mode' in value ? (value as Forwarding) : undefined;
}
