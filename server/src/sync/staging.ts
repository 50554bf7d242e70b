/**
 * Collects what a pull yields, in memory, until it ends well. Nothing here touches the store: a pull that breaks off
 * leaves no trace. Pure.
 */
import { type CalendarObject, type Change, ConnectorError } from '../calendars/connector.ts';
import type { ObjectRow } from './rows.ts';

/** A pull that ended well. */
export interface StagedRound {
  /** What isn't named in the round is gone from the source. */
  full: boolean;
  /** By the source's key. */
  upserts: Map<string, ObjectRow>;
  unchanged: Set<string>;
  removed: Set<string>;
  cursor: unknown;
  pollAfter: Temporal.Duration | null;
  /** Something of it has to be read again. */
  unsettled: boolean;
}

export class Staging {
  readonly #round: Omit<StagedRound, 'cursor' | 'pollAfter' | 'unsettled'> = {
    full: false,
    upserts: new Map(),
    unchanged: new Set(),
    removed: new Set(),
  };
  #end: Extract<Change, { type: 'end' }> | null = null;
  readonly #rowOf: (object: CalendarObject) => ObjectRow;

  /** @param rowOf called as objects arrive: their rows are made while the source still sends the next ones. */
  constructor(rowOf: (object: CalendarObject) => ObjectRow) {
    this.#rowOf = rowOf;
  }

  /**
   * Of several changes of one key the last one counts.
   * @throws ConnectorError 'malformed' for what no round may contain.
   */
  add(change: Change): void {
    if (this.#end) throw new ConnectorError('malformed', 'The source went on after it had said that it was done.');
    const { upserts, unchanged, removed } = this.#round;
    switch (change.type) {
      case 'replaceWindow':
        this.#round.full = true;
        return;
      case 'upsert':
        removed.delete(change.object.key);
        unchanged.delete(change.object.key);
        upserts.set(change.object.key, this.#rowOf(change.object));
        return;
      case 'unchanged':
        removed.delete(change.key);
        if (!upserts.has(change.key)) unchanged.add(change.key);
        return;
      case 'remove':
        upserts.delete(change.key);
        unchanged.delete(change.key);
        removed.add(change.key);
        return;
      case 'end':
        this.#end = change;
    }
  }

  /** @throws ConnectorError 'malformed' when the pull stopped without saying that it was complete. */
  finish(): StagedRound {
    if (!this.#end)
      throw new ConnectorError(
        'malformed',
        'The calendar broke off before its end, so nothing of it was taken over. It is read again by itself.',
      );
    const { cursor = null, pollAfter = null, unsettled = false } = this.#end;
    return { ...this.#round, cursor, pollAfter, unsettled };
  }
}
