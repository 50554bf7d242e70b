/** Brings the real servers that tests talk to, where that may be done: as root on Debian, with apt. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { prepareAsterisk } from '../../test/servers/asterisk-root.ts';
import { prepareKerberos } from '../../test/servers/kerberos.ts';
import { programOf, type Server } from '../../test/servers/programs.ts';
import { command } from '../command.js';
import { step } from '../progress.js';

const packages: Partial<Record<Server, string[]>> = {
  radicale: ['radicale'],
  postgresql: ['postgresql'],
  chromium: ['chromium'],
  sipp: ['sip-tester'],
  slapd: ['slapd'],
  kerberos: ['krb5-kdc', 'krb5-admin-server', 'libkrb5-dev', 'g++', 'make', 'python3'],
};

/** Programs that are no servers but are needed to make one, or its certificate; the packages have their names. */
const tools = ['/usr/sbin/debootstrap', '/usr/bin/openssl'];

/** Installs what is missing. What can't be had is told here and skipped by the suites that need it. */
export async function installServers(): Promise<void> {
  const absent = (Object.keys(packages) as Server[]).filter((server) => programOf(server) === null);
  const wanted = [
    ...absent.flatMap((server) => packages[server] ?? []),
    ...tools.filter((tool) => !fs.existsSync(tool)).map((tool) => path.basename(tool)),
  ];
  const mayInstall = process.getuid?.() === 0 && isDebian();
  if (wanted.length > 0 && mayInstall) await installPackages(wanted);
  if (mayInstall && programOf('asterisk') === null) await installAsterisk();
  if (programOf('kerberos') === null) await buildKerberos();
  const still = (['radicale', 'postgresql', 'chromium', 'sipp', 'slapd', 'asterisk', 'kerberos'] as const).filter(
    (server) => programOf(server) === null,
  );
  if (still.length === 0) return;
  console.log(`\nMISSING: ${still.join(', ')}. The tests that need them are skipped.`);
  const apt = still.flatMap((server) => packages[server] ?? []);
  if (!mayInstall && apt.length > 0) console.log(`On Debian, as root: apt-get install ${apt.join(' ')}`);
  if (still.includes('asterisk'))
    console.log('Asterisk is brought by debootstrap when npm test runs as root on Debian.');
}

async function installPackages(names: string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // The tests start a directory of their own; this one would only occupy its port.
  if (names.includes('slapd'))
    spawnSync('debconf-set-selections', { input: 'slapd slapd/no_configuration boolean true\n' });
  const install = (wanted: string[]) =>
    command('apt-get', ['install', '-y', '--no-install-recommends', ...wanted], { env });
  await step(`Installing ${names.join(', ')}`, async () => {
    await command('apt-get', ['update'], { env }).catch((error: Error) => console.log(`\n${error.message}`));
    await install(names).catch(async () => {
      // One that can't be had must not cost the others.
      for (const name of names) await install([name]).catch((error: Error) => console.log(`\n${error.message}`));
    });
  });
}

async function installAsterisk(): Promise<void> {
  const reason = await step('Installing Asterisk in a folder of its own (debootstrap)', () => prepareAsterisk());
  if (reason !== null) console.log(reason);
}

async function buildKerberos(): Promise<void> {
  const reason = await step('Building npm’s kerberos in a folder of its own', async () => prepareKerberos());
  if (reason !== null) console.log(reason);
}

const isDebian = () =>
  fs.existsSync('/etc/os-release') && /^ID=debian$/m.test(fs.readFileSync('/etc/os-release', 'utf8'));

/** One line naming what the tests ran on. */
export function describeMachine(): string {
  const version = (program: string, ...args: string[]) =>
    /\d+(\.\d+)+/.exec(spawnSync(program, args, { encoding: 'utf8', timeout: 10_000 }).stdout ?? '')?.[0] ?? 'none';
  return [
    `Node ${process.version}`,
    `Radicale ${programOf('radicale') ? version('radicale', '--version') : 'none'}`,
    `slapd ${programOf('slapd') ? 'installed' : 'none'}`,
    `sipp ${programOf('sipp') ? version('sipp', '-v') : 'none'}`,
    `Chromium ${programOf('chromium') ? version('chromium', '--version') : 'none'}`,
    `Asterisk ${programOf('asterisk') ? 'in its folder' : 'none'}`,
    `Kerberos ${programOf('kerberos') ? 'installed' : 'none'}`,
  ].join(', ');
}
