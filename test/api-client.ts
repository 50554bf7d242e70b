/** A whole server in this process, listening on a free port, and people who talk to it by HTTP as any program would. */
import path from 'node:path';
import { Writable } from 'node:stream';
import pino from 'pino';
import { allRoles, type Role as ServerRole } from '../server/src/environment.ts';
import { type StartedServer, startServer } from '../server/src/start.ts';
import { dropTarget, makeTarget } from './store.ts';

export const password = 'correct horse battery staple';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever was answered
  body: any;
}

export interface Person {
  cookie: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export interface TestServer {
  /** After a restart another one. */
  readonly server: StartedServer;
  url: string;
  /** All that was logged, as JSON lines. */
  logged(): string;
  /** All answers that anybody got. */
  answered(): string;
  anybody(): Person;
  administrator: Person & { id: string };
  /** Makes a user by invitation and signs in. */
  newUser(name: string, role?: 'user' | 'administrator'): Promise<Person & { id: string; email: string }>;
  /** Ends it and starts it again on what it stored, at the same address. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** What a browser sends after it was told these `Set-Cookie` lines. */
export function withCookies(cookie: string, lines: readonly string[]): string {
  const jar = new Map(cookie.split('; ').flatMap((pair) => (pair ? [splitPair(pair)] : [])));
  for (const line of lines) {
    const [name, value] = splitPair(line.split(';')[0]!);
    if (value === '' || /;\s*max-age=0\b/i.test(line)) jar.delete(name);
    else jar.set(name, value);
  }
  return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
}

const splitPair = (pair: string): [string, string] => [pair.split('=')[0]!, pair.slice(pair.indexOf('=') + 1)];

/** @param roles of the server; without all of them there is no sample company. */
export async function startTestServer(
  roles: readonly ServerRole[] = allRoles,
  trustedProxies: readonly string[] = [],
): Promise<TestServer> {
  const target = await makeTarget();
  let logged = '';
  let answered = '';
  const log = pino(
    { level: 'debug', serializers: { error: pino.stdSerializers.err } },
    new Writable({
      write(chunk, _encoding, done) {
        logged += chunk;
        done();
      },
    }),
  );
  const dataFolder = 'folder' in target ? path.dirname(target.folder) : (await makeDataFolder()).folder;
  const environment = {
    ...{ port: 0, host: '127.0.0.1', publicUrl: null, roles: [...roles], dataFolder, trustedProxies },
    databaseUrl: 'url' in target ? target.url : null,
  };
  let server = await startServer(environment, log);
  const url = `http://127.0.0.1:${server.api!.port}`;

  const anybody = (): Person => {
    const person: Person = {
      cookie: '',
      async call(method, where, body, headers = {}) {
        const isForm = body instanceof FormData;
        const response = await fetch(`${url}${where.startsWith('/api/') ? '' : '/api/v1'}${where}`, {
          method,
          headers: {
            ...(person.cookie && { cookie: person.cookie }),
            ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
            ...headers,
          },
          body: body === undefined ? null : isForm ? body : JSON.stringify(body),
        });
        const text = await response.text();
        answered += `${method} ${where}\n${[...response.headers].join('\n')}\n${text}\n`;
        person.cookie = withCookies(person.cookie, response.headers.getSetCookie());
        const json = response.headers.get('content-type')?.startsWith('application/json');
        return { status: response.status, headers: response.headers, text, body: json ? JSON.parse(text) : undefined };
      },
    };
    return person;
  };

  const administrator = anybody();
  const token = new URL(server.setupUrl!).searchParams.get('token');
  const setUp = await administrator.call('POST', '/setup', {
    token,
    email: 'admin@example.com',
    password,
    displayName: 'Ada Admin',
    timeZone: 'Europe/Berlin',
    language: 'en',
  });
  if (setUp.status !== 201) throw new Error(`Set-up: ${setUp.status} ${setUp.text}`);

  return {
    get server() {
      return server;
    },
    url,
    logged: () => logged,
    answered: () => answered,
    anybody,
    administrator: Object.assign(administrator, { id: setUp.body.id as string }),
    async newUser(name, role = 'user') {
      const email = `${name.toLowerCase().replaceAll(' ', '.')}@example.com`;
      const made = await administrator.call('POST', '/users', { email, displayName: name, role });
      if (made.status !== 201) throw new Error(`New user: ${made.status} ${made.text}`);
      const person = anybody();
      const link = new URL(made.body.invitation.url).pathname.split('/').at(-1);
      const accepted = await person.call('POST', `/invitations/${link}`, { password });
      if (accepted.status !== 200) throw new Error(`Invitation: ${accepted.status} ${accepted.text}`);
      return Object.assign(person, { id: made.body.user.id as string, email });
    },
    async restart() {
      const { port } = server.api!;
      await server.stop();
      server = await startServer({ ...environment, port }, log);
      // Kept-alive connections to the one that ended fail at their next use.
      while (!(await fetch(`${url}/api/v1/health`).catch(() => null))?.ok);
    },
    async stop() {
      await server.stop();
      await dropTarget(target);
    },
  };
}

async function makeDataFolder(): Promise<{ folder: string }> {
  const fs = await import('node:fs');
  const os = await import('node:os');
  return { folder: fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-data-')) };
}
