// Brings node_modules to exactly what package-lock.json says, and does nothing when it is there already.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { command, Failure } from './command.js';
import { ensureRuntimeRuns } from './libraries.js';
import { step } from './progress.js';
import { root, runtime } from './runtime.js';

const lockFile = path.join(root, 'package-lock.json');
const marker = path.join(root, 'node_modules', '.whenabouts-installed');

/** @throws {Failure} that says what mends it */
export async function ensureInstalled() {
  const wanted = fingerprint();
  if (readIfThere(marker) === wanted && hasRuntime()) return;
  if (!(installedByHand() && hasRuntime()))
    await step('Installing packages (once, some minutes on a slow line)', install);
  await ensureRuntimeRuns();
  // npm puts this folder first in the PATH of scripts and npx; the runtime is for us to call, with its libraries.
  fs.rmSync(path.join(root, 'node_modules', '.bin', 'node'), { force: true });
  fs.writeFileSync(marker, wanted);
}

async function install() {
  // engine warnings are left out: the packages that want a newer Node than npm's run on the runtime, which is one.
  // Both kinds of packages are asked for whatever NODE_ENV or the user's npm settings leave out: vite, which builds
  // the web client, and the runtime itself, which is optional because there is one for each platform.
  const flags = ['ci', '--include=dev', '--include=optional', '--ignore-scripts', '--loglevel=error'];
  const quiet = ['--no-audit', '--no-fund', '--no-progress', '--no-update-notifier'];
  const [program, ...npm] = npmProgram();
  try {
    await command(program, [...npm, ...flags, ...quiet], { cwd: root, env: environment() });
  } catch (error) {
    throw new Failure(`${error.message}\n\n${remedy(String(error.message))}`);
  }
}

/** What usually lies behind npm's error, in a sentence. */
function remedy(message) {
  if (/ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|network/i.test(message))
    return 'The package registry could not be reached. The first start needs a network (behind a company proxy: set HTTPS_PROXY, and NODE_EXTRA_CA_CERTS for its certificate), then start again.';
  if (/ENOSPC/.test(message)) return 'The disk is full: about 1 GB is needed. Make room and start again.';
  if (/EACCES|EPERM|EROFS/.test(message))
    return `This user may not write in ${root}. Start as the owner of that folder, or give it to this user with chown.`;
  if (/EUSAGE|in sync/.test(message))
    return 'package.json and package-lock.json disagree. After a change of dependencies run npm install and commit both; otherwise: git checkout package.json package-lock.json';
  if (/could not be started/.test(message))
    return 'npm is missing: install it (on Debian it comes with Node.js) and start again.';
  return 'Start again; if it fails in the same way, the lines above say what npm could not do.';
}

/** Somebody ran npm ci: npm leaves a copy of the lock in node_modules when it has ended well. */
function installedByHand() {
  const hidden = readIfThere(path.join(root, 'node_modules', '.package-lock.json'));
  if (hidden === null) return false;
  const has = JSON.parse(hidden).packages;
  return Object.entries(JSON.parse(fs.readFileSync(lockFile, 'utf8')).packages).every(
    ([name, entry]) =>
      !name.startsWith('node_modules/') || entry.optional || (has[name] && has[name].version === entry.version),
  );
}

function fingerprint() {
  const lock = createHash('sha256').update(fs.readFileSync(lockFile)).digest('hex');
  return `${lock} ${process.platform}-${process.arch}\n`;
}

/** The npm that started us, by the Node that runs it; `node` in the PATH is our own runtime when npm started us, and
 *  installing deletes that. */
function npmProgram() {
  const { npm_execpath: cli, npm_node_execpath: node } = process.env;
  const ours = (file) => file.startsWith(path.join(root, 'node_modules') + path.sep);
  if (cli && node && /\.c?js$/.test(cli) && !ours(node) && !ours(cli)) return [node, cli];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

function environment() {
  const bin = path.join(root, 'node_modules', '.bin');
  const PATH = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => path.resolve(folder) !== bin);
  return { ...process.env, PATH: PATH.join(path.delimiter) };
}

function hasRuntime() {
  try {
    return Boolean(runtime());
  } catch {
    return false;
  }
}

const readIfThere = (file) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null);
