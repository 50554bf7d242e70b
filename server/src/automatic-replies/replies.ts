/**
 * Automatic replies compared part by part, as leniently as mailboxes keep them: Exchange puts a page around a message
 * and breaks its lines anew, and a schedule may lose its seconds. Pure.
 */
import type { AutomaticReplies } from '../calendars/connector.ts';

/** What is changed together by a person: whether and when, who outside gets one, what it says. */
export const parts = ['state', 'audience', 'internalMessage', 'externalMessage'] as const;
export type Part = (typeof parts)[number];

export function samePart(part: Part, a: AutomaticReplies, b: AutomaticReplies): boolean {
  if (part === 'state')
    return a.status === b.status && (a.status !== 'scheduled' || (near(a.start, b.start) && near(a.end, b.end)));
  return part === 'audience' ? a.audience === b.audience : lettersOf(a[part]) === lettersOf(b[part]);
}

export const sameReplies = (a: AutomaticReplies, b: AutomaticReplies): boolean =>
  parts.every((part) => samePart(part, a, b));

/** `to` with this part of `from`. */
export const withPart = (part: Part, from: AutomaticReplies, to: AutomaticReplies): AutomaticReplies =>
  part === 'state' ? { ...to, status: from.status, start: from.start, end: from.end } : { ...to, [part]: from[part] };

const minute = 60_000;
const near = (a: Temporal.Instant | null, b: Temporal.Instant | null): boolean =>
  a === b || (a !== null && b !== null && Math.abs(a.epochMilliseconds - b.epochMilliseconds) < minute);

/** A schedule that is over is as good as none. */
export const isOver = ({ status, end }: AutomaticReplies, now: Temporal.Instant): boolean =>
  status === 'scheduled' && end !== null && Temporal.Instant.compare(end, now) <= 0;

/** Somebody gets a reply at some time from now until `until`; null: whenever. */
export function answersBefore(
  replies: AutomaticReplies,
  now: Temporal.Instant,
  until: Temporal.Instant | null,
): boolean {
  if (replies.status !== 'scheduled') return replies.status === 'enabled';
  if (isOver(replies, now)) return false;
  return until === null || replies.start === null || Temporal.Instant.compare(replies.start, until) < 0;
}

/** What is to be read in a message that is kept as HTML, without white space. Only to be compared. */
export function lettersOf(html: string): string {
  return html
    .replace(/<!--[\s\S]*?-->|<(head|style|script|title)\b[\s\S]*?<\/\1\s*>/gi, '')
    .replace(/<[^>]*>/g, '')
    .replace(/&(#x[\da-f]+|#\d+|\w+);/gi, (whole, name: string) => characterOf(name.toLowerCase()) ?? whole)
    .replace(/\s+/g, '');
}

const characters: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function characterOf(name: string): string | null {
  if (!name.startsWith('#')) return characters[name] ?? null;
  const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code <= 0x10ffff ? String.fromCodePoint(code) : null;
}

/** A text as a message: what it says and where its lines end. */
export const messageOf = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`).replace(/\r\n?|\n/g, '<br>\n');

/** As it is in the database. */
export interface StoredReplies extends Omit<AutomaticReplies, 'start' | 'end'> {
  start: string | null;
  end: string | null;
}

export const storedReplies = (replies: AutomaticReplies): StoredReplies => ({
  ...replies,
  start: replies.start?.toString() ?? null,
  end: replies.end?.toString() ?? null,
});

export const repliesOf = (stored: StoredReplies): AutomaticReplies => ({
  ...stored,
  start: stored.start === null ? null : Temporal.Instant.from(stored.start),
  end: stored.end === null ? null : Temporal.Instant.from(stored.end),
});
