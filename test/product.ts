/**
 * The product as its users meet it: a process of its own, started from main.ts, reached over HTTP, killed as by kill -9
 * and started again on the same data. Nothing here reaches into the server.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export const administrator = {
  email: 'ada@example.com',
  password: 'correct horse battery staple',
  displayName: 'Ada Lovelace',
  timeZone: 'Europe/Berlin',
  language: 'en' as const,
};

export interface Product {
  url: string;
  /** Calls the API as the administrator. @throws Error with status and answer unless the status is 2xx. */
  api<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  /** Starts the process again after `kill` (same port, same data); `env` for this start alone. */
  start(env?: Record<string, string>): Promise<void>;
  /** Ends it as by kill -9. */
  kill(): Promise<void>;
  /** Resolves when the process has ended by itself or by `kill`. */
  ended(): Promise<void>;
  /** Everything it has printed. */
  output(): string;
  stop(): Promise<void>;
}

/** Starts the product on `target` and makes its administrator by the set-up link that it prints. */
export async function startProduct(
  target: { url: string } | { folder: string },
  env: Record<string, string> = {},
): Promise<Product> {
  const data =
    'folder' in target ? path.dirname(target.folder) : fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-data-'));
  let port = 0;
  let url = '';
  let cookie = '';
  let output = '';
  let child: ChildProcess | null = null;
  process.once('exit', () => child?.kill('SIGKILL')); // a test that fails on the way leaves nothing running

  async function start(more: Record<string, string> = {}): Promise<void> {
    const { DATABASE_URL: _inherited, ...inherited } = process.env;
    const started = spawn(process.execPath, [new URL('../server/src/main.ts', import.meta.url).pathname], {
      env: {
        ...inherited,
        NODE_COMPILE_CACHE: new URL('../node_modules/.cache/compiled', import.meta.url).pathname, // as `npm start` does
        ...env,
        ...more,
        PORT: String(port),
        WHENABOUTS_DATA: data,
        ...('url' in target ? { DATABASE_URL: target.url } : {}),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    const from = output.length;
    for (const stream of [started.stdout, started.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    const deadline = Date.now() + 30_000;
    for (;;) {
      const address = /http:\/\/(?:localhost|127\.0\.0\.1):(\d+)/.exec(output.slice(from));
      if (address) {
        port = Number(address[1]);
        url = `http://127.0.0.1:${port}`;
        if (await answers(`${url}/api/v1/health`)) return;
      }
      if (started.exitCode !== null || started.signalCode !== null) {
        if (more.WHENABOUTS_CRASH_AT) return;
        throw new Error(`The product ended with ${started.exitCode ?? started.signalCode}:\n${output.slice(from)}`);
      }
      if (Date.now() > deadline) throw new Error(`The product does not answer:\n${output.slice(from)}`);
      await delay(20);
    }
  }

  async function api<T>(method: string, where: string, body?: unknown): Promise<T> {
    const response = await fetch(`${url}/api/v1${where}`, {
      method,
      headers: { origin: url, cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${where}: ${response.status} ${text}`);
    const set = response.headers.getSetCookie();
    if (set.length > 0) cookie = set.map((line) => line.split(';')[0]).join('; ');
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async function ended(): Promise<void> {
    const process = child;
    if (process && process.exitCode === null && process.signalCode === null)
      await new Promise((resolve) => process.once('exit', resolve));
  }

  await start();
  const token = /[?&]token=([\w.-]+)/.exec(output)?.[1];
  if (!token) throw new Error(`The product printed no set-up link:\n${output}`);
  await api('POST', '/setup', { token, ...administrator });

  return {
    get url() {
      return url;
    },
    api,
    start,
    ended,
    output: () => output,
    async kill() {
      child?.kill('SIGKILL');
      await ended();
    },
    async stop() {
      child?.kill('SIGTERM');
      await ended();
      fs.rmSync(data, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}

/** Waits until `read` gives what `wanted` accepts, looking every 50 ms. @throws Error with the last value read. */
export async function until<T>(
  what: string,
  read: () => Promise<T>,
  wanted: (value: T) => boolean,
  seconds = 15,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await read();
    if (wanted(value)) return value;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s; last: ${JSON.stringify(value)}`);
    await delay(50);
  }
}
