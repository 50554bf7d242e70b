/**
 * Comma-separated values as programs really write them: RFC 4180, and what lies beside it. Any of comma, semicolon and
 * tab between fields, any line ends, quotes that aren't closed. Pure; no text makes it throw.
 */

export type Delimiter = ',' | ';' | '\t';

export interface CsvRecord {
  /** In which line of the file it begins; the first is 1. A quoted field may hold line breaks. */
  line: number;
  fields: string[];
}

const delimiters: readonly Delimiter[] = [';', ',', '\t'];

/** Records in order; lines without anything are left out. A quote that is never closed ends with the text. */
export function parseCsv(text: string, delimiter: Delimiter): CsvRecord[] {
  const records: CsvRecord[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const record: CsvRecord = { line, fields: [] };
    for (let ended = false; !ended; ) {
      const field = readField(text, at, delimiter);
      record.fields.push(field.value);
      line += field.lines;
      at = field.end;
      if (text[at] === delimiter) at++;
      else {
        ended = true;
        if (text[at] === '\r' && text[at + 1] === '\n') at++;
        at++;
        line++;
      }
    }
    if (record.fields.some((value) => value !== '')) records.push(record);
  }
  return records;
}

interface Field {
  value: string;
  /** Where the delimiter, the line break or the end of the text stands. */
  end: number;
  /** Line breaks inside. */
  lines: number;
}

function readField(text: string, start: number, delimiter: Delimiter): Field {
  let at = start;
  while (text[at] === ' ') at++;
  if (text[at] !== '"') {
    const end = endOfPlain(text, at, delimiter);
    return { value: text.slice(at, end).trimEnd(), end, lines: 0 };
  }
  let value = '';
  for (;;) {
    const close = text.indexOf('"', ++at);
    const stop = close < 0 ? text.length : close;
    value += text.slice(at, stop);
    at = stop + 1;
    if (text[at] !== '"') break;
    value += '"'; // two quotes are one that belongs to the value
  }
  // What stands between the closing quote and the delimiter belongs to nobody's rules; it is kept rather than lost.
  const end = endOfPlain(text, Math.min(at, text.length), delimiter);
  const lines = value.split(/\r\n|\r|\n/).length - 1;
  return { value: (value + text.slice(at, end)).trim(), end, lines };
}

function endOfPlain(text: string, from: number, delimiter: Delimiter): number {
  let at = from;
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++;
  return at;
}

/**
 * The delimiter under which the first records have the most fields and all the same number of them; a semicolon, which
 * German spreadsheets write, where nothing tells.
 */
export function guessDelimiter(text: string): Delimiter {
  const beginning = text.slice(0, 20_000);
  const points = delimiters.map((delimiter) => {
    const counts = parseCsv(beginning, delimiter)
      .slice(0, 20)
      .map(({ fields }) => fields.length);
    const width = counts[0] ?? 1;
    const regular = counts.filter((count) => count === width).length / Math.max(counts.length, 1);
    return width === 1 ? 0 : regular + Math.min(width, 50) / 1_000;
  });
  return delimiters[points.indexOf(Math.max(...points))] ?? ';';
}
