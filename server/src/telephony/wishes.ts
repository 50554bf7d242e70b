/**
 * From what presence wants to what a phone system is told: numbers as they are dialled, modes the system can do, and no
 * loops (rule 9). Pure.
 */
import type { Forwarding } from '../presence/presence.ts';
import type { Capabilities } from './connector.ts';

export interface Wish {
  extension: string;
  forwarding: Forwarding;
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
  forwarding: Forwarding;
  refusal: Refusal | null;
}

const off: Forwarding = { mode: 'off', target: null };

/**
 * @param byHand where extensions that nothing is wanted of are forwarded to by their users.
 * Deterministic: the same wishes give the same answer, in whatever order they come.
 */
export function resolveWishes(
  wishes: readonly Wish[],
  byHand: ReadonlyMap<string, string>,
  capabilities: Capabilities,
): Map<string, ResolvedWish> {
  const resolved = new Map<string, ResolvedWish>();
  const next = new Map(byHand);
  const order = [...wishes].sort(
    (a, b) => Temporal.Instant.compare(a.since, b.since) || (a.extension < b.extension ? -1 : 1),
  );
  for (const { extension, forwarding } of order) {
    const { mode } = forwarding;
    const target = forwarding.target && dialable(forwarding.target);
    const wish: Forwarding = { mode, target };
    const able = capabilities.modes[mode];
    if (able !== true) {
      resolved.set(extension, { forwarding: off, refusal: { kind: 'unsupported', reason: able } });
      continue;
    }
    if (target === 'voicemail' && !capabilities.voicemail) {
      const reason = 'This phone system has no voicemail number in its settings.';
      resolved.set(extension, { forwarding: off, refusal: { kind: 'unsupported', reason } });
      continue;
    }
    const path = target && mode !== 'off' ? loopOf(extension, target, next) : null;
    if (path) {
      const instead: Forwarding = capabilities.voicemail ? { mode, target: 'voicemail' } : off;
      const outcome = capabilities.voicemail ? 'goes to voicemail instead' : 'stays off';
      const reason = `Calls would go round in circles (${path.join(' → ')}), so the forwarding of ${extension} ${outcome}.`;
      resolved.set(extension, { forwarding: instead, refusal: { kind: 'loop', reason, path } });
      continue;
    }
    if (target && mode !== 'off') next.set(extension, target);
    resolved.set(extension, { forwarding: wish, refusal: null });
  }
  return resolved;
}

/** The way from `extension` back to itself, were it forwarded to `target`; null when there is none. */
export function loopOf(extension: string, target: string, next: ReadonlyMap<string, string>): string[] | null {
  const path = [extension];
  for (let at: string | undefined = target; at !== undefined; at = next.get(at)) {
    const closes = at === extension;
    if (!closes && path.includes(at)) return null; // somebody else's loop
    path.push(at);
    if (closes) return path;
  }
  return null;
}

/** A number as it is dialled: without the visual separators of RFC 3966 and without spaces. */
export function dialable(number: string): string {
  return /^[+*#\d][\d\s().*#/-]*$/.test(number) ? number.replace(/[\s().\-/]/g, '') : number;
}
