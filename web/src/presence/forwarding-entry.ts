import type { ForwardingEntry, Phone, SlotForwarding } from '../../../server/src/api/schemas/presence.ts';

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
  paused: 'user',
  resumed: 'back',
  loopRefused: 'problem',
  unsupported: 'problem',
  failed: 'problem',
} as const;
export type KnownEvent = keyof typeof tones;

/** Events whose sentence says where the calls go, and thereby which. */
export const namesCalls: ReadonlySet<string> = new Set([
  'taken',
  'alreadySet',
  'appliedAgain',
  'takenBack',
  'wouldTake',
]);

interface Description {
  known: KnownEvent | null;
  tone: (typeof tones)[KnownEvent];
  slot: Phone['slot'];
  wanted: SlotForwarding | undefined;
  /** What was refused or failed, in the server's words. */
  reason: string | undefined;
  /** Who has paused or resumed. */
  by: string;
}

export function describeEntry({ event, detail }: ForwardingEntry): Description {
  const known = event in tones ? (event as KnownEvent) : null;
  return {
    known,
    tone: known ? tones[known] : 'user',
    slot: detail.slot === 'busy' || detail.slot === 'unanswered' ? detail.slot : 'always',
    wanted: forwardingIn(detail.wanted),
    reason: typeof detail.reason === 'string' ? detail.reason : undefined,
    by: typeof detail.by === 'string' ? detail.by : '',
  };
}

function forwardingIn(value: unknown): SlotForwarding | undefined {
  return typeof value === 'object' && value !== null && 'mode' in value ? (value as SlotForwarding) : undefined;
}
