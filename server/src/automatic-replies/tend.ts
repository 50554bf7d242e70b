/**
 * One mailbox looked after once: read, decided, made durable, written, read back and decided again. The caller holds the
 * account's lease. Nothing here knows a database or a clock of its own: with a mailbox in memory it runs there.
 */
import { type AutomaticReplies, ConnectorError } from '../calendars/connector.ts';
import { type CrashPoint, crashPoint as crash } from '../store/crash-points.ts';
import type { Wish } from './absence.ts';
import { decide, isSettled, landed, type RepliesRecord } from './decide.ts';

export interface TendParts {
  mailbox: { read(): Promise<AutomaticReplies>; write(replies: AutomaticReplies): Promise<void> };
  /** Proves the lease and writes in one step, or does neither. @throws LeaseLost */
  save(record: RepliesRecord): Promise<void>;
  now(): Temporal.Instant;
  /** Called where a crash would hurt most. What it throws ends the work there, as a crash would. */
  crashPoint?: (point: CrashPoint) => void;
}

/** A mailbox that takes what is written and shows something else is left alone for a while. */
const mostWrites = 3;
/** No write is begun later after the lease was proved; with the limit of a write it is less than a lease lasts. */
const beginWithin = Temporal.Duration.from({ seconds: 8 });

/** @returns what is to be saved, by the caller. @throws ConnectorError; LeaseLost. What was written is on record then. */
export async function tend(record: RepliesRecord, wish: Wish | null, parts: TendParts): Promise<RepliesRecord> {
  const { mailbox, save, now, crashPoint = crash } = parts;
  if (isSettled(record, wish, now())) return { ...record, until: wish?.until ?? null };
  let actual = await mailbox.read();
  for (let writes = 0; ; writes++) {
    const { record: next, write } = decide(record, wish, actual, now());
    if (!write) return next;
    if (writes === mostWrites)
      throw new ConnectorError('refused', 'The mailbox takes automatic replies and then shows others.');
    const restoring = next.phase === 'restoring';
    const proved = now();
    await save(next);
    crashPoint(restoring ? 'replies.restoringWritten' : 'replies.intentWritten');
    if (Temporal.Instant.compare(now(), proved.add(beginWithin)) > 0)
      throw new ConnectorError('internal', 'This server was held up before it wrote to the mailbox.');
    await mailbox.write(write);
    crashPoint(restoring ? 'replies.mailboxRestored' : 'replies.mailboxWritten');
    actual = await mailbox.read();
    record = landed(record, next, write, actual);
  }
}
