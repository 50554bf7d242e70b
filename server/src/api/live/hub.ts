/**
 * Live changes of this process: listens once to the database's channels, reads each change once, writes its JSON once,
 * and hands it to the streams that asked for that user, at most every 100 ms (pace.ts).
 *
 * Everybody is told what their view of the user lets them see (presence-views.ts). A stream that lost something (cut, server away,
 * listener reconnected) is never patched up event by event: presence is state, so the current one is sent.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { showsSubjects } from '../../agenda/privacy.ts';
import type { Context, Running } from '../../context.ts';
import { alertChannel } from '../../organization/alerts.ts';
import { relationshipsChannel } from '../../organization/relationships/relationships.queries.ts';
import { anybodyDue } from '../../presence/activation.queries.ts';
import { lastChangeNumber, type PresenceChange, presenceChannel, readChanges } from '../../presence/changes.ts';
import { isTemplate } from '../../presence/note-template.ts';
import { forwardingLogChannel } from '../../telephony/reconciler.queries.ts';
import { type SubjectOf, subjectsOf } from '../presence.queries.ts';
import { isWhole, noView, toldPresence, type View, viewsFor } from '../presence-views.ts';
import { forwardingEntriesAfter, lastForwardingEntry } from './forwarding.queries.ts';
import { type News, rememberTold } from './lately-told.ts';
import { coalesceMs, createPace } from './pace.ts';
import { eventBlock, type LiveStream } from './stream.ts';

const heartbeatMs = 25_000;
/** Changes read at once: two batches of activation. */
const portion = 5_000;
/** Log lines that may get their number before an earlier one commits. */
const lookBack = 1_000;
/** Even when nothing was said: an import moves people without a word for each. */
const renewViewsMs = 5 * 60_000;
/** Streams whose views are asked for at once: 100 of 50 colleagues are 5,000 pairs. */
const viewPortion = 100;

export interface LiveHub extends Running {
  add(stream: LiveStream): void;
  /** What else than presence was told just before the stream was there; its views are to be known. */
  tellAgain(stream: LiveStream): void;
  remove(stream: LiveStream): void;
  /** How many streams are open. */
  size(): number;
  /** The number of the last presence change that was handed out. */
  position(): number;
}

export async function openLiveHub({ store, log }: Context): Promise<LiveHub> {
  const { db } = store;
  const streams = new Set<LiveStream>();
  const watchers = new Map<string, Set<LiveStream>>();
  const dirty = new Set<LiveStream>();
  let position = 0;
  let lastEntry = 0;
  const seenEntries = new Set<number>();
  const latelyTold = rememberTold();

  const pace = createPace(() => {
    for (const stream of dirty) stream.flush();
    dirty.clear();
  });
  const queue = (stream: LiveStream, key: string, block: string) => {
    stream.queue(key, block);
    dirty.add(stream);
    pace.queued();
  };
  const watchersOf = (userId: string): Iterable<LiveStream> => watchers.get(userId) ?? [];
  function tell(news: News): void {
    latelyTold.keep(news);
    for (const stream of news.userId === null ? streams : watchersOf(news.userId))
      if (news.mayHear(stream)) queue(stream, news.key, news.block);
  }
  const tellOwner = (userId: string, key: string, block: string) =>
    tell({ userId, key, block, mayHear: (stream) => isWhole(stream, userId) });

  function tellPresence(change: PresenceChange, subjectOf: SubjectOf, now: Temporal.Instant): void {
    const subject = subjectOf(change.userId, change.reason);
    const filledIn = change.note !== null && isTemplate(change.note);
    // Written once for all who see and read the same, which is nearly everybody: a list of so few is found through faster
    // than a map of each change is made.
    const written: { view: View; readIn: string; block: string }[] = [];
    const key = `presence ${change.userId}`; // one string for all streams, which is hashed once
    for (const stream of watchersOf(change.userId)) {
      if (stream.views.size === 0) continue; // Not begun: what it begins with is read later than this.
      const view = stream.views.get(change.userId) ?? noView;
      const { reader } = stream;
      const readIn = filledIn ? `${reader.language} ${reader.timeZone}` : '';
      let known = written.find((each) => each.view === view && each.readIn === readIn);
      if (!known) {
        const told = toldPresence(change, view, { reader, now }, view.detail === 'own' ? undefined : subject);
        known = { view, readIn, block: eventBlock('presence', JSON.stringify(told), change.number) };
        written.push(known);
      }
      queue(stream, key, known.block);
    }
  }

  /** Whether somebody else is told by which appointment. Oneself reads that anew. */
  const namesAppointment = ({ userId, reason }: PresenceChange) => {
    if (!reason.appointment) return false;
    for (const { views } of watchersOf(userId)) {
      const detail = views.get(userId)?.detail ?? 'nothing';
      if (detail !== 'own' && showsSubjects(detail)) return true;
    }
    return false;
  };

  async function tellNewPresence(): Promise<void> {
    for (;;) {
      const changes = await readChanges(db, position, portion);
      const subjectOf = await subjectsOf(db, changes.filter(namesAppointment));
      const now = Temporal.Now.instant();
      for (const change of changes) tellPresence(change, subjectOf, now);
      position = changes.at(-1)?.number ?? position;
      if (changes.length < portion) return;
    }
  }

  const readPresence = oneAtATime(async () => {
    pace.expectMore(true);
    try {
      await tellNewPresence();
    } finally {
      // Whoever is due and not written yet is in the next batch.
      pace.expectMore(dirty.size > 0 && (await anybodyDue(db).catch(() => false)));
    }
  }, log);

  // Log lines get their numbers before they commit, several writers side by side: look back a little, tell each once.
  const readForwarding = oneAtATime(async () => {
    const entries = await forwardingEntriesAfter(db, lastEntry - lookBack);
    for (const { userId, entry } of entries) {
      if (seenEntries.has(entry.id)) continue;
      seenEntries.add(entry.id);
      lastEntry = Math.max(lastEntry, entry.id);
      tellOwner(userId, `forwarding ${entry.id}`, eventBlock('forwarding', JSON.stringify({ userId, entry })));
    }
    for (const id of seenEntries) if (id < lastEntry - 2 * lookBack) seenEntries.delete(id);
  }, log);

  function tellAgenda(userId: string): void {
    const mayHear = ({ views }: LiveStream) => (views.get(userId)?.detail ?? 'nothing') !== 'nothing';
    tell({ userId, key: `agenda ${userId}`, block: eventBlock('agenda', JSON.stringify({ userId })), mayHear });
  }

  async function tellAccount(accountId: string): Promise<void> {
    const account = await db.selectFrom('account').select('user_id').where('id', '=', accountId).executeTakeFirst();
    if (!account) return;
    const { user_id: userId } = account;
    tellOwner(userId, `account ${accountId}`, eventBlock('account', JSON.stringify({ userId, accountId })));
  }

  /** The listener was away: agendas and accounts may have changed unheard. */
  function tellReload(): void {
    tell({ userId: null, key: 'reload', block: eventBlock('reload', '{}'), mayHear: () => true });
  }

  /**
   * Roles, sessions or tokens of the user have changed, or the user has moved: what streams may send is asked anew when
   * they come back, which browsers do by themselves. Empty: changes may have been missed, of anybody.
   */
  function endOf(userId: string): void {
    for (const stream of [...streams])
      if (userId === '' || stream.userId === userId || (stream.whole !== 'all' && stream.whole.has(userId)))
        stream.close();
  }

  /** What users are to each other has changed: who sees more or less from now on reads again what is shown. */
  const renewViews = oneAtATime(async () => {
    await delay(coalesceMs);
    const open = [...streams];
    for (let at = 0; at < open.length; at += viewPortion) {
      const renewed = await viewsFor(db, open.slice(at, at + viewPortion));
      for (const [stream, views] of renewed) {
        const changed = [...views].some(([userId, view]) => view !== stream.views.get(userId));
        stream.views = views;
        if (changed) queue(stream, 'reload', eventBlock('reload', '{}'));
      }
    }
  }, log);

  /** Without saying which: only some may read them. */
  function tellOfAlerts(): void {
    tell({ userId: null, key: 'alert', block: eventBlock('alert', '{}'), mayHear: ({ hearsAlerts }) => hearsAlerts });
  }

  await store.listen(alertChannel, tellOfAlerts);
  await store.listen('session', endOf);
  await store.listen(relationshipsChannel, () => void renewViews());
  await store.listen(presenceChannel, () => void readPresence());
  await store.listen(forwardingLogChannel, () => void readForwarding());
  await store.listen('agenda', (userId) => (userId === '' ? tellReload() : tellAgenda(userId)));
  await store.listen('account', (accountId) => {
    if (accountId !== '')
      tellAccount(accountId).catch((error) => log.warn({ error }, 'An account change could not be told.'));
  });
  position = await lastChangeNumber(db);
  lastEntry = await lastForwardingEntry(db);
  for (const { entry } of await forwardingEntriesAfter(db, lastEntry - lookBack)) seenEntries.add(entry.id);
  const heartbeat = setInterval(() => {
    for (const stream of streams) stream.heartbeat();
  }, heartbeatMs);
  const renewal = setInterval(() => void renewViews(), renewViewsMs);

  return {
    size: () => streams.size,
    position: () => position,
    add(stream) {
      streams.add(stream);
      for (const userId of stream.watched) {
        const set = watchers.get(userId) ?? new Set();
        watchers.set(userId, set.add(stream));
      }
    },
    tellAgain(stream) {
      for (const { key, block } of latelyTold.of(stream)) queue(stream, key, block);
    },
    remove(stream) {
      streams.delete(stream);
      dirty.delete(stream);
      for (const userId of stream.watched) {
        const set = watchers.get(userId);
        set?.delete(stream);
        if (set?.size === 0) watchers.delete(userId);
      }
    },
    async stop() {
      clearInterval(heartbeat);
      clearInterval(renewal);
      pace.stop();
      for (const stream of [...streams]) stream.close();
    },
  };
}

/** Runs `work` again when it was called meanwhile, never twice side by side. */
function oneAtATime(work: () => Promise<void>, log: Context['log']): () => Promise<void> {
  let running: Promise<void> | null = null;
  let again = false;
  return async () => {
    again = true;
    running ??= (async () => {
      while (again) {
        again = false;
        await work().catch((error) => log.warn({ error }, 'Live changes could not be read; the next one tries again.'));
      }
      running = null;
    })();
    await running;
  };
}
