/** Tries a directory while somebody waits: reach it, sign in, look for users; up to the first step that fails. */
import { type CheckStep, ConnectorError } from '../../../calendars/connector.ts';
import type { Context } from '../../../context.ts';
import { entryRules, isFault, readEntry } from '../entry.ts';
import type { LdapSettings } from '../settings.ts';
import { binaryAttributes, type LdapEntry, rawFrom, wantedAttributes } from './attributes.ts';
import { type LdapStep, ldapFailure, openDirectory } from './connection.ts';

export interface DirectoryCheck {
  steps: CheckStep[];
  /** The first entries as they would be read; a reason where one would not be taken. */
  examples: Array<{ place: string; email: string; displayName: string; reason: string | null }>;
}

const exampleCount = 5;
const pageSize = 50;

/** @throws what isn't the directory's fault. */
export async function checkDirectory(
  { outbound }: Pick<Context, 'outbound'>,
  settings: LdapSettings,
  password: string | null,
  signal: AbortSignal,
): Promise<DirectoryCheck> {
  const done: CheckStep[] = [];
  const pass = (name: LdapStep, message: string) => done.push({ name, ok: true, message });
  const failed = (name: LdapStep, { message, errorClass }: ConnectorError): DirectoryCheck => ({
    steps: [...done, { name, ok: false, message, errorClass }],
    examples: [],
  });
  const url = new URL(settings.address);
  const encrypted = url.protocol === 'ldaps:' || settings.startTls;
  const reached = `${url.host} answers, ${encrypted ? 'encrypted' : 'NOT encrypted: the password can be read on its way'}.`;
  let client: Awaited<ReturnType<typeof openDirectory>>;
  try {
    client = await openDirectory({ outbound }, settings, password, signal);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    if (error.errorClass !== 'credentials') return failed('server', error);
    pass('server', reached);
    return failed('signIn', error);
  }
  pass('server', reached);
  pass('signIn', settings.bindDn === '' ? 'It lets anybody read.' : `Signed in as ${settings.bindDn}.`);
  try {
    const [page] = await first(
      client.searchPaginated(settings.base, {
        scope: 'sub',
        filter: settings.filter,
        attributes: wantedAttributes(settings),
        explicitBufferAttributes: binaryAttributes(settings),
        paged: { pageSize },
      }),
    );
    const found = page?.searchEntries ?? [];
    if (found.length === 0)
      return failed('search', new ConnectorError('notFound', 'Nothing fits the filter there. Check base and filter.'));
    pass('search', `Found ${found.length}${found.length < pageSize ? '' : ' or more'} entries below ${settings.base}.`);
    return {
      steps: done,
      examples: found.slice(0, exampleCount).map((entry) => example(entry as LdapEntry, settings)),
    };
  } catch (error) {
    return failed('search', ldapFailure(error, 'search', new URL(settings.address), settings));
  } finally {
    await client.unbind().catch(() => {});
  }
}

async function first<T>(pages: AsyncGenerator<T>): Promise<T[]> {
  const { value, done } = await pages.next();
  return done ? [] : [value];
}

function example(entry: LdapEntry, settings: LdapSettings): DirectoryCheck['examples'][number] {
  const raw = rawFrom(entry, settings);
  if (raw === null) return { place: entry.dn, email: '', displayName: '', reason: 'The account is disabled.' };
  const read = readEntry(
    entry.dn,
    raw,
    entryRules([], [], (number) => number),
  );
  return {
    ...{ place: entry.dn, email: read.email, displayName: read.displayName },
    reason: isFault(read) ? read.reason : null,
  };
}
