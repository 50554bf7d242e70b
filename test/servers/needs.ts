/**
 * What a suite needs that npm can't bring. A suite that lacks something is skipped loudly: its reason stands in its
 * name, is printed by `npm test` and counted in the last line.
 *
 *   describeWith(['asterisk', 'sipp'], 'a call to a forwarded extension', () => { … });
 *
 * The body still runs to collect its tests: start servers in beforeAll, never in the body or at the top of the file.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

export type Server = 'radicale' | 'chromium' | 'sipp' | 'asterisk' | 'postgresql';

/** The root folder in which debootstrap put Debian with Asterisk (asterisk.ts makes and uses it). */
export const asteriskFolder =
  process.env.WHENABOUTS_TEST_ASTERISK ?? fileURLToPath(new URL('../../.cache/asterisk-root', import.meta.url));

/** Where the program is that a server is started with, or null. */
export function programOf(server: Server): string | null {
  switch (server) {
    case 'asterisk': {
      const file = path.join(asteriskFolder, 'usr/sbin/asterisk');
      return process.getuid?.() === 0 && fs.existsSync(file) ? file : null;
    }
    case 'postgresql':
      return postgresqlProgram('postgres');
    default:
      return onPath(server);
  }
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

/** Why a suite that needs these servers can't run here; null when it can. */
export function missing(servers: readonly Server[]): string | null {
  const absent = servers.filter((server) => programOf(server) === null);
  if (absent.length === 0) return null;
  const root = process.getuid?.() === 0 ? '' : ' (npm test installs it only as root)';
  return `${absent.join(' and ')} ${absent.length > 1 ? 'are' : 'is'} not installed${root}`;
}

/** `describe` where all `servers` are there, else a skipped one that says why. */
export function describeWith(servers: readonly Server[], name: string, body: () => void): void {
  const reason = missing(servers);
  if (reason === null) describe(name, body);
  else describe.skip(`${name} [skipped: ${reason}]`, body);
}
