/** `whenabouts release` and `whenabouts resume`: everything of ours off the phones, for maintenance and before uninstalling. */
import { setTimeout as delay } from 'node:timers/promises';
import type { HeldMailbox } from '../automatic-replies/release.ts';
import type { WaitingPhone } from '../telephony/trust/pauses.queries.ts';
import type { PauseScope } from '../telephony/trust/pauses.ts';
import { phonesOnDatabase, phonesOnServer } from './release-places.ts';
import { parseUsage, UsageError } from './usage.ts';

const what = `  --all             every phone system
  --system NAME     one phone system
  --group NAME      the users of a configuration group: Sales, or Berlin/Sales where the name alone isn't enough
  --user ADDRESS    one user, by e-mail address`;
const where = `  --server URL      a running server, such as https://times.example.com. Without it the database that DATABASE_URL or
                    WHENABOUTS_DATA names, with or without servers running on it; an embedded database only while no
                    server has it
  --token TOKEN     an administrator's API token with the scope "administration"; or the variable WHENABOUTS_TOKEN`;

const releaseHelp = `Usage: whenabouts release --all [--server URL [--token TOKEN]]

Gives back every forwarding that Whenabouts has set, and pauses what it names: afterwards nothing of Whenabouts is on
these phones, and nothing comes there until "whenabouts resume". Automatic replies of the users concerned are taken back
from their mailboxes too, except for a phone system alone.

${what}

  --reason TEXT     shown to whoever asks why forwarding is paused
  --wait SECONDS    how long to wait for phone systems that can't be reached; 60 unless said otherwise
${where}

Exit codes: 0 nothing of Whenabouts is on any of these phones, 1 something still is: the last lines say what, and why.
`;

const resumeHelp = `Usage: whenabouts resume --all [--server URL [--token TOKEN]]

Ends the pauses that "whenabouts release" or somebody in the administration has made: forwarding follows presence again.

${what}

${where}
`;

const placeOptions = {
  help: { type: 'boolean', short: 'h' },
  all: { type: 'boolean' },
  system: { type: 'string' },
  group: { type: 'string' },
  user: { type: 'string' },
  server: { type: 'string' },
  token: { type: 'string' },
} as const;

/** What the command line names; names are looked up where the phones are. */
export type Named = { kind: 'all' } | { kind: 'phoneSystem' | 'group' | 'user'; name: string };

/** How far the giving back is. */
export interface Progress {
  inForce: number;
  waiting: number;
  waitingPhones: WaitingPhone[];
  waitingMailboxes: Pick<HeldMailbox, 'mailbox' | 'user' | 'reason'>[];
}

export interface Phones {
  /** @throws Error in plain words when there is nothing of this name, or several. */
  find(named: Named): Promise<PauseScope>;
  giveBack(scope: PauseScope, reason: string | null): Promise<Progress>;
  progress(scope: PauseScope): Promise<Progress>;
  /** @returns whether anything was paused, where that is known. */
  resume(scope: PauseScope): Promise<void>;
  close(): Promise<void>;
}

/** @returns the exit code. @throws UsageError */
export async function releaseCommand(parameters: string[]): Promise<number> {
  const { values } = parseUsage({
    args: parameters,
    options: { ...placeOptions, reason: { type: 'string' }, wait: { type: 'string' } },
  });
  if (values.help) return told(releaseHelp);
  const named = namedBy(values);
  const wait = Number(values.wait ?? 60);
  if (!(wait >= 0)) throw new UsageError('--wait takes a number of seconds.');
  return at(values, async (phones) => {
    const scope = await phones.find(named);
    let state = await phones.giveBack(scope, values.reason?.trim() || null);
    let before = -1;
    const waiting = () => state.waiting + state.waitingMailboxes.length;
    const deadline = performance.now() + wait * 1_000;
    for (;;) {
      if (state.waiting !== before && state.waiting > 0)
        process.stdout.write(`${plural(state.waiting, 'phone')} of ${state.inForce} still to be given back.\n`);
      before = state.waiting;
      if (waiting() === 0 || performance.now() > deadline) break;
      await delay(250);
      state = await phones.progress(scope);
    }
    if (waiting() > 0) {
      process.stderr.write(leftOver(state));
      return 1;
    }
    const given = state.inForce > 0 ? `${plural(state.inForce, 'phone')} given back. ` : '';
    process.stdout.write(`${given}Nothing of Whenabouts is on the phones of ${nameOf(named)}.\n`);
    process.stdout.write(`Paused until: whenabouts resume ${optionOf(named)}\n`);
    return 0;
  });
}

/** @returns the exit code. @throws UsageError */
export async function resumeCommand(parameters: string[]): Promise<number> {
  const { values } = parseUsage({ args: parameters, options: placeOptions });
  if (values.help) return told(resumeHelp);
  const named = namedBy(values);
  return at(values, async (phones) => {
    await phones.resume(await phones.find(named));
    process.stdout.write(`Resumed: the phones of ${nameOf(named)} follow presence again.\n`);
    return 0;
  });
}

function namedBy({ all, system, group, user }: Record<string, string | boolean | undefined>): Named {
  const given: Named[] = [];
  if (all) given.push({ kind: 'all' });
  if (typeof system === 'string') given.push({ kind: 'phoneSystem', name: system });
  if (typeof group === 'string') given.push({ kind: 'group', name: group });
  if (typeof user === 'string') given.push({ kind: 'user', name: user });
  const [named, ...others] = given;
  if (!named || others.length > 0)
    throw new UsageError('Say one of --all, --system NAME, --group NAME, --user ADDRESS.');
  return named;
}

async function at(
  { server, token = process.env.WHENABOUTS_TOKEN }: { server?: string | undefined; token?: string | undefined },
  work: (phones: Phones) => Promise<number>,
): Promise<number> {
  if (server === undefined && token !== undefined && process.env.WHENABOUTS_TOKEN === undefined)
    throw new UsageError('--token belongs to --server.');
  if (server !== undefined && !token)
    throw new UsageError('--server needs an API token: --token, or the variable WHENABOUTS_TOKEN.');
  const phones = server === undefined ? await phonesOnDatabase() : phonesOnServer(server, token!);
  try {
    return await work(phones);
  } finally {
    await phones.close();
  }
}

function leftOver({ waiting, waitingPhones, waitingMailboxes }: Progress): string {
  const mailboxes = waitingMailboxes.map(
    ({ mailbox, reason }) => `Automatic replies of ${mailbox}: ${reason ?? 'not taken back yet.'}\n`,
  );
  if (waiting === 0)
    return `${mailboxes.join('')}Automatic replies end by themselves with the absence they were set for.\n`;
  const lines = waitingPhones.map(
    ({ extension, user, phoneSystem, reason }) =>
      `  ${extension} (${user.displayName}) on ${phoneSystem}: ${reason ?? 'it has not answered yet.'}\n`,
  );
  const more = waiting > waitingPhones.length ? `  and ${waiting - waitingPhones.length} more\n` : '';
  return `${mailboxes.join('')}${plural(waiting, 'phone')} could not be given back:\n${lines.join('')}${more}They stay paused, and a running server gives them back as soon as it can. Say the same again to see how far it is.\n`;
}

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
const nameOf = (named: Named) => (named.kind === 'all' ? 'all phone systems' : named.name);
const optionOf = (named: Named) =>
  named.kind === 'all'
    ? '--all'
    : `--${named.kind === 'phoneSystem' ? 'system' : named.kind} ${JSON.stringify(named.name)}`;

function told(help: string): number {
  process.stdout.write(help);
  return 0;
}
