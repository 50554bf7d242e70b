/** What of somebody's presence is told to whom: the one place that decides it, for answers and for live events. */
import { detailFor, showsSubject, type Visibility } from '../agenda/privacy.ts';
import { type KnownRelationship, relationshipsBetween } from '../organization/relationships/relationships.queries.ts';
import { isTemplate, type NoteReader, renderNote, speaksOf } from '../presence/note-template.ts';
import type { Presence as StoredPresence } from '../presence/service.ts';
import type { Executor } from '../store/database.ts';
import type { SetBy, Subject } from './presence.queries.ts';
import { shownReason } from './shown-reason.ts';

export interface View {
  /**
   * whole: oneself, and for administration. assistant: as whole, but of appointments only what `detail` shows.
   * limited: status, since when, and what the flags add.
   */
  presence: 'whole' | 'assistant' | 'limited';
  until: boolean;
  note: boolean;
  /** Of the agenda, and of the appointment that is the reason. */
  detail: Visibility;
  /** Whether the viewer may choose for the owner. */
  mayAct: boolean;
}

export const ownView: View = { presence: 'whole', until: true, note: true, detail: 'own', mayAct: true };
/** Of somebody who isn't there. */
export const noView: View = { presence: 'limited', until: false, note: false, detail: 'nothing', mayAct: false };

/** Views that are the same are one object: at the full hour what is told is written once for each. */
const views = new Map<string, View>();
function oneView(view: View): View {
  const key = JSON.stringify([view.presence, view.until, view.note, view.detail, view.mayAct]);
  const known = views.get(key);
  if (!known) views.set(key, view);
  return known ?? view;
}

/** Pure. @param whole whether the viewer sees the owner as administration does. */
export function viewOf(known: KnownRelationship, whole: boolean): View {
  const { ownerId, viewerId, level, privacy, viewerAdministers } = known;
  if (ownerId === viewerId) return ownView;
  const detail = detailFor(level, privacy, viewerAdministers);
  // Readers see the whole without being allowed to change it, unless they are somebody's assistant.
  const mayAct = viewerAdministers || level === 'assistant';
  if (whole) return oneView({ presence: 'whole', until: true, note: true, detail, mayAct });
  if (level === 'assistant') return oneView({ presence: 'assistant', until: true, note: true, detail, mayAct });
  if (level === 'external') return oneView({ presence: 'limited', ...privacy.externalSees, detail, mayAct });
  return oneView({ presence: 'limited', until: true, note: true, detail, mayAct });
}

export interface Watcher {
  userId: string;
  /** Of whom everything is told: the watcher, and whom the watcher administers or reads. */
  whole: ReadonlySet<string> | 'all';
  watched: Iterable<string>;
}

export const isWhole = ({ whole }: Pick<Watcher, 'whole'>, userId: string) => whole === 'all' || whole.has(userId);

/** For each watcher the view of each watched user that there is, in one statement. */
export async function viewsFor<W extends Watcher>(
  executor: Executor,
  watchers: readonly W[],
): Promise<Map<W, Map<string, View>>> {
  const pairs = watchers.flatMap(({ userId, watched }) =>
    [...watched].map((ownerId) => ({ ownerId, viewerId: userId })),
  );
  const known = Map.groupBy(await relationshipsBetween(executor, pairs), ({ viewerId }) => viewerId);
  return new Map(
    watchers.map((watcher) => {
      const watched = new Set(watcher.watched);
      const seen = (known.get(watcher.userId) ?? []).filter(({ ownerId }) => watched.has(ownerId));
      return [watcher, new Map(seen.map((each) => [each.ownerId, viewOf(each, isWhole(watcher, each.ownerId))]))];
    }),
  );
}

type Told = Omit<StoredPresence, 'changeNumber'>;

/** Who reads it, and when: notes are filled in for them. */
export interface Reading {
  reader: NoteReader;
  now: Temporal.Instant;
}

/** Without phones, which change on their own. @param subject of the appointment that is the reason. */
export function toldPresence(presence: Told, view: View, reading: Reading, subject?: Subject, setBy?: SetBy) {
  const { userId, status, profile, note, since, until, reason, forwarding } = presence;
  const title = subject && showsSubject(view.detail, subject.sensitivity) ? subject.title : undefined;
  const limited = {
    ...{ userId, status, profile: null, since },
    note: toldNote(presence, view, reading),
    until: view.until ? until : null,
  };
  if (view.presence === 'limited') {
    const { rule: _, ...withoutRule } = reason;
    return title === undefined ? limited : { ...limited, reason: shownReason(withoutRule, title) };
  }
  const { appointment: _, ...withoutAppointment } = reason;
  const shown = view.presence === 'whole' || title !== undefined ? reason : withoutAppointment;
  const noteTemplate = note && isTemplate(note) ? { noteTemplate: note } : {};
  return {
    ...{ ...limited, ...noteTemplate, profile, reason: shownReason(shown, title, view.detail === 'own'), forwarding },
    ...(setBy && { setBy }),
  };
}

/** Whoever isn't told until when isn't told by a note either. */
function toldNote({ note, status, since, until, userName }: Told, view: View, { reader, now }: Reading): string | null {
  if (!view.note || note === null || (!view.until && speaksOf(note, 'until'))) return null;
  return renderNote(note, { status, since, until, name: userName }, reader, now);
}
