/**
 * Reads a company file: YAML 1.2 (so JSON too), one document, plain values. js-yaml reads it (a file with 20,000 users
 * in a third of a second); only where a fault has to be shown does the slower `yaml` find its line and column.
 */
import { CORE_SCHEMA, load, YAMLException } from 'js-yaml';
import { isMap, isNode, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { isValues } from './merge-patch.ts';

export interface Fault {
  /** Names and places from the top of the file to what is wrong. */
  path: readonly (string | number)[];
  /** What is wrong, and what was expected. */
  message: string;
}

export interface PlacedFault extends Fault {
  /** From 1; null where the fault isn't in the file. */
  line: number | null;
  column: number | null;
}

/** The whole file is refused; nothing of it was carried out. */
export class CompanyRefused extends Error {
  readonly faults: readonly PlacedFault[];
  constructor(faults: readonly PlacedFault[]) {
    super(faults.map(shownFault).join('\n'));
    this.name = 'CompanyRefused';
    this.faults = faults;
  }
}

const mostShown = 20;

/** @param name the file's, for messages. @throws CompanyRefused when it isn't YAML, or not a map of sections. */
export function readCompanyFile(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = load(text.replace(/^\ufeff/, ''), { schema: CORE_SCHEMA, maxDepth: 100 });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { line = 0, column = 0 } = error.mark ?? {};
    throw new CompanyRefused([
      { path: [], message: `This is not YAML: ${error.reason}.`, line: line + 1, column: column + 1 },
    ]);
  }
  if (!isValues(value))
    throw refused(text, [
      { path: [], message: 'A company file begins with "whenabouts: 1" and then names sections such as "locations:".' },
    ]);
  return value;
}

/** The refusal with the place of each fault in the file. */
export function refused(text: string, faults: readonly Fault[]): CompanyRefused {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'silent', uniqueKeys: false });
  return new CompanyRefused(
    faults.slice(0, mostShown).map((fault) => {
      const offset = offsetOf(document.contents, fault.path);
      const { line, col } = offset === null ? { line: 0, col: 0 } : lines.linePos(offset);
      return { ...fault, line: line || null, column: col || null };
    }),
  );
}

/** Where the last part of the path that the file has stands: its key, or the item of a list. */
function offsetOf(contents: Node | null, path: readonly (string | number)[]): number | null {
  let node: unknown = contents;
  let offset = contents?.range?.[0] ?? null;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => String(isNode(key) && 'value' in key ? key.value : key) === String(part),
      );
      if (!pair) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      if (!isNode(node)) return offset;
      offset = node.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}

export const shownFault = ({ path, message, line = null, column = null }: Fault & Partial<PlacedFault>): string =>
  `${line === null ? '' : `line ${line}, column ${column}: `}${path.length > 0 ? `${path.join(' > ')}: ` : ''}${message}`;
