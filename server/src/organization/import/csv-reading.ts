/** A file of users to entries. Pure: the same bytes and rules give the same entries. */
import { ConnectorError } from '../../calendars/connector.ts';
import { decodeCalendar } from '../../calendars/icalendar/decode.ts';
import { type Columns, findColumns, type ImportField } from './columns.ts';
import { guessDelimiter, parseCsv } from './csv.ts';
import { type Entry, type EntryRules, type Fault, isFault, type Raw, readEntry } from './entry.ts';
import type { CsvSettings } from './settings.ts';

/** What a source says, whole. */
export interface Reading {
  entries: Entry[];
  /** Rows that are not taken. */
  faults: Fault[];
  /** How many are in the source and shall not be users (disabled accounts): they count as not found. */
  disabled: number;
  /** Why none of it is taken, which another mapping of its columns may mend; null: it was read. */
  problem: string | null;
  /** Of files: every column, with what it was taken for. */
  columns: Array<{ header: string; field: ImportField | null; example: string }>;
}

/** More rows than any company has users; a wrong file shall not fill the database. */
export const maxEntries = 200_000;

/** @throws ConnectorError in plain words when the file is none at all: empty, or far too large. */
export function readCsv(bytes: Uint8Array, settings: CsvSettings, rules: EntryRules): Reading {
  const text = settings.encoding === null ? decodeCalendar(bytes) : new TextDecoder(settings.encoding).decode(bytes);
  const records = parseCsv(text, settings.delimiter ?? guessDelimiter(text));
  const [header, ...rows] = records;
  if (!header)
    throw new ConnectorError(
      'malformed',
      'The file is empty. Its first line names the columns, each further line is one user.',
    );
  if (rows.length > maxEntries)
    throw new ConnectorError('malformed', `The file has more than ${maxEntries.toLocaleString('en')} rows.`);
  const columns = findColumns(header.fields, settings.columns);
  const reading: Reading = {
    ...{ entries: [], faults: [], disabled: 0, problem: problemOf(columns) },
    columns: describe(header.fields, columns, rows[0]),
  };
  if (reading.problem !== null) return reading;
  for (const { line, fields } of rows) {
    const raw: Raw = {};
    for (const [field, index] of columns.of) raw[field] = fields[index] ?? '';
    const read = readEntry(`line ${line}`, raw, rules);
    if (isFault(read)) reading.faults.push(read);
    else reading.entries.push(read);
  }
  return reading;
}

function problemOf({ of, absent }: Columns): string | null {
  const [first] = absent;
  if (first) return `The file has no column "${first.header}", which is set for ${first.field}. Choose the right ones.`;
  if (of.has('email')) return null;
  return 'No column of the file is known to hold e-mail addresses: choose it.';
}

function describe(
  header: readonly string[],
  { of }: Columns,
  first: { fields: string[] } | undefined,
): Reading['columns'] {
  const byIndex = new Map([...of].map(([field, index]) => [index, field]));
  return header.slice(0, 200).map((name, index) => ({
    header: name.slice(0, 200),
    field: byIndex.get(index) ?? null,
    example: (first?.fields[index] ?? '').slice(0, 100),
  }));
}
