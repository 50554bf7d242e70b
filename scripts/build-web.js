// Builds the web client when its sources or its packages have changed since the last build.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { command, Failure } from './command.js';
import { step } from './progress.js';
import { root, runtime } from './runtime.js';

const web = path.join(root, 'web');
const marker = path.join(web, 'dist', '.built');

/** @throws {Failure} with what the build printed */
export async function ensureWebBuilt() {
  if (isBuilt(fingerprint())) return;
  await alone(buildUnlessBuilt);
}

const isBuilt = (wanted) => fs.existsSync(marker) && fs.readFileSync(marker, 'utf8') === wanted;

async function buildUnlessBuilt() {
  const wanted = fingerprint();
  if (isBuilt(wanted)) return;
  await step('Building the web client (once)', async () => {
    try {
      await command(runtime(), [path.join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
        cwd: web,
        env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' },
      });
    } catch (error) {
      throw new Failure(
        `${error.message}\n\nThe web client could not be built. If you did not change web/, run npm ci and start again.`,
      );
    }
  });
  fs.writeFileSync(marker, wanted); // last, so that a build that was cut short is made again
}

const lock = path.join(root, 'node_modules/.cache/web-build.lock');
const longestBuildMs = 180_000;

/** One build at a time: a second one would empty the folder under the first one's feet. */
async function alone(work) {
  fs.mkdirSync(path.dirname(lock), { recursive: true });
  while (!taken()) await delay(200);
  try {
    await work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

function taken() {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isHeld()) fs.rmSync(lock, { force: true });
    return false;
  }
}

/** Whoever made the lock may have been killed before it could remove it. */
function isHeld() {
  try {
    if (Date.now() - fs.statSync(lock).mtimeMs > longestBuildMs) return false;
    const holder = Number(fs.readFileSync(lock, 'utf8'));
    if (holder > 0) process.kill(holder, 0); // 0: it is being written
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Of everything the client is made from. Files' times are no help: a fresh clone gives all of them new ones. */
function fingerprint() {
  const hash = createHash('sha256');
  const add = (file) =>
    hash
      .update(`${path.relative(root, file)}\0`)
      .update(fs.readFileSync(file))
      .update('\0');
  for (const file of filesIn(web)) add(file);
  add(path.join(root, 'package-lock.json'));
  return `${hash.digest('hex')}\n`;
}

function filesIn(folder) {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .filter((entry) => !['dist', 'node_modules', '.DS_Store'].includes(entry.name))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      return entry.isDirectory() ? filesIn(file) : [file];
    });
}
