/** Published limits of Outlook's part of Graph: for each app and mailbox 4 requests at a time, 10,000 in 10 minutes. */
import type { Answer } from '../http.ts';
import type { World } from '../world.ts';
import { graphError } from './errors.ts';

const atATime = 4;
const most = 10_000;
const span = 600_000;

export class Throttling {
  private readonly running = new Map<string, number>();
  private readonly spent = new Map<string, { since: number; count: number }>();
  private readonly world: World;
  /** The most that ever ran at a time, by app and mailbox. */
  readonly peaks = new Map<string, number>();

  constructor(world: World) {
    this.world = world;
  }

  /** @returns a refusal, or what to call when the request is done. */
  enter(key: string): Answer | (() => void) {
    const now = this.world.clock.now();
    const running = (this.running.get(key) ?? 0) + 1;
    const before = this.spent.get(key);
    const spent = before && now - before.since < span ? before : { since: now, count: 0 };
    this.spent.set(key, { ...spent, count: spent.count + 1 });
    this.peaks.set(key, Math.max(running, this.peaks.get(key) ?? 0));
    if (this.world.habits.throttling && running > atATime)
      return tooMany('Application is over its MailboxConcurrency limit.', 1);
    if (this.world.habits.throttling && spent.count >= most)
      return tooMany('Application is over its request limit.', Math.ceil((spent.since + span - now) / 1_000));
    this.running.set(key, running);
    return () => void this.running.set(key, this.running.get(key)! - 1);
  }
}

export const tooMany = (message: string, seconds: number): Answer =>
  graphError(429, 'ApplicationThrottled', message, { 'retry-after': String(seconds) });
