/** `whenabouts apply` and `whenabouts export`: the whole administration as a file, by a running server or on its database. */
import fs from 'node:fs';
import path from 'node:path';
import type { Applied } from '../organization/as-code/apply.ts';
import { CompanyRefused, readCompanyFile } from '../organization/as-code/company-file.ts';
import { planAsText } from '../organization/as-code/difference.ts';
import { type Reference, referenceKey, referencesIn } from '../organization/as-code/references.ts';
import { type Installation, onDatabase, onServer } from './installation.ts';
import { parseUsage, UsageError } from './usage.ts';

const where = `  --server URL      a running server, such as https://times.example.com; without it the database that DATABASE_URL or
                    WHENABOUTS_DATA names, as the server would open it (an embedded one only while no server has it)
  --token TOKEN     an administrator's API token with the scope "administration"; or the variable WHENABOUTS_TOKEN`;

const applyHelp = `Usage: whenabouts apply company.yaml [--dry-run] [--server URL [--token TOKEN]]

Makes everything as the file says: what it leaves out stays, null removes. It is carried out whole or not at all.

  --dry-run         only says what would change
${where}

Secrets in the file are references: { env: NAME } is an environment variable, { file: PATH } a file beside it.
A complete example: docs/company.yaml. Its form for editors: docs/company.schema.json.
`;

const exportHelp = `Usage: whenabouts export [--server URL [--token TOKEN]] > company.yaml

Writes everything as a company file, secrets as references to fill in.

${where}
`;

const options = {
  help: { type: 'boolean', short: 'h' },
  'dry-run': { type: 'boolean' },
  server: { type: 'string' },
  token: { type: 'string' },
} as const;

/** @returns the exit code: 0 done, 1 refused. @throws UsageError */
export async function applyCommand(parameters: string[]): Promise<number> {
  const { values, positionals } = parseUsage({ args: parameters, options, allowPositionals: true });
  if (values.help) return told(applyHelp);
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw new UsageError('Name one company file.');
  const text = fs.readFileSync(file === '-' ? 0 : file, 'utf8');
  try {
    const references = referenceValues(readCompanyFile(text), file === '-' ? '.' : path.dirname(file));
    const dryRun = values['dry-run'] ?? false;
    const applied = await at(values, (installation) => installation.apply(text, references, dryRun));
    process.stdout.write(shown(applied, dryRun));
    return 0;
  } catch (error) {
    if (!(error instanceof CompanyRefused)) throw error;
    for (const line of error.message.split('\n')) process.stderr.write(`${file}: ${line}\n`);
    process.stderr.write('Nothing was changed.\n');
    return 1;
  }
}

/** @returns the exit code. @throws UsageError */
export async function exportCommand(parameters: string[]): Promise<number> {
  const { 'dry-run': _, ...exportOptions } = options;
  const { values } = parseUsage({ args: parameters, options: exportOptions });
  if (values.help) return told(exportHelp);
  process.stdout.write(await at(values, (installation) => installation.export()));
  return 0;
}

const shown = ({ changes, warnings }: Applied, dryRun: boolean): string =>
  planAsText(changes, warnings) +
  (dryRun && changes.length > 0 ? 'Nothing was changed yet: this was a dry run.\n' : '');

function told(help: string): number {
  process.stdout.write(help);
  return 0;
}

async function at<T>(
  { server, token = process.env.WHENABOUTS_TOKEN }: { server?: string | undefined; token?: string | undefined },
  work: (installation: Installation) => Promise<T>,
): Promise<T> {
  if (server === undefined && token !== undefined && process.env.WHENABOUTS_TOKEN === undefined)
    throw new UsageError('--token belongs to --server.');
  if (server !== undefined && !token)
    throw new UsageError('--server needs an API token: --token, or the variable WHENABOUTS_TOKEN.');
  const installation = server === undefined ? await onDatabase() : onServer(server, token!);
  try {
    return await work(installation);
  } finally {
    await installation.close();
  }
}

/** What the file's references stand for here; those that lead nowhere are left out. @param folder of the company file. */
function referenceValues(file: Record<string, unknown>, folder: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const reference of referencesIn(file)) {
    const value = valueBehind(reference, folder);
    if (value !== undefined) values.set(referenceKey(reference), value);
  }
  return values;
}

function valueBehind(reference: Reference, folder: string): string | undefined {
  if ('env' in reference) return process.env[reference.env] || undefined;
  const place = path.resolve(folder, reference.file);
  // The line end that editors put at the end of a file is no part of a password.
  return fs.existsSync(place) ? fs.readFileSync(place, 'utf8').replace(/\r?\n$/, '') : undefined;
}
