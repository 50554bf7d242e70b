/**
 * Rounds of `calendarView/delta`: the window is fixed in the token; the first round tells everything in it, a later one
 * what changed since. As badly as the habits say: stubs, empty pages, duplicates, replays, phantoms, forgotten tokens.
 */
import { randomBytes } from 'node:crypto';
import type { Instance } from '../mailbox/items.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import type { World } from '../world.ts';
import { type GraphEvent, type Manner, masterEvent, stub, wholeEvent } from './event.ts';
import { idOf } from './ids.ts';

/** What a delta token stands for. */
interface DeltaState {
  mailbox: Mailbox;
  calendar: string;
  from: number;
  to: number;
  manner: Manner;
  /** Changes up to here are told; -1: nothing yet. */
  since: number;
  /** What the round before told, for replays. */
  before: GraphEvent[];
  madeAt: number;
}
/** What a skip token stands for: a round under way. */
interface RoundState extends DeltaState {
  upTo: number;
  told: GraphEvent[];
  rest: GraphEvent[];
}

export interface DeltaPage {
  value: GraphEvent[];
  next: { kind: '$skiptoken' | '$deltatoken'; token: string };
}

const saidOfIt = ['gone', 'syncStateNotFound', 'badRequest'] as const;
export type Forgotten = { forgotten: (typeof saidOfIt)[number]; from: number; to: number };

export class DeltaRounds {
  private readonly states = new Map<string, DeltaState | RoundState>();
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  start(mailbox: Mailbox, calendar: string, from: number, to: number, manner: Manner, size: number): DeltaPage {
    const { world } = this;
    const immutable = manner.immutable && !world.habits.ordinaryIds;
    const state = {
      mailbox,
      calendar,
      from,
      to,
      manner: { ...manner, immutable },
      since: -1,
      before: [],
      madeAt: world.clock.now(),
    };
    return this.page(this.round(state), size);
  }

  /** A token may be used again and tells the same then, as of now. */
  go(token: string, size: number): DeltaPage | Forgotten | null {
    const { world } = this;
    const state = this.states.get(token);
    if (!state) return null;
    if ('rest' in state) return this.page(state, size);
    const old = world.clock.now() - state.madeAt > world.habits.tokenLife;
    if (old || world.chance(world.habits.forgottenTokens)) {
      this.states.delete(token);
      const forgotten = saidOfIt[Math.floor(world.random() * saidOfIt.length)]!;
      return { forgotten, from: state.from, to: state.to };
    }
    return this.page(this.round(state), size);
  }

  /** Has every token forgotten. */
  forgetAll(): void {
    for (const [token, state] of [...this.states])
      if ('rest' in state) this.states.delete(token);
      else state.madeAt = Number.NEGATIVE_INFINITY;
  }

  private round(state: DeltaState): RoundState {
    const { world } = this;
    const { habits } = world;
    let told = state.since < 0 ? this.everything(state) : this.changes(state);
    if (habits.shuffle) told = shuffled(told, world.random);
    const twice = told.filter(() => world.chance(habits.duplicates));
    const replayed = state.since >= 0 && world.chance(habits.replays) ? this.refreshed(state) : [];
    const phantoms = world.chance(habits.phantoms) ? [removal(`AAMkAD${randomBytes(24).toString('base64url')}=`)] : [];
    return { ...state, upTo: state.mailbox.change, told, rest: [...replayed, ...told, ...phantoms, ...twice] };
  }

  private page(round: RoundState, asked: number): DeltaPage {
    const { world } = this;
    const { habits } = world;
    const size = Math.min(asked, habits.deltaPage ?? asked);
    const empty = round.rest.length > 0 && world.chance(habits.emptyPages);
    const value = empty ? [] : round.rest.slice(0, size);
    const rest = round.rest.slice(value.length);
    if (rest.length > 0 || empty) return { value, next: this.keep('$skiptoken', { ...round, rest }) };
    const { mailbox, calendar, from, to, manner, upTo, told } = round;
    const madeAt = world.clock.now();
    const done: DeltaState = { mailbox, calendar, from, to, manner, since: upTo, before: told, madeAt };
    return { value, next: this.keep('$deltatoken', done) };
  }

  private keep(kind: DeltaPage['next']['kind'], state: DeltaState | RoundState): DeltaPage['next'] {
    const token = randomBytes(18).toString('base64url');
    this.states.set(token, state);
    return { kind, token };
  }

  private everything(state: DeltaState): GraphEvent[] {
    const { mailbox, calendar, from, to } = state;
    const instances = mailbox.view(calendar, from, to);
    return [...this.masters(state, instances), ...instances.map((each) => this.told(state, each))];
  }

  /** What was touched since: those in the window as they are, the others as removed. */
  private changes(state: DeltaState): GraphEvent[] {
    const { mailbox, calendar, from, to, manner, since } = state;
    if (mailbox.change === since) return [];
    const inWindow = mailbox.view(calendar, from, to);
    const touched = inWindow.filter((each) => each.changed > since);
    const told = touched.map((each) => this.told(state, each));
    const gone: GraphEvent[] = [];
    const siblings: Instance[] = [];
    for (const { item, changed } of mailbox.removed) {
      if (changed <= since || item.calendar !== calendar) continue;
      const now = inWindow.filter((each) => each.item.number === item.number);
      // A series that got another pattern and still shows something tells the new dates, and often no more.
      if (now.length > 0 && this.world.habits.cancellations === 'sibling') continue;
      if (now.length === 0) gone.push(removal(idOf(mailbox, item, null, manner.immutable)));
      // Of a series every occurrence that the window had.
      if (item.recurrence)
        for (const { date, start, end } of mailbox.instancesOf(item, to))
          if (start < to && end > from && !now.some((each) => each.date === date))
            gone.push(removal(idOf(mailbox, item, date, manner.immutable)));
    }
    for (const item of mailbox.items.values()) {
      if (item.calendar !== calendar) continue;
      const shown = inWindow.filter((each) => each.item === item);
      const whole = item.changed > since;
      // A single one outside the window: removed, whether or not it was ever told.
      if (!item.recurrence && whole && shown.length === 0)
        gone.push(removal(idOf(mailbox, item, null, manner.immutable)));
      if (!item.recurrence) continue;
      const vanished = [...item.occurrenceChanged]
        .filter(([date, changed]) => changed > since && !shown.some((each) => each.date === date))
        .map(([date]) => date);
      if (vanished.length === 0) continue;
      if (this.world.habits.cancellations === 'removed' || shown.length === 0)
        for (const date of vanished) gone.push(removal(idOf(mailbox, item, date, manner.immutable)));
      else if (!shown.some((each) => touched.includes(each)))
        siblings.push(shown[Math.floor(this.world.random() * shown.length)]!);
    }
    return [...this.masters(state, touched), ...told, ...siblings.map((each) => this.told(state, each)), ...gone];
  }

  /** What the last round told, as it is now. */
  private refreshed(state: DeltaState): GraphEvent[] {
    const ids = new Set(state.before.filter((event) => !('@removed' in event)).map(({ id }) => id));
    return this.everything(state).filter(({ id }) => ids.has(id));
  }

  private masters({ mailbox, manner }: DeltaState, instances: readonly Instance[]): GraphEvent[] {
    const { masters } = this.world.habits;
    if (masters === 'never') return [];
    const series = new Set(instances.flatMap(({ item }) => (item.recurrence ? [item] : [])));
    return [...series]
      .filter(() => masters === 'always' || this.world.chance(0.5))
      .map((item) => this.typed(masterEvent(mailbox, item, manner)));
  }

  private told({ mailbox, manner }: DeltaState, instance: Instance): GraphEvent {
    const { item, date } = instance;
    const plain = item.recurrence && date && !item.exceptions.has(date);
    return this.typed(
      plain && this.world.habits.stubs ? stub(mailbox, instance, manner) : wholeEvent(mailbox, instance, manner),
    );
  }

  private typed({ type, ...event }: GraphEvent): GraphEvent {
    return this.world.habits.untyped ? event : { ...event, type };
  }
}

const removal = (id: string): GraphEvent => ({
  '@odata.type': '#microsoft.graph.event',
  id,
  '@removed': { reason: 'deleted' },
});

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const result = [...list];
  for (let at = result.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [result[at], result[other]] = [result[other]!, result[at]!];
  }
  return result;
}
