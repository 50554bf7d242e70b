/** The server as a process: what it says when something is in its way, and how it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readEnvironment } from '../server/src/environment.ts';
import { dropTarget, makeTarget, type TestTarget } from './store.ts';

const main = path.resolve(import.meta.dirname, '../server/src/main.ts');
const targets: TestTarget[] = [];
afterAll(async () => {
  for (const target of targets) await dropTarget(target);
});

/** @param env DATABASE_URL empty: embedded, whatever the tests run on. */
async function start(env: Record<string, string>): Promise<{ child: ChildProcess; output: () => string }> {
  const target = await makeTarget();
  targets.push(target);
  const data = 'folder' in target ? path.dirname(target.folder) : fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-'));
  const child = spawn(process.execPath, [main], {
    env: {
      ...{
        PATH: process.env.PATH,
        PORT: '0',
        WHENABOUTS_DATA: data,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH, // where scripts/libraries.js had to bring one
      },
      ...('url' in target ? { DATABASE_URL: target.url } : {}),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream!.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  return { child, output: () => output };
}

test('a port in use: it ends and says what to do, before it has made anything', async () => {
  const other = net.createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as net.AddressInfo;
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-'));
  const inUse = await start({ PORT: String(port), WHENABOUTS_DATA: data, DATABASE_URL: '' });
  expect(await once(inUse.child, 'close')).toEqual([1, null]);
  expect(inUse.output()).toContain(`Port ${port} is in use by another program. Stop that one, or set PORT`);
  expect(fs.readdirSync(data)).toEqual([]);
  fs.rmSync(data, { recursive: true });
  other.close();
});

test('the first start says that it makes the embedded database, the next one has no reason to', async () => {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-'));
  try {
    const lines: string[][] = [];
    for (let time = 0; time < 2; time++) {
      const { child, output } = await start({ WHENABOUTS_DATA: data, DATABASE_URL: '' });
      while (!output().includes('set it up')) await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')]);
      lines.push(output().split('\n'));
      child.kill('SIGTERM');
      expect(await once(child, 'close')).toEqual([0, null]);
    }
    expect(lines[0]![0]).toBe(`Making the embedded database in ${data} …`);
    expect(lines[1]!.join('\n')).not.toContain('Making');
  } finally {
    fs.rmSync(data, { recursive: true });
  }
}, 120_000);

test('behind a public address it prints the link with that; asked to stop, it ends well', async () => {
  const { child, output } = await start({ PUBLIC_URL: 'https://times.example.com/' });
  while (!output().includes('set it up')) await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')]);
  expect(output()).toContain('https://times.example.com/setup?token=');
  child.kill('SIGINT');
  child.kill('SIGINT'); // Ctrl-C: from the terminal, and from whoever started the server
  expect(await once(child, 'close')).toEqual([0, null]);
});

test('the environment is checked before anything starts, each wrong variable by its name', () => {
  expect(readEnvironment({})).toMatchObject({ port: 7420, host: '127.0.0.1', databaseUrl: null, publicUrl: null });
  expect(readEnvironment({ PUBLIC_URL: 'https://a.example/' }).publicUrl).toBe('https://a.example');
  expect(readEnvironment({ TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8' }).trustedProxies).toHaveLength(2);
  expect(() => readEnvironment({ TRUSTED_PROXIES: 'nginx' })).toThrow('TRUSTED_PROXIES must be addresses such as');
  expect(() => readEnvironment({ PUBLIC_URL: 'https://a.example/x/' })).toThrow('PUBLIC_URL must have no path');
  const wrong = { PORT: 'many', DATABASE_URL: 'mysql://x', PUBLIC_URL: 'ftp://x', WHENABOUTS_ROLES: 'api,cook' };
  expect(() => readEnvironment(wrong)).toThrow(
    /PORT must be .*DATABASE_URL must begin with postgres:\/\/.*PUBLIC_URL must be .*WHENABOUTS_ROLES must be/,
  );
});
