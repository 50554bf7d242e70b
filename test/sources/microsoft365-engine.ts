/** What the sync engine makes of pulls, in memory: staged, and taken over at once when a pull ends well. */
import type { Interval } from '../../server/src/agenda/appointment.ts';
import { type CalendarConnector, type ConnectorAccount, ConnectorError } from '../../server/src/calendars/connector.ts';
import { type ObjectRow, objectRow } from '../../server/src/sync/rows.ts';
import { Staging } from '../../server/src/sync/staging.ts';
import { sameInterval, type WindowSettings, windowAt } from '../../server/src/sync/window.ts';

const week = 7 * 24 * 3_600_000;

export class MemoryCalendar {
  objects = new Map<string, ObjectRow>();
  cursor: unknown = null;
  window: Interval | null = null;
  timeZone = '';
  fullRoundAt = Number.NEGATIVE_INFINITY;
  fullRounds = 0;
  readonly remoteId: string;
  constructor(remoteId: string) {
    this.remoteId = remoteId;
  }

  /** @param now epoch milliseconds. @returns null when it went well. */
  async pull(
    connector: CalendarConnector,
    account: ConnectorAccount,
    { now, timeZone, days }: { now: number; timeZone: string; days: WindowSettings },
  ): Promise<ConnectorError | null> {
    const window = windowAt(Temporal.Instant.fromEpochMilliseconds(now), days);
    this.roll(connector, window, timeZone);
    const staging = new Staging((object) => objectRow(object, window, timeZone));
    try {
      const request = {
        calendar: { remoteId: this.remoteId },
        cursor: now - this.fullRoundAt > week ? null : this.cursor,
        ...{ window, timeZone, ownerAddresses: [] },
        known: async () => new Map([...this.objects].map(([key, { version }]) => [key, version])),
        signal: new AbortController().signal,
      };
      for await (const change of connector.pull(account, request)) staging.add(change);
    } catch (error) {
      if (error instanceof ConnectorError) return error;
      throw error;
    }
    const round = staging.finish();
    if (round.full)
      for (const key of this.objects.keys())
        if (!round.upserts.has(key) && !round.unchanged.has(key)) this.objects.delete(key);
    for (const key of round.removed) this.objects.delete(key);
    for (const [key, row] of round.upserts)
      if (this.objects.get(key)?.version !== row.version) this.objects.set(key, row);
    this.cursor = JSON.parse(JSON.stringify(round.cursor));
    if (round.full) {
      this.fullRoundAt = now;
      this.fullRounds++;
    }
    this.window = window;
    this.timeZone = timeZone;
    return null;
  }

  /** From what is kept, as sync/roll.ts does: for a window that only moves forward, what begins in its new part. */
  private roll(connector: CalendarConnector, window: Interval, timeZone: string): void {
    const { window: before } = this;
    if (before === null || (sameInterval(before, window) && this.timeZone === timeZone)) return;
    const all = this.timeZone !== timeZone || Temporal.Instant.compare(window.to, before.to) < 0;
    for (const [key, row] of this.objects) {
      const { next_after_window: next } = row;
      const inNewPart = next !== null && Temporal.Instant.compare(Temporal.Instant.from(next), window.to) < 0;
      if (!all && !inNewPart) {
        // What the window has left behind goes.
        const stays = ({ ends_at, starts_at }: { ends_at: string; starts_at: string }) =>
          !(
            isUpTo(ends_at, window.from) && Temporal.Instant.compare(Temporal.Instant.from(starts_at), window.from) < 0
          );
        this.objects.set(key, { ...row, appointments: row.appointments.filter(stays) });
        continue;
      }
      const { source, version } = row;
      const expanded = connector.expand!(source!, window, timeZone);
      this.objects.set(key, objectRow({ key, version, source, ...expanded }, window, timeZone));
    }
    this.window = window;
    this.timeZone = timeZone;
  }

  /** Appointments of the agenda, with the object they belong to. */
  *rows() {
    for (const [key, { appointments }] of this.objects) for (const row of appointments) yield { key, row };
  }
}

const isUpTo = (text: string, instant: Temporal.Instant) =>
  Temporal.Instant.compare(Temporal.Instant.from(text), instant) <= 0;
