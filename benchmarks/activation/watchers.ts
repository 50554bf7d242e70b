/** All watchers in a process of their own, so that their reading doesn't hold up whoever else measures. */
import { serveTasks } from '../child.ts';
import { follow, type Watcher } from './watcher.ts';

const watchers: Watcher[] = [];

const tasks = {
  /** Opens streams, 20 at a time. */
  async follow({ address, asked }: { address: string; asked: { cookie: string; colleagues: string[] }[] }) {
    const left = asked.values();
    const open = async () => {
      for (const { cookie, colleagues } of left) watchers.push(await follow(address, cookie, colleagues));
    };
    await Promise.all(Array.from({ length: 20 }, open));
  },
  /** When the last watcher was told of the last colleague, epoch milliseconds. */
  async toldOf(since: string) {
    return Math.max(...(await Promise.all(watchers.map((watcher) => watcher.toldOf(since)))));
  },
  missing: () => watchers.reduce((sum, watcher) => sum + watcher.missing(), 0),
};
export type Watchers = typeof tasks;
serveTasks(tasks);
