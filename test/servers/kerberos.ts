/**
 * A realm of Kerberos for tests: Debian's KDC, and npm's `kerberos`, which the product loads where an administrator has
 * installed it. Here it is built in `.cache/kerberos` (or in the folder that WHENABOUTS_SERVERS names), half a minute, once.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { serversFolder } from './asterisk-root.ts';
import { freePort } from './free-port.ts';

const version = '7.0.0';
const folder = path.join(serversFolder, 'kerberos');
/** The package's own folder. */
export const kerberosPackage = path.join(folder, 'node_modules/kerberos');

const programs = ['krb5kdc', 'kdb5_util', 'kadmin.local'];
const isBuilt = () => fs.existsSync(path.join(kerberosPackage, 'build/Release/kerberos.node'));

/** Why tests can't use it; null when they can. Builds nothing. */
export function kerberosMissing(): string | null {
  const absent = programs.filter((name) => !fs.existsSync(`/usr/sbin/${name}`));
  if (absent.length > 0) return `${absent.join(', ')} is not installed (apt-get install krb5-kdc krb5-admin-server).`;
  return isBuilt() ? null : 'npm’s kerberos is not built yet: npm test builds it where libkrb5-dev, g++ and make are.';
}

/** Builds the package where it is missing. Returns null when it is there, else why it can't be had. */
export function prepareKerberos(): string | null {
  if (isBuilt()) return null;
  if (!fs.existsSync('/usr/include/gssapi/gssapi.h')) return 'npm’s kerberos needs libkrb5-dev to be built.';
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  // The runtime's own headers: node-gyp would fetch others.
  const runtime = path.resolve(path.dirname(process.execPath), '..');
  const env = { ...process.env, npm_config_nodedir: runtime, npm_config_ignore_scripts: 'false' };
  const args = ['install', '--no-audit', '--no-fund', '--no-save', '--save-exact', `kerberos@${version}`];
  try {
    execFileSync('npm', args, { cwd: folder, env, stdio: 'pipe', timeout: 300_000 });
  } catch (error) {
    return `npm’s kerberos could not be built: ${(error as Error).message.slice(0, 500)}`;
  }
  return isBuilt() ? null : 'npm’s kerberos was installed without being built.';
}

export interface Kdc {
  realm: string;
  /** For a process whose tickets are of this realm: KRB5_CONFIG, KRB5_CLIENT_KTNAME, KRB5_KTNAME, KRB5CCNAME. */
  environment: Record<string, string>;
  stop(): Promise<void>;
}

/**
 * @param client who has a key in the client keytab. @param services such as HTTP/mail.example.com, in the server's keytab.
 * @throws Error with the KDC's own words when it doesn't come up
 */
export async function startKdc(client: string, services: readonly string[]): Promise<Kdc> {
  const realm = 'CONTOSO.EXAMPLE';
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-kdc-'));
  const file = (name: string) => path.join(home, name);
  const port = await freePort();
  fs.writeFileSync(
    file('krb5.conf'),
    `[libdefaults]\n default_realm = ${realm}\n dns_lookup_kdc = false\n dns_lookup_realm = false\n rdns = false\n dns_canonicalize_hostname = false\n udp_preference_limit = 1\n[realms]\n ${realm} = {\n  kdc = 127.0.0.1:${port}\n }\n`,
  );
  fs.writeFileSync(
    file('kdc.conf'),
    `[kdcdefaults]\n kdc_listen = 127.0.0.1:${port}\n kdc_tcp_listen = 127.0.0.1:${port}\n[realms]\n ${realm} = {\n  database_name = ${file('principal')}\n  key_stash_file = ${file('stash')}\n  acl_file = ${file('acl')}\n }\n`,
  );
  const env = { ...process.env, KRB5_CONFIG: file('krb5.conf'), KRB5_KDC_PROFILE: file('kdc.conf') };
  const run = (name: string, ...args: string[]) => execFileSync(`/usr/sbin/${name}`, args, { env, stdio: 'pipe' });
  run('kdb5_util', 'create', '-s', '-r', realm, '-P', 'only for this test');
  for (const principal of [client, ...services]) {
    run('kadmin.local', '-q', `addprinc -randkey ${principal}`);
    const keytab = principal === client ? 'client.keytab' : 'server.keytab';
    run('kadmin.local', '-q', `ktadd -k ${file(keytab)} ${principal}`);
  }
  const kdc = spawn('/usr/sbin/krb5kdc', ['-n'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [kdc.stdout, kdc.stderr]) stream.on('data', (chunk) => (said += chunk));
  for (let tries = 0; !(await answers(port)); tries++) {
    if (kdc.exitCode !== null || tries > 300) throw new Error(`krb5kdc did not come up: ${said}`);
    await delay(100);
  }
  return {
    realm,
    environment: {
      KRB5_CONFIG: file('krb5.conf'),
      KRB5_CLIENT_KTNAME: file('client.keytab'),
      KRB5_KTNAME: file('server.keytab'),
      KRB5CCNAME: `FILE:${file('cache')}`,
    },
    async stop() {
      const gone = kdc.exitCode === null ? once(kdc, 'exit') : null;
      kdc.kill();
      await gone;
      fs.rmSync(home, { recursive: true });
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
