/** A server of its own for a figure, and how it is asked. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';

export interface Served {
  /** Without a slash at the end; '' without the role `api`. */
  address: string;
  pid: number;
  stop(): Promise<void>;
}

/**
 * @param url of its PostgreSQL database.
 * @param more of its environment; without it the server has the role `api` and any free port.
 * @throws Error with what it printed when it doesn't start.
 */
export async function startServed(url: string, more: Record<string, string> = {}): Promise<Served> {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-figure-'));
  const child = spawn(process.execPath, [path.resolve(import.meta.dirname, '../server/src/main.ts')], {
    env: { ...process.env, DATABASE_URL: url, WHENABOUTS_DATA: data, WHENABOUTS_ROLES: 'api', PORT: '0', ...more },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill); // whoever measures and fails leaves nothing running
  const stop = async () => {
    process.off('exit', kill);
    if (child.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    fs.rmSync(data, { recursive: true, force: true });
  };
  let output = '';
  for await (const text of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
    output += text;
    const [ready, port] = /Whenabouts is ready(?:: https?:\/\/[^\s:]+:(\d+)|; )/.exec(output) ?? [];
    if (!ready) continue;
    child.stdout.resume();
    return { address: port ? `http://127.0.0.1:${port}` : '', pid: child.pid!, stop };
  }
  await stop();
  throw new Error(`The server did not start:\n${output}`);
}

/** A GET, or a POST of JSON. @throws Error unless it answers with `status`. */
export function ask(
  agent: http.Agent,
  url: string,
  cookie: string,
  { status = 200, body }: { status?: number; body?: unknown } = {},
): Promise<string> {
  const sent = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    http
      .request(
        url,
        {
          agent,
          method: sent === undefined ? 'GET' : 'POST',
          headers: { cookie, ...(sent === undefined ? {} : { 'content-type': 'application/json' }) },
        },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () => {
            const text = Buffer.concat(parts).toString();
            if (answer.statusCode === status) resolve(text);
            else reject(new Error(`${answer.statusCode}: ${text}`));
          });
        },
      )
      .on('error', reject)
      .end(sent);
  });
}

export async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const began = performance.now();
  const value = await work();
  return { ms: performance.now() - began, value };
}
