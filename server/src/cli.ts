/** `whenabouts`: calendars without a server, and the administration as a file. Results go to stdout, complaints to stderr. */
import { agendaCommand } from './cli/agenda.ts';
import { expandCommand } from './cli/expand.ts';
import { UsageError } from './cli/usage.ts';

const help = `Whenabouts: calendars that presence and call forwarding follow.

Usage:
  whenabouts agenda FILE.ics --from 2026-01-01 --to 2026-02-01 [--zone Europe/Berlin] [--json]
      Prints the agenda in an iCalendar file ("-" reads from stdin).
  whenabouts expand < cases.jsonl > results.jsonl
      Answers recurrence cases, a line for a line.
  whenabouts apply company.yaml [--dry-run] [--server URL --token TOKEN]
      Makes locations, groups, users, phone systems and all else as the file says.
  whenabouts export [--server URL --token TOKEN] > company.yaml
      Writes all that as a file.
  whenabouts release --all [--server URL --token TOKEN]
      Gives back every forwarding on the phones and pauses, for maintenance and before uninstalling.
  whenabouts resume --all [--server URL --token TOKEN]
      Lets forwarding follow presence again.
  whenabouts let-in ADDRESS
      Prints a link by which a user chooses a new password, without second factor and locks.

"whenabouts COMMAND --help" tells more. To start the server: npm start

Exit codes: 0 done, 1 the input can't be read or it could not be done, 2 wrong usage.
`;

const commands: Readonly<Record<string, (parameters: string[]) => Promise<number>>> = {
  agenda: agendaCommand,
  expand: expandCommand,
  // Loaded when asked for: the database and all connectors come with them.
  apply: async (parameters) => (await import('./cli/apply.ts')).applyCommand(parameters),
  export: async (parameters) => (await import('./cli/apply.ts')).exportCommand(parameters),
  release: async (parameters) => (await import('./cli/release.ts')).releaseCommand(parameters),
  resume: async (parameters) => (await import('./cli/release.ts')).resumeCommand(parameters),
  'let-in': async (parameters) => (await import('./cli/let-in.ts')).letInCommand(parameters),
};

async function main([name, ...parameters]: string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    (name === undefined ? process.stderr : process.stdout).write(help);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    process.stderr.write(`whenabouts: there is no command "${name}".\n\n${help}`);
    return 2;
  }
  try {
    return await command(parameters);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`whenabouts ${name}: ${error.message}\nTry: whenabouts ${name} --help\n`);
      return 2;
    }
    process.stderr.write(`whenabouts ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

// Whoever reads the output may stop early, as "| head" does: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
// The exit code is set, not forced: what is still on its way to a pipe has to arrive.
process.exitCode = await main(process.argv.slice(2));
