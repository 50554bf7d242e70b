/**
 * What a suite needs that npm can't bring. A suite that lacks something is skipped loudly: its reason stands in its
 * name, is printed by `npm test` and counted in the last line.
 *
 *   describeWith(['asterisk', 'sipp'], 'a call to a forwarded extension', () => { … });
 *
 * The body still runs to collect its tests: start servers in beforeAll, never in the body or at the top of the file.
 */
import { describe } from 'vitest';
import { missing, type Server } from './programs.ts';

/** `describe` where all `servers` are there, else a skipped one that says why. */
export function describeWith(servers: readonly Server[], name: string, body: () => void): void {
  const reason = missing(servers);
  if (reason === null) describe(name, body);
  else describe.skip(`${name} [skipped: ${reason}]`, body);
}
