/** The real servers that tests talk to, and where this machine has them. */
import fs from 'node:fs';
import path from 'node:path';
import { asteriskMissing, asteriskRoot } from './asterisk-root.ts';
import { kerberosMissing, kerberosPackage } from './kerberos.ts';

export type Server = 'radicale' | 'chromium' | 'sipp' | 'asterisk' | 'postgresql' | 'slapd' | 'kerberos';

/** Where the program is that a server is started with, or null. */
export function programOf(server: Server): string | null {
  if (server === 'asterisk') return asteriskMissing() === null ? path.join(asteriskRoot, 'usr/sbin/asterisk') : null;
  if (server === 'kerberos') return kerberosMissing() === null ? kerberosPackage : null;
  // Where a PATH of ordinary users doesn't lead.
  if (server === 'slapd') return fs.existsSync('/usr/sbin/slapd') ? '/usr/sbin/slapd' : onPath(server);
  return server === 'postgresql' ? postgresqlProgram('postgres') : onPath(server);
}

/** Debian keeps PostgreSQL's programs out of the PATH, one folder a version; the newest is taken. */
export function postgresqlProgram(name: string): string | null {
  const versions = fs.existsSync('/usr/lib/postgresql') ? fs.readdirSync('/usr/lib/postgresql') : [];
  for (const version of versions.sort((a, b) => Number(b) - Number(a))) {
    const file = path.join('/usr/lib/postgresql', version, 'bin', name);
    if (fs.existsSync(file)) return file;
  }
  return onPath(name);
}

function onPath(name: string): string | null {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, name);
    if (folder !== '' && fs.existsSync(file)) return file;
  }
  return null;
}

const told: Partial<Record<Server, () => string | null>> = { asterisk: asteriskMissing, kerberos: kerberosMissing };

/** Why a suite that needs these servers can't run here; null when it can. */
export function missing(servers: readonly Server[]): string | null {
  const reasons = servers
    .filter((server) => programOf(server) === null)
    .map((server) => told[server]?.() ?? `${server} is not installed`);
  return reasons.length > 0 ? reasons.join(' ') : null;
}
