/**
 * Whether somebody is away so that mail is to be answered for them, until when, and what is answered: a function of
 * their timeline. Pure.
 */
import type { AutomaticReplies } from '../calendars/connector.ts';
import { type NoteReader, renderNote, speaksOf } from '../presence/note-template.ts';
import type { Origin, Segment } from '../presence/presence.ts';
import { messageOf } from './replies.ts';

/**
 * What may say "out of office" so that mail is answered: people themselves, their calendars, and programs that keep
 * absences. Not a client that was closed, nor the end of the working day: those come every evening, and nobody who
 * writes at night wants to be told. A call doesn't end an absence either: whoever loads the timeline leaves calls out.
 */
const origins: ReadonlySet<Origin> = new Set(['manual', 'appointment', 'api']);

export interface Absence {
  since: Temporal.Instant;
  /** null: not known. */
  until: Temporal.Instant | null;
  /** Of the stretch that is running: a template. */
  note: string | null;
}

/**
 * The absence that is running at `now`: stretches that follow one another without a gap are one.
 * @param segments in order, without gaps, without calls.
 * @param horizon where the segments end: what lasts until there has no known end.
 */
export function absenceAt(
  segments: readonly Segment[],
  now: Temporal.Instant,
  horizon: Temporal.Instant,
): Absence | null {
  const at = segments.findIndex(({ end }) => end === null || Temporal.Instant.compare(end, now) > 0);
  const running = segments[at];
  if (!running || !isAway(running)) return null;
  let [first, last] = [at, at];
  while (first > 0 && isAway(segments[first - 1]!)) first--;
  while (last + 1 < segments.length && isAway(segments[last + 1]!)) last++;
  const end = segments[last]!.end;
  return {
    since: segments[first]!.start,
    // Timelines count milliseconds.
    until: end !== null && end.epochMilliseconds < horizon.epochMilliseconds ? end : null,
    note: running.note,
  };
}

const isAway = ({ status, reason }: Segment) => status === 'outOfOffice' && origins.has(reason.origin);

/** What is to be answered. */
export interface Wish {
  /** Another one means another wish; the same one, that the messages need not be written anew. */
  key: string;
  since: Temporal.Instant;
  /** null: not known. */
  until: Temporal.Instant | null;
  audience: AutomaticReplies['audience'];
  /** HTML. */
  internalMessage: string;
  externalMessage: string;
}

export interface WishSettings {
  outsiders: AutomaticReplies['audience'];
  /** What outsiders are told beside that somebody is away (privacy settings). */
  outsidersSee: { until: boolean; note: boolean };
}

/**
 * The user's own words are the note; without one a plain sentence says it, in the language of the user.
 * @param owner whose mailbox it is: times are told in the user's zone.
 * @throws RangeError when the zone is unknown.
 */
export function wishOf(
  absence: Absence,
  owner: NoteReader & { name: string },
  { outsiders, outsidersSee }: WishSettings,
  now: Temporal.Instant,
): Wish {
  const { since, until, note } = absence;
  const { withUntil, plain } = sentences[owner.language];
  const own = note?.trim() ? note : null;
  const inside = own ?? withUntil;
  const tells = own !== null && outsidersSee.note && (outsidersSee.until || !speaksOf(own, 'until'));
  const outside = tells ? own : outsidersSee.until ? withUntil : plain;
  const facts = { status: 'outOfOffice' as const, since, until, name: owner.name };
  const message = (template: string) => messageOf(renderNote(template, facts, owner, now));
  const key = [inside, outside, outsiders, until, owner.name, owner.language, owner.timeZone];
  return {
    key: JSON.stringify(key),
    ...{ since, until, audience: outsiders },
    ...{ internalMessage: message(inside), externalMessage: message(outside) },
  };
}

const sentences: Record<NoteReader['language'], { withUntil: string; plain: string }> = {
  en: { withUntil: 'I am out of office until {{until}}.', plain: 'I am out of office at the moment.' },
  de: { withUntil: 'Ich bin bis {{until}} abwesend.', plain: 'Ich bin zurzeit abwesend.' },
};
