/** `whenabouts let-in`: for whoever has the machine, when an administrator can't get in any more. */
import { readEnvironment } from '../environment.ts';
import { letIn } from '../organization/sign-in/let-in.ts';
import { openStore } from '../store/database.ts';
import { parseUsage, UsageError } from './usage.ts';

const help = `Usage: whenabouts let-in ADDRESS

Lets a user in again who has lost the password, the phone with the second factor, or was locked or deactivated: removes
the second factor and prints a link where a new password is chosen. It works once and for seven days.

Works on the database that DATABASE_URL or WHENABOUTS_DATA names (an embedded one only while no server has it), so
whoever may run it has everything anyway. The audit log says that it was done.
`;

/** @returns the exit code. @throws UsageError */
export async function letInCommand(parameters: string[]): Promise<number> {
  const { values, positionals } = parseUsage({
    args: parameters,
    options: { help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const [email, ...others] = positionals;
  if (email === undefined || others.length > 0) throw new UsageError('Name the e-mail address of one user.');
  const { databaseUrl, dataFolder, publicUrl, port } = readEnvironment(process.env);
  const store = await openStore(databaseUrl ? { url: databaseUrl } : { folder: `${dataFolder}/database` });
  try {
    const actor = { userId: null, name: 'Command line', via: 'system' as const };
    const { token } = await store.db
      .transaction()
      .execute((transaction) => letIn(transaction, actor, email.trim().toLowerCase(), Temporal.Now.instant()));
    process.stdout.write(`${publicUrl ?? `http://localhost:${port}`}/invitation/${token}\n`);
    return 0;
  } finally {
    await store.close();
  }
}
