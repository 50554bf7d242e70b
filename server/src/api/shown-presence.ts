/** Presence as a viewer is shown it: what they may see, the names and titles that belong to it, notes in their language. */
import { showsSubjects } from '../agenda/privacy.ts';
import type { Segment } from '../presence/presence.ts';
import { profilesForUser } from '../presence/profiles.queries.ts';
import { presenceOf, type Presence as StoredPresence } from '../presence/service.ts';
import type { Executor } from '../store/database.ts';
import { seenAmong } from './access.ts';
import { ApiError } from './errors.ts';
import { noteReaderFor } from './note-reader.queries.ts';
import { phonesOf, settersOf, subjectsOf } from './presence.queries.ts';
import { noView, ownView, toldPresence, type View, viewsFor } from './presence-views.ts';
import type { Viewer } from './route.ts';

/** @param found in the order of the answer. */
export async function shownPresence(db: Executor, viewer: Viewer, found: readonly StoredPresence[]) {
  const ids = found.map(({ userId }) => userId);
  const watcher = { userId: viewer.userId, whole: await seenAmong(db, viewer, ids), watched: ids };
  const views = (await viewsFor(db, [watcher])).get(watcher)!;
  const viewOfUser = ({ userId }: StoredPresence) => views.get(userId) ?? noView;
  const open = found.filter((presence) => viewOfUser(presence).presence !== 'limited');
  const phones = await phonesOf(
    db,
    open.map(({ userId }) => userId),
  );
  const setterOf = await settersOf(
    db,
    open.map(({ reason }) => reason),
  );
  const subjectOf = await subjectsOf(
    db,
    found.filter((presence) => showsSubjects(viewOfUser(presence).detail)),
  );
  const notes = found.map(({ note }) => note);
  const reading = { reader: await noteReaderFor(db, viewer.userId, notes), now: Temporal.Now.instant() };
  return found.map((presence) => {
    const { userId, reason } = presence;
    const view = viewOfUser(presence);
    const told = toldPresence(presence, view, reading, subjectOf(userId, reason), setterOf(reason));
    return view.presence === 'limited' ? told : { ...told, phones: phones.get(userId) ?? [], mayAct: view.mayAct };
  });
}

/** @throws ApiError notFound */
export async function onePresence(db: Executor, viewer: Viewer, userId: string) {
  const [presence] = await shownPresence(db, viewer, await presenceOf(db, [userId]));
  if (!presence) throw new ApiError('notFound', 'There is no such user.');
  return presence;
}

/** As administration sees it, whoever asks: never what an appointment is about. */
export async function presenceForAdministration(db: Executor, viewer: Viewer, presence: StoredPresence) {
  const reading = { reader: await noteReaderFor(db, viewer.userId, [presence.note]), now: Temporal.Now.instant() };
  const setBy = (await settersOf(db, [presence.reason]))(presence.reason);
  return toldPresence(presence, { ...ownView, detail: 'status' }, reading, undefined, setBy);
}

/** For what only the user, administrators and assistants may see. @throws ApiError notFound, forbidden */
export async function wholeView(db: Executor, viewer: Viewer, userId: string): Promise<View> {
  const watcher = { userId: viewer.userId, whole: await seenAmong(db, viewer, [userId]), watched: [userId] };
  const view = (await viewsFor(db, [watcher])).get(watcher)?.get(userId);
  if (!view) throw new ApiError('notFound', 'There is no such user.');
  if (view.presence === 'limited') throw new ApiError('forbidden', 'This belongs to somebody else.');
  return view;
}

type Shown = Pick<Segment, 'status' | 'note' | 'profileId' | 'reason' | 'forwarding'>;

/**
 * What segments and claims of a user show to somebody who may see them (`wholeView`).
 * @param timesOf of what notes speak.
 */
export async function shownWhole<Item extends Shown>(
  db: Executor,
  viewer: Viewer,
  userId: string,
  view: View,
  items: readonly Item[],
  timesOf: (item: Item) => { since: Temporal.Instant; until: Temporal.Instant | null },
) {
  const profiles = new Map((await profilesForUser(db, userId)).map(({ id, name }) => [id, { id, name }]));
  const reasons = items.map(({ reason }) => reason);
  const named = reasons.map((reason) => ({ userId, reason }));
  const subjectOf = await subjectsOf(db, showsSubjects(view.detail) ? named : []);
  const setterOf = await settersOf(db, reasons);
  const notes = items.map(({ note }) => note);
  const reading = { reader: await noteReaderFor(db, viewer.userId, notes), now: Temporal.Now.instant() };
  const owner = await db.selectFrom('users').select('display_name').where('id', '=', userId).executeTakeFirst();
  return items.map((item) => {
    const { status, note, profileId, reason, forwarding } = item;
    const profile = profiles.get(profileId ?? '') ?? null;
    const whose = { userId, userName: owner?.display_name ?? '' };
    const presence = { ...whose, ...timesOf(item), status, profile, note, reason, forwarding };
    const told = toldPresence(presence, view, reading, subjectOf(userId, reason), setterOf(reason));
    const { userId: _, since: __, until: ___, ...shown } = told;
    return shown;
  });
}
