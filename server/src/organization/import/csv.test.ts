/** Files as people bring them: nothing in one makes reading it throw, and what a program wrote properly is read as it was. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seedOfThisRun } from '../../../../test/seed.ts';
import { findColumns, importFields } from './columns.ts';
import { type Delimiter, guessDelimiter, parseCsv } from './csv.ts';
import { readCsv } from './csv-reading.ts';
import { entryRules, isFault, readEntry } from './entry.ts';
import { CsvSettings, nextRunAt } from './settings.ts';

const seed = seedOfThisRun();
const numRuns = Number(process.env.WHENABOUTS_RUNS ?? 300);
const drawn = `(${numRuns} runs, WHENABOUTS_SEED=${seed})`;
const check = (property: fc.IProperty<never> | fc.IProperty<unknown>) =>
  fc.assert(property as fc.IProperty<unknown>, { seed, numRuns });

const groups = [
  { id: '11111111-1111-4111-8111-111111111111', name: 'Sales', location: 'Berlin' },
  { id: '22222222-2222-4222-8222-222222222222', name: 'Sales', location: 'Wien' },
];
const rules = entryRules(groups, [{ value: 'Einkauf', groupId: groups[1]!.id }], (number) => number);
const settings = CsvSettings.parse({});
const delimiters: Delimiter[] = [',', ';', '\t'];

test(`what a program wrote properly is read as it was, with the line in which each record begins ${drawn}`, () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', 'ü', '"', ',', ';', '\t', '\n', '\r\n', ' ', '0'),
    maxLength: 8,
  });
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 8 });
  check(
    fc.property(table, fc.constantFrom(...delimiters), fc.constantFrom('\n', '\r\n'), (rows, delimiter, lineEnd) => {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
      const lines = rows.map((row) => row.map(quoted).join(delimiter));
      const expected: Array<{ line: number; fields: string[] }> = [];
      let line = 1;
      for (const [index, row] of rows.entries()) {
        const fields = row.map((text) => text.trim());
        if (fields.some((text) => text !== '')) expected.push({ line, fields });
        line += (lines[index]!.match(/\n/g)?.length ?? 0) + 1;
      }
      expect(parseCsv(lines.join(lineEnd), delimiter)).toEqual(expected);
    }),
  );
});

test(`no text makes reading throw, and no record is longer than the text ${drawn}`, () => {
  const text = fc.string({
    unit: fc.constantFrom('"', ',', ';', '\t', '\n', '\r', ' ', 'x', '\0', '\ud800'),
    maxLength: 60,
  });
  check(
    fc.property(text, fc.constantFrom(...delimiters), (given, delimiter) => {
      const records = parseCsv(given, delimiter);
      expect(records.flatMap(({ fields }) => fields).join('').length).toBeLessThanOrEqual(given.length);
      expect(delimiters).toContain(guessDelimiter(given));
    }),
  );
});

test(`any bytes are a reading or a refusal in words: every row is an entry or a fault, and none is lost ${drawn}`, () => {
  const word = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 10 }),
    fc.constantFrom(
      'ada@example.com',
      'Ada',
      '"',
      '201',
      'de',
      'Sales',
      'Berlin',
      'Europe/Berlin',
      '+49 30 1',
      'x'.repeat(500),
    ),
  );
  const header = fc.subarray([
    'E-Mail',
    'Name',
    'Gruppe',
    'Standort',
    'Durchwahl',
    'Handy',
    'Sprache',
    'Zeitzone',
    'ID',
    '?',
  ]);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .tuple(header, fc.array(fc.array(word, { maxLength: 12 }), { maxLength: 6 }), fc.constantFrom(...delimiters))
      .map(([names, rows, delimiter]) =>
        new TextEncoder().encode([names, ...rows].map((row) => row.join(delimiter)).join('\n')),
      ),
  );
  check(
    fc.property(bytes, (given) => {
      let reading: ReturnType<typeof readCsv>;
      try {
        reading = readCsv(given, settings, rules);
      } catch (error) {
        expect(error).toMatchObject({ name: 'ConnectorError', errorClass: 'malformed' });
        return;
      }
      const places = [...reading.entries, ...reading.faults].map(({ place }) => place);
      expect(new Set(places).size).toBe(places.length);
      for (const { email, externalId, displayName } of reading.entries) {
        expect(email).toMatch(/^[^\s@]+@[^\s@]+$/);
        expect(email).toBe(email.toLowerCase());
        expect(
          [externalId, displayName].every((text) => text !== '' && text.isWellFormed() && !text.includes('\0')),
        ).toBe(true);
      }
    }),
  );
});

test(`any value in any field is an entry or a fault ${drawn}`, () => {
  const value = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('ada@example.com', 'Sales', 'Berlin'),
  );
  const raw = fc.record(Object.fromEntries(importFields.map((field) => [field, value])), { requiredKeys: [] });
  check(
    fc.property(raw, (given) => {
      const read = readEntry('line 2', given, rules);
      expect(isFault(read) ? read.reason.length > 0 : read.email.includes('@')).toBe(true);
    }),
  );
});

test.each([
  ['UTF-8 with a byte order mark', Buffer.from('\ufeffE-Mail;Name\nmueller@example.com;Müller')],
  ['UTF-8', Buffer.from('E-Mail,Name\r\nmueller@example.com,Müller\r\n')],
  ['Windows-1252', Buffer.from('E-Mail\tName\nmueller@example.com\tM\xfcller', 'latin1')],
  ['UTF-16 as Excel’s "Unicode text"', Buffer.from('\ufeffE-Mail\tName\r\nmueller@example.com\tMüller', 'utf16le')],
  ['old Macintosh line ends', Buffer.from('E-Mail;Name\rmueller@example.com;Müller')],
])('%s', (_, bytes) => {
  expect(readCsv(bytes, settings, rules).entries).toMatchObject([
    { email: 'mueller@example.com', displayName: 'Müller', place: 'line 2' },
  ]);
});

test.each([
  [
    'Vorname;Nachname;E-Mail-Adresse;Nebenstelle;Handy;Abteilung;Standort',
    ['email', 'givenName', 'familyName', 'extension', 'mobileNumber', 'location', 'department'],
  ],
  [
    'First name,Last name,Email,Extension,Mobile phone,Department,Time zone',
    ['email', 'givenName', 'familyName', 'extension', 'mobileNumber', 'department', 'timeZone'],
  ],
  [
    'sn,givenName,mail,telephoneNumber,objectGUID,preferredLanguage',
    ['email', 'givenName', 'familyName', 'externalId', 'language'],
  ],
  [
    'Anzeigename;Mail;Durchwahl;Büro;Gruppe;Sprache',
    ['email', 'displayName', 'extension', 'location', 'group', 'language'],
  ],
])('columns are guessed by their headers: %s', (header, fields) => {
  const { of } = findColumns(header.split(/[;,]/), {});
  expect(importFields.filter((field) => of.has(field))).toEqual(fields);
});

test('a mapping is kept to, a field can be left out, and a column that is missing is named', () => {
  const header = ['Mail', 'Privat', 'Name'];
  expect(findColumns(header, { email: 'Privat', displayName: '' }).of).toEqual(new Map([['email', 1]]));
  expect(findColumns(header, { email: 'Dienstlich' }).absent).toEqual([{ field: 'email', header: 'Dienstlich' }]);
  const wrong = CsvSettings.parse({ columns: { email: 'Dienstlich' } });
  expect(readCsv(Buffer.from('Mail\na@example.com'), wrong, rules)).toMatchObject({
    entries: [],
    problem: 'The file has no column "Dienstlich", which is set for email. Choose the right ones.',
    columns: [{ header: 'Mail', field: null, example: 'a@example.com' }],
  });
});

test('groups by name and location, departments by rules; what is ambiguous or unknown is said', () => {
  const read = (raw: Record<string, string>) => {
    const entry = readEntry('line 2', { email: 'ada@example.com', ...raw }, rules);
    return isFault(entry) ? entry.reason : entry.groupId;
  };
  expect(read({ group: 'sales', location: 'WIEN' })).toBe(groups[1]!.id);
  expect(read({ department: 'einkauf' })).toBe(groups[1]!.id);
  expect(read({ department: 'Lager' })).toBeNull();
  expect(read({ group: 'Sales' })).toBe(
    'Several locations have a group "Sales": say which one in a column "location".',
  );
  expect(read({ group: 'Lager', location: 'Berlin' })).toContain('There is no group "Lager" in the location "Berlin"');
});

test('a language, zone, number or extension that can’t be understood costs that field only, and is said', () => {
  const raw = { email: 'Ada@Example.com', language: 'fr', timeZone: 'Mars', mobileNumber: 'none', extension: '2 01' };
  const entry = readEntry('line 2', raw, rules);
  expect(entry).toMatchObject({ email: 'ada@example.com', displayName: 'ada', externalId: 'ada@example.com' });
  expect(entry).toMatchObject({ language: null, timeZone: null, mobileNumber: null, extension: null });
  expect(isFault(entry) ? [] : entry.notes).toHaveLength(4);
});

test('a schedule is due at its hour in its zone, also where the clocks change', () => {
  const next = (now: string, hour: number) =>
    nextRunAt({ hour, timeZone: 'Europe/Berlin' }, Temporal.Instant.from(now)).toString();
  expect(next('2026-11-22T11:00:00Z', 3)).toBe('2026-11-23T02:00:00Z');
  expect(next('2026-11-22T01:59:59Z', 3)).toBe('2026-11-22T02:00:00Z');
  expect(next('2026-11-22T02:00:00Z', 3)).toBe('2026-11-23T02:00:00Z');
  expect(next('2026-03-28T12:00:00Z', 2)).toBe('2026-03-29T01:00:00Z'); // 2 o'clock is left out: 3 o'clock
});
