/** Debian's Radicale on loopback with users of its own in a temporary folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface Radicale {
  /** `http://127.0.0.1:<port>/` */
  address: string;
  user: string;
  password: string;
  /** As another client would: authenticated, for any method and status. */
  request(method: string, path: string, body?: string, headers?: Record<string, string>): Promise<Response>;
  /** Requests it has answered so far, counted in its own log: whoever made them. */
  requestCount(): number;
  /** An empty calendar of the user; returns its path. */
  makeCalendar(name: string, properties?: string): Promise<string>;
  /** kill -9 in the middle of whatever it does. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const program = '/usr/bin/radicale';

/** Null when it can be started; else the reason and what mends it. */
export function whyNoRadicale(): string | null {
  return fs.existsSync(program) ? null : 'Radicale is not installed (apt-get install radicale)';
}

/** @throws Error with Radicale's own words when it does not come up */
export async function startRadicale(users: Record<string, string> = { anna: 'Gehe1m!' }): Promise<Radicale> {
  const missing = whyNoRadicale();
  if (missing) throw new Error(missing);
  // It syncs every small file to the disk, several for each object: in memory, where there is such a place.
  const place = fs.existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir();
  const folder = fs.mkdtempSync(path.join(place, 'whenabouts-radicale-'));
  const [user, password] = Object.entries(users)[0]!;
  const lines = Object.entries(users).map(([name, secret]) => `${name}:${secret}`);
  fs.writeFileSync(path.join(folder, 'users'), `${lines.join('\n')}\n`);
  fs.writeFileSync(
    path.join(folder, 'config'),
    `[server]\nhosts = 127.0.0.1:0\nmax_connections = 50\n[auth]\ntype = htpasswd\nhtpasswd_filename = ${folder}/users\n` +
      `htpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = ${folder}/data\n[logging]\nlevel = info\n`,
  );
  const child = spawn(program, ['--config', path.join(folder, 'config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let requests = 0;
  createInterface({ input: child.stderr! }).on('line', (line) => {
    if (/ (?:[A-Z]+) request for '/.test(line)) requests++;
  });
  const address = await addressFrom(child);
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

  const request: Radicale['request'] = (method, at, body, headers) =>
    fetch(new URL(at, address), { method, body, headers: { authorization, ...headers } });

  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };

  return {
    address,
    user,
    password,
    request,
    requestCount: () => requests,
    async makeCalendar(name, properties = '') {
      const at = `/${user}/${name}/`;
      const body =
        '<?xml version="1.0"?><C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>' +
        `<displayname>${name}</displayname>${properties}</prop></set></C:mkcalendar>`;
      const response = await request('MKCALENDAR', at, body);
      if (response.status !== 201) throw new Error(`Radicale made no calendar: ${response.status}`);
      return at;
    },
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM');
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits for the line in which it says where it listens: port 0 lets the system choose a free one. */
async function addressFrom(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let port: string | null = null;
  createInterface({ input: child.stderr! }).on('line', (line) => {
    if (said.length < 50) said.push(line);
    port ??= /Listening on '\[?127\.0\.0\.1\]?:(\d+)'/.exec(line)?.[1] ?? null;
    if (port && line.includes('server ready')) resolve(`http://127.0.0.1:${port}/`);
  });
  child.once('exit', (code) => reject(new Error(`Radicale ended with ${code}:\n${said.join('\n')}`)));
  child.once('error', reject);
  const timer = setTimeout(() => reject(new Error(`Radicale is not ready after 30 s:\n${said.join('\n')}`)), 30_000);
  return promise.finally(() => clearTimeout(timer));
}
