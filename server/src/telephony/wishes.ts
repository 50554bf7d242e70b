/**
 * From what presence wants to what a phone system is told: numbers as they are dialled, modes and slots the system can do,
 * and no loops (rule 9). Pure.
 */
import { type Slot, type SlotForwarding, slotOff, slots } from '../presence/presence.ts';
import { onceFor } from './alike.ts';
import type { Capabilities } from './connector.ts';

export interface Wish {
  extension: string;
  slot: Slot;
  forwarding: SlotForwarding;
  /** Since when it is wanted: of two wishes that make a loop the later one gives way. */
  since: Temporal.Instant;
}

export interface Refusal {
  kind: 'loop' | 'unsupported';
  /** For people. */
  reason: string;
  /** The extensions of the loop, the refused one first and last. */
  path?: string[];
}

export interface ResolvedWish {
  forwarding: SlotForwarding;
  refusal: Refusal | null;
}

/** Tells wishes of a phone system apart. */
export const wishKey = ({ extension, slot }: Pick<Wish, 'extension' | 'slot'>): string => `${extension} ${slot}`;

/** Where calls may go on to from an extension, whichever slot sends them there. */
export type Edges = ReadonlyMap<string, readonly string[]>;

/**
 * @param byHand where users have forwarded their extensions to themselves, in slots that nothing is wanted of.
 * @returns by wishKey.
 * Deterministic: the same wishes give the same answer, in whatever order they come.
 */
export function resolveWishes(
  wishes: readonly Wish[],
  byHand: Edges,
  capabilities: Capabilities,
): Map<string, ResolvedWish> {
  const resolved = new Map<string, ResolvedWish>();
  const once = onceFor<ResolvedWish>();
  const edges = new Map([...byHand].map(([extension, targets]) => [extension, [...targets]]));
  // Who comes first counts only where one's target goes on to another.
  const goOn = new Set([...edges.keys(), ...wishes.map(({ extension }) => extension)]);
  const meet = wishes.some(({ forwarding: { target } }) => target && goOn.has(dialable(target)));
  const order = meet ? wishes.toSorted(inOrder) : wishes;
  for (const { extension, slot, forwarding } of order) {
    const resolve = (to: ResolvedWish) => resolved.set(wishKey({ extension, slot }), to);
    const { mode } = forwarding;
    const target = forwarding.target && dialable(forwarding.target);
    const able = slot === 'always' || mode === 'off' ? capabilities.modes[mode] : capabilities.slots[slot];
    if (able !== true) {
      resolve({ forwarding: slotOff, refusal: { kind: 'unsupported', reason: able } });
      continue;
    }
    if (target === 'voicemail' && !capabilities.voicemail) {
      const reason = 'This phone system has no voicemail number in its settings.';
      resolve({ forwarding: slotOff, refusal: { kind: 'unsupported', reason } });
      continue;
    }
    const path = target && mode !== 'off' ? loopOf(extension, target, edges) : null;
    if (path) {
      const instead: SlotForwarding = capabilities.voicemail ? { mode, target: 'voicemail' } : slotOff;
      const outcome = capabilities.voicemail ? 'goes to voicemail instead' : 'stays off';
      const reason = `Calls would go round in circles (${path.join(' → ')}), so the forwarding of ${extension} ${outcome}.`;
      resolve({ forwarding: instead, refusal: { kind: 'loop', reason, path } });
      continue;
    }
    if (target && mode !== 'off') edges.set(extension, [...(edges.get(extension) ?? []), target]);
    // One object for all who wish the same: what follows from it is worked out once (alike.ts).
    resolve(once([forwarding], () => ({ forwarding: { mode, target }, refusal: null })));
  }
  return resolved;
}

function inOrder(a: Wish, b: Wish): number {
  return (
    Temporal.Instant.compare(a.since, b.since) ||
    Number(a.extension > b.extension) - Number(a.extension < b.extension) ||
    slots.indexOf(a.slot) - slots.indexOf(b.slot)
  );
}

/** A way from `extension` back to itself, were its calls sent to `target`; null when there is none. */
export function loopOf(extension: string, target: string, edges: Edges): string[] | null {
  if (target !== extension && !edges.has(target)) return null; // most lead to where nothing goes on
  const seen = new Set<string>();
  const ways = [[extension, target]];
  for (let way = ways.shift(); way; way = ways.shift()) {
    const at = way.at(-1)!;
    if (at === extension) return way;
    if (seen.has(at)) continue; // been there, or somebody else's loop
    seen.add(at);
    for (const next of edges.get(at) ?? []) ways.push([...way, next]);
  }
  return null;
}

/** A number as it is dialled: without the visual separators of RFC 3966 and without spaces. */
export function dialable(number: string): string {
  return /^[+*#\d][\d\s().*#/-]*$/.test(number) ? number.replace(/[\s().\-/]/g, '') : number;
}
