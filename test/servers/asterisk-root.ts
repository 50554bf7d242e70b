/**
 * Makes Asterisk available to tests: Debian 12 doesn't have it, Debian sid does, so a small Debian sid is made in a
 * folder by debootstrap (about a minute and 600 MB, once). The folder is `.cache/asterisk-root`, or `asterisk-root` in
 * the folder that WHENABOUTS_SERVERS names. sid moves, so no version is pinned.
 */
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const project = path.resolve(import.meta.dirname, '../..');
export const serversFolder = process.env.WHENABOUTS_SERVERS ?? path.join(project, '.cache');
export const asteriskRoot = path.join(serversFolder, 'asterisk-root');

/** Builds it where it is missing. Returns null when Asterisk is there, else why it can't be had. */
export async function prepareAsterisk(progress: (line: string) => void = () => {}): Promise<string | null> {
  if (isComplete()) return canChroot();
  const reason = canBuild();
  if (reason) return reason;
  fs.mkdirSync(serversFolder, { recursive: true });
  const unlock = await lock(path.join(serversFolder, 'asterisk-root.lock'), progress);
  try {
    if (!isComplete()) await build(progress);
    return canChroot();
  } catch (error) {
    return `Asterisk could not be installed from Debian sid: ${(error as Error).message}`;
  } finally {
    unlock();
  }
}

/** Whether a test can use it right now; builds nothing. */
export function asteriskMissing(): string | null {
  return isComplete() ? canChroot() : (canBuild() ?? 'Asterisk is not installed yet: npm test installs it.');
}

const isComplete = () => fs.existsSync(path.join(asteriskRoot, 'usr/sbin/asterisk'));
const canChroot = () => (process.getuid?.() === 0 ? null : 'Asterisk runs in a chroot, which needs root.');

function canBuild(): string | null {
  if (process.platform !== 'linux') return 'Asterisk is tested on Linux only.';
  if (process.getuid?.() !== 0) return 'Asterisk is installed by debootstrap, which needs root.';
  for (const tool of ['debootstrap', 'chroot'])
    if (!['/usr/sbin', '/usr/bin'].some((folder) => fs.existsSync(path.join(folder, tool))))
      return `Asterisk is installed by debootstrap; ${tool} is missing (apt-get install debootstrap).`;
  return null;
}

async function build(progress: (line: string) => void): Promise<void> {
  const part = `${asteriskRoot}.part`;
  fs.rmSync(part, { recursive: true, force: true });
  const mirror = debianMirror();
  progress('Asterisk: making a small Debian sid (half a minute) …');
  await run('debootstrap', ['--variant=minbase', 'sid', part, ...(mirror ? [mirror] : [])]);
  // Keeps the package from starting the service.
  fs.writeFileSync(path.join(part, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  progress('Asterisk: installing it there (half a minute) …');
  const packages = ['asterisk', 'asterisk-modules', 'asterisk-config'];
  await run('chroot', [part, 'apt-get', 'install', '-y', '--no-install-recommends', ...packages]);
  fs.rmSync(path.join(part, 'var/cache/apt/archives'), { recursive: true, force: true });
  fs.renameSync(part, asteriskRoot);
  progress('Asterisk: installed.');
}

/** The Debian mirror apt is set up with, in either format of its sources; null: debootstrap's own default. */
export function debianMirror(folder = '/etc/apt'): string | null {
  const files = [path.join(folder, 'sources.list')];
  const parts = path.join(folder, 'sources.list.d');
  if (fs.existsSync(parts)) files.push(...fs.readdirSync(parts).map((name) => path.join(parts, name)));
  for (const file of files.filter((name) => fs.existsSync(name))) {
    const text = fs.readFileSync(file, 'utf8').replace(/^\s*#.*$/gm, '');
    for (const [, address] of text.matchAll(/^(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(https?:\S+)/gm))
      if (/\/debian\/?$/.test(address!)) return address!.replace(/\/$/, '');
  }
  return null;
}

/** What apt knows of a proxy, for debootstrap's downloads. */
function proxyOfApt(): Record<string, string> {
  try {
    const output = execFileSync('apt-config', ['dump', 'Acquire::http::Proxy', '--format', '%v%n'], {
      encoding: 'utf8',
    });
    const proxy = output.trim().split('\n')[0];
    return proxy && proxy !== 'DIRECT' ? { http_proxy: proxy } : {};
  } catch {
    return {};
  }
}

function run(command: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...proxyOfApt(), DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let last = '';
    const keep = (text: Buffer) => {
      last = (last + text).slice(-2_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ended with ${code}: ${last.trim().split('\n').slice(-3).join(' / ')}`));
    });
  });
}

/** Two test runs at once build it once: the second waits, and takes over when the first has died. */
async function lock(file: string, progress: (line: string) => void): Promise<() => void> {
  for (let told = false; ; told = true) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => fs.rmSync(file, { force: true });
    } catch {
      const holder = Number(fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : 0);
      if (holder && !fs.existsSync(`/proc/${holder}`)) fs.rmSync(file, { force: true });
      else if (!told) progress(`Asterisk: waiting for process ${holder}, which is installing it …`);
      await delay(500);
    }
  }
}
