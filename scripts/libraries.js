// The pinned runtime needs libatomic.so.1, which a bare Debian doesn't have. It is taken out of Debian's own package
// into a folder of the project: nothing is installed into the system, so no rights are needed.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { command, Failure } from './command.js';
import { step } from './progress.js';
import { libraries, runtime } from './runtime.js';

/** @throws {Failure} that says what mends it */
export async function ensureRuntimeRuns() {
  const problem = await whyNot();
  if (problem === null) return;
  if (!problem.includes('libatomic.so.1'))
    throw new Failure(
      `${problem}\n\nThe runtime that npm brought does not run on this machine. It needs a 64-bit system with glibc 2.28 or newer (Debian 10 and later; not Alpine).`,
    );
  try {
    await step('Fetching libatomic, which the runtime needs and this machine lacks', fetchFromDebian);
  } catch (error) {
    throw new Failure(
      `${error.message}\n\nThe runtime needs the library libatomic, and it could not be fetched. Install it and start again (Debian, Ubuntu: apt-get install libatomic1; Fedora: dnf install libatomic).`,
    );
  }
  const still = await whyNot();
  if (still !== null) throw new Failure(`${still}\n\nThe runtime does not run on this machine.`);
}

async function whyNot() {
  try {
    await command(runtime(), ['--version']);
    return null;
  } catch (error) {
    return error.message;
  }
}

/** By apt with lists and cache of its own, so that it works for every user and on an image whose lists are empty. */
async function fetchFromDebian() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-libatomic-'));
  try {
    for (const part of ['state/lists/partial', 'cache/archives/partial', 'log', 'unpacked'])
      fs.mkdirSync(path.join(folder, part), { recursive: true });
    const settings = [
      `Dir::State=${folder}/state`,
      'Dir::State::status=/var/lib/dpkg/status',
      `Dir::Cache=${folder}/cache`,
      `Dir::Log=${folder}/log`,
      `APT::Sandbox::User=${os.userInfo().username}`,
      'Acquire::Languages=none',
    ].flatMap((setting) => ['-o', setting]);
    await command('apt-get', [...settings, 'update']);
    await command('apt-get', [...settings, 'download', 'libatomic1'], { cwd: folder });
    const archive = fs.readdirSync(folder).find((name) => name.endsWith('.deb'));
    await command('dpkg-deb', ['-x', path.join(folder, archive), path.join(folder, 'unpacked')]);
    const lib = path.join(folder, 'unpacked/usr/lib');
    const [multiarch] = fs.readdirSync(lib);
    fs.mkdirSync(libraries, { recursive: true });
    fs.copyFileSync(path.join(lib, multiarch, 'libatomic.so.1'), path.join(libraries, 'libatomic.so.1'));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
