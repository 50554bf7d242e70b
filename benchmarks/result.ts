/**
 * How every benchmark writes down what it measured: one file benchmarks/results/<name>.json, from which
 * `npm run benchmark -- report` fills the tables of benchmarks/README.md.
 *
 *   writeResult({ name: 'agenda', title: 'Agenda query', command: 'npm run benchmark -- agenda',
 *     rows: [{ label: '1,000 users x 1,000 appointments', unit: 'ms', ...spread(times), floor: spread(bareTimes).median,
 *              floorLabel: 'the bare SQL', target: { ratioAtMost: 2 } }] });
 *
 * A benchmark is benchmarks/<name>/benchmark.ts, run by `npm run benchmark -- <name>`. Figure and floor come from the
 * same run. Written as measured: a row whose target is missed stays, with `note` telling why.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';

export interface Machine {
  cores: number;
  cpu: string;
  kernel: string;
  memoryGiB: number;
  node: string;
  /** Of other programs that took part, such as { postgresql: '15.18', radicale: '3.1.8' }. */
  versions: Record<string, string>;
}

/** Limits are inclusive. `ratio` is the figure divided by its floor. */
export type Target = { ratioAtMost: number } | { ratioAtLeast: number } | { atMost: number } | { atLeast: number };

export interface Row {
  label: string;
  /** Of median, p99 and floor: 'ms', 's', 'instances/s', 'MiB', 'kB gzip', 'requests'. */
  unit: string;
  median: number;
  p99?: number;
  /** How many times it was measured. */
  runs?: number;
  /** The same thing done barely, in the same run; what `floorLabel` says. */
  floor?: number;
  floorLabel?: string;
  target?: Target;
  /** What a reader must know: why a target is missed and what was tried. */
  note?: string;
}

export interface Result {
  name: string;
  title: string;
  /** What reproduces it, from the project's root. */
  command: string;
  /** Day of the run, YYYY-MM-DD. */
  date: string;
  machine: Machine;
  rows: Array<Row & { ratio?: number; met?: boolean }>;
  notes?: string[];
}

/** Median and 99th percentile (nearest rank) of measured values; with fewer than 100 values p99 is the largest. */
export function spread(values: readonly number[]): { median: number; p99: number; runs: number } {
  if (values.length === 0) throw new RangeError('Nothing was measured.');
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
  return { median: rank(0.5), p99: rank(0.99), runs: sorted.length };
}

export function machine(versions: Record<string, string> = {}): Machine {
  return {
    cores: os.availableParallelism(),
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    kernel: `${os.type()} ${os.release()}`,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    node: process.version,
    versions,
  };
}

export const ratioOf = (row: Row): number | undefined => (row.floor ? row.median / row.floor : undefined);

/** Whether the row reaches its target; undefined where it has none. */
export function isMet(row: Row): boolean | undefined {
  const { target } = row;
  if (!target) return undefined;
  if ('atMost' in target) return row.median <= target.atMost;
  if ('atLeast' in target) return row.median >= target.atLeast;
  const ratio = ratioOf(row);
  if (ratio === undefined) throw new Error(`The row "${row.label}" has a ratio as its target, but no floor.`);
  return 'ratioAtMost' in target ? ratio <= target.ratioAtMost : ratio >= target.ratioAtLeast;
}

/** Writes benchmarks/results/<name>.json and prints the rows. */
export function writeResult(
  result: Pick<Result, 'name' | 'title' | 'command' | 'notes'> & { rows: Row[]; versions?: Record<string, string> },
): Result {
  const { versions, rows, ...rest } = result;
  const full: Result = {
    ...rest,
    date: new Date().toISOString().slice(0, 10),
    machine: machine(versions),
    rows: rows.map((row) => ({ ...row, ratio: ratioOf(row), met: isMet(row) })),
  };
  const folder = new URL('./results/', import.meta.url);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(new URL(`${result.name}.json`, folder), `${JSON.stringify(full, null, 2)}\n`);
  for (const { label, unit, median, p99, floor, floorLabel, ratio, met } of full.rows) {
    const parts = [`${label}: ${round(median)} ${unit}`];
    if (p99 !== undefined) parts.push(`p99 ${round(p99)}`);
    if (floor !== undefined) parts.push(`${floorLabel ?? 'floor'} ${round(floor)}`);
    if (ratio !== undefined) parts.push(`ratio ${round(ratio)}`);
    if (met !== undefined) parts.push(met ? 'target met' : 'TARGET MISSED');
    console.log(parts.join(', '));
  }
  return full;
}

/** Three significant digits, with thousands separators. */
export const round = (value: number): string =>
  Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString('en-US')
    : Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 6 });

/** First line of `program --version`'s first number, or 'unknown': for `versions`. */
export function versionOf(program: string, ...args: string[]): string {
  try {
    const text = execFileSync(program, args.length > 0 ? args : ['--version'], { encoding: 'utf8' });
    return /\d+(\.\d+)+/.exec(text)?.[0] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
