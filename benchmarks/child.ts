/** A program of these figures in a process of its own, so that it has an event loop of its own, asked by messages. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

// biome-ignore lint/suspicious/noExplicitAny: each task says what it takes
type Tasks = Record<string, (asked: any) => unknown>;
/** What the tasks are, from outside. */
export type Child<T extends Tasks> = {
  [Name in keyof T]: (...asked: Parameters<T[Name]>) => Promise<Awaited<ReturnType<T[Name]>>>;
} & { stop(): Promise<void> };

interface Message {
  id: number;
  name: string;
  asked: unknown;
}
interface Reply {
  id: number;
  told?: unknown;
  failed?: string;
}

/** In the child. */
export function serveTasks(tasks: Tasks): void {
  process.on('message', async ({ id, name, asked }: Message) => {
    try {
      process.send!({ id, told: await tasks[name]!(asked) } satisfies Reply);
    } catch (error) {
      process.send!({ id, failed: (error as Error).stack ?? String(error) } satisfies Reply);
    }
  });
  process.on('disconnect', () => process.exit(0)); // whoever measures has gone
}

/** @param file below benchmarks. @throws Error of a task, and when the process ends by itself. */
export function startChild<T extends Tasks>(file: string): Child<T> {
  const child = fork(path.join(import.meta.dirname, file), { execArgv: [] });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;
  child.on('message', ({ id, told, failed }: Reply) => {
    const { resolve, reject } = waiting.get(id)!;
    waiting.delete(id);
    if (failed === undefined) resolve(told);
    else reject(new Error(`${file}: ${failed}`));
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended with ${code}.`));
  });
  const stop = async () => {
    if (child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  };
  return new Proxy({} as Child<T>, {
    get: (_, name: string) => {
      if (name === 'stop') return stop;
      if (name === 'then') return undefined;
      return (asked: unknown) => {
        const reply = Promise.withResolvers<unknown>();
        waiting.set(++last, reply);
        child.send({ id: last, name, asked } satisfies Message);
        return reply.promise;
      };
    },
  });
}
