// Tries the newcomer's first minutes: node scripts/clean-clone.js [npm-version]
// Clones the committed checkout into a temporary folder with a space in its name, with an empty HOME and only the
// system's PATH, runs npm start until the first answer and the set-up link are there, then once more, which must
// install and build nothing. With a version such as 10 it starts with that npm (fetched by npx).
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from './runtime.js';

const npmVersion = process.argv[2];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts clean clone '));
const clone = path.join(folder, 'clone');
const env = {
  HOME: path.join(folder, 'home'),
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  PORT: String(await freePort()),
};
fs.mkdirSync(env.HOME);
let failed = false;
try {
  execFileSync('git', ['clone', '--quiet', root, clone], { stdio: 'inherit' });
  const first = await start('first start', 10 * 60);
  expect(/https?:\/\/\S*setup\S*/i.test(first.output), 'the first start prints a set-up link');
  expect(/Installing/.test(first.output) && /Building/.test(first.output), 'the first start installs and builds');
  expect(!/EBADENGINE|npm warn|DeprecationWarning|ExperimentalWarning/i.test(first.output), 'its output is calm');
  const second = await start('second start', 60);
  expect(!/Installing|Building/.test(second.output), 'the second start installs and builds nothing');
  const { stdout } = { stdout: execFileSync('git', ['status', '--short'], { cwd: clone, encoding: 'utf8' }) };
  expect(stdout === '', `git status is clean afterwards${stdout ? `, but:\n${stdout}` : ''}`);
} catch (error) {
  expect(false, error.message);
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

/** Starts, waits for an answer on the port, ends the server by SIGTERM and gives back what was printed. */
async function start(name, seconds) {
  const begun = Date.now();
  const [program, ...args] = npmVersion ? ['npx', '--yes', `npm@${npmVersion}`, 'start'] : ['npm', 'start'];
  const child = spawn(program, args, { cwd: clone, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
  let over = false;
  ended.then(() => {
    over = true;
  });
  try {
    for (;;) {
      if (over) throw new Error(`${name}: ended with ${await ended}:\n${output}`);
      if (Date.now() - begun > seconds * 1000) throw new Error(`${name}: no answer after ${seconds} s:\n${output}`);
      const answer = await fetch(`http://127.0.0.1:${env.PORT}/api/v1/health`).catch(() => null);
      if (answer?.ok) break;
      await delay(50);
    }
    console.log(`${name}: first answer after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
    const page = await (await fetch(`http://127.0.0.1:${env.PORT}/`)).text();
    expect(page.includes('<script'), `${name}: the web client is served`);
    process.kill(-child.pid, 'SIGTERM');
    const how = await Promise.race([ended, delay(15_000, 'nothing within 15 s')]);
    expect(how !== 'nothing within 15 s', `${name}: SIGTERM ends it (${how})`);
    console.log(output.replace(/^/gm, '    '));
    return { output };
  } finally {
    if (!over) process.kill(-child.pid, 'SIGKILL');
  }
}

function expect(condition, what) {
  console.log(`${condition ? 'ok' : 'FAILED'}: ${what}`);
  if (!condition) failed = true;
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
