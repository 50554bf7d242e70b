/**
 * Limits of a throttling policy, and the three shapes in which a client is told to come later: a fault in an HTTP 500, an
 * HTTP 503 with or without a page, an error among the response messages of a 200.
 */
import type { BusyShape } from '../habits.ts';
import { type Answer, html } from '../http.ts';
import type { ServiceAccount, World } from '../world.ts';
import { Fault } from './errors.ts';

export class Throttling {
  private readonly world: World;
  private readonly running = new Map<ServiceAccount, number>();
  private readonly hanging = new Map<ServiceAccount, number>();
  /** Shapes that the next requests get, before anything is dealt. */
  private readonly ordered: BusyShape[] = [];
  /** The most that ever ran at a time: requests, and streams. */
  readonly peaks = { requests: 0, streams: 0 };
  /** What came while the server had asked to be left alone: a client that doesn't wait. */
  tooEarly = 0;
  private restUntil = 0;

  constructor(world: World) {
    this.world = world;
  }

  /** The next requests are told to come later, in these shapes. */
  order(...shapes: BusyShape[]): void {
    this.ordered.push(...shapes);
  }

  /** @returns the shape in which this request is sent away; null: it isn't. */
  busy(): BusyShape | null {
    const { world } = this;
    const { busy, busyShapes, backOff } = world.habits;
    const now = world.clock.now();
    if (now < this.restUntil) this.tooEarly++;
    const shape = this.ordered.shift() ?? (world.chance(busy) ? world.oneOf(busyShapes) : null);
    // Only a server that said for how long can expect it.
    if (shape && !shape.startsWith('unavailable')) this.restUntil = now + (backOff ?? 0);
    return shape;
  }

  /** @returns what to call when the request is done. @throws Fault when the account has too many under way */
  enter(account: ServiceAccount): () => void {
    const { maxConcurrency } = this.world.habits;
    return this.take(this.running, account, 'requests', maxConcurrency ?? Number.POSITIVE_INFINITY);
  }

  /** The same of a stream: it is counted by itself. */
  hang(account: ServiceAccount): () => void {
    return this.take(this.hanging, account, 'streams', this.world.habits.hangingConnections);
  }

  private take(of: Map<ServiceAccount, number>, account: ServiceAccount, kind: 'requests' | 'streams', most: number) {
    const count = (of.get(account) ?? 0) + 1;
    if (count > most)
      throw new Fault(
        'ErrorExceededConnectionCount',
        'You have exceeded the available concurrent connections for your account. Try again once your other requests have completed.',
      );
    of.set(account, count);
    this.peaks[kind] = Math.max(this.peaks[kind], count);
    let isDone = false;
    return () => {
      if (!isDone) of.set(account, of.get(account)! - 1);
      isDone = true;
    };
  }
}

export function busyFault({ habits }: World): Fault {
  const values: Record<string, string> = habits.backOff === null ? {} : { BackOffMilliseconds: String(habits.backOff) };
  return new Fault('ErrorServerBusy', 'The server cannot service this request right now. Try again later.', values);
}

/** From whatever stands before Exchange. */
export const unavailable = (empty: boolean): Answer =>
  empty
    ? { status: 503, headers: { 'content-length': '0' }, body: null }
    : html('Service Unavailable', '<p>HTTP Error 503. The service is unavailable.</p>', 503);
