/** Everybody in a directory, page by page (RFC 2696), so that its size limit doesn't cut the list off. */
import { ConnectorError } from '../../../calendars/connector.ts';
import type { Context } from '../../../context.ts';
import type { Reading } from '../csv-reading.ts';
import { maxEntries } from '../csv-reading.ts';
import { type EntryRules, isFault, readEntry } from '../entry.ts';
import type { LdapSettings } from '../settings.ts';
import { binaryAttributes, type LdapEntry, rawFrom, wantedAttributes } from './attributes.ts';
import { ldapFailure, openDirectory } from './connection.ts';

/**
 * All of it or an error: half a list would make the other half missing.
 * @param progress is told how many entries have arrived.
 * @throws ConnectorError
 */
export async function readDirectory(
  { outbound }: Pick<Context, 'outbound'>,
  settings: LdapSettings,
  password: string | null,
  rules: EntryRules,
  signal: AbortSignal,
  progress: (entries: number) => Promise<void>,
): Promise<Reading> {
  const client = await openDirectory({ outbound }, settings, password, signal);
  const reading: Reading = { entries: [], faults: [], disabled: 0, problem: null, columns: [] };
  let count = 0;
  try {
    // A trap that stays: RFC 2696 allows a page without entries in the middle, where ldapts ends as if it were the last.
    // Whoever would be missing for it is missing in a run or two, not in three in a row, and a schedule stops for many.
    const pages = client.searchPaginated(settings.base, {
      scope: 'sub',
      filter: settings.filter,
      attributes: wantedAttributes(settings),
      explicitBufferAttributes: binaryAttributes(settings),
      paged: { pageSize: settings.pageSize },
    });
    for await (const { searchEntries } of pages) {
      for (const found of searchEntries) take(found as LdapEntry);
      count += searchEntries.length;
      if (count > maxEntries)
        throw new ConnectorError(
          'malformed',
          `The directory has more than ${maxEntries.toLocaleString('en')} entries.`,
        );
      await progress(count);
      signal.throwIfAborted();
    }
    return reading;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw ldapFailure(error, 'search', new URL(settings.address), settings);
  } finally {
    await client.unbind().catch(() => {});
  }

  function take(entry: LdapEntry): void {
    const raw = rawFrom(entry, settings);
    if (raw === null) {
      reading.disabled++;
      return;
    }
    const read = readEntry(entry.dn, raw, rules);
    if (isFault(read)) reading.faults.push(read);
    else reading.entries.push(read);
  }
}
