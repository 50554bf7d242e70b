/** Fills the tables of benchmarks/README.md and README.md between their markers from benchmarks/results/*.json. */
import fs from 'node:fs';
import path from 'node:path';
import { type Result, round } from './result.ts';

const page = path.join(import.meta.dirname, 'README.md');
const readme = path.join(import.meta.dirname, '../README.md');
const results = path.join(import.meta.dirname, 'results');

/** Every `<!-- figures NAME -->` … `<!-- end -->` gets the table of results/NAME.json; `summary` the first row of each. */
export function fillReport(): void {
  const all = fs
    .readdirSync(results)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(fs.readFileSync(path.join(results, file), 'utf8')) as Result);
  const places = [page, readme].flatMap((file) => fill(file, all));
  const homeless = all.map((one) => one.name).filter((name) => !places.includes(name));
  if (homeless.length > 0) console.log(`benchmarks/README.md has no place for: ${homeless.join(', ')}`);
  const missing = places.filter((name) => name !== 'summary' && !all.some((one) => one.name === name));
  if (missing.length > 0) console.log(`Not measured yet: ${missing.join(', ')}`);
}

/** @returns the names that the file has a place for. */
function fill(file: string, all: readonly Result[]): string[] {
  const text = fs.readFileSync(file, 'utf8');
  const places: string[] = [];
  const filled = text.replace(
    /(<!-- figures ([a-z0-9-]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => {
      places.push(name);
      const result = all.find((one) => one.name === name);
      const content = name === 'summary' ? summary(all) : result ? table(result) : 'Not measured yet.\n';
      return `${begin}${content}${end}`;
    },
  );
  if (filled !== text) fs.writeFileSync(file, filled);
  return places;
}

function summary(all: readonly Result[]): string {
  if (all.length === 0) return 'Not measured yet.\n';
  const lines = ['| Figure | Median | Floor | Ratio | Target | Reached |', '|---|---|---|---|---|---|'];
  for (const { title, rows } of all) {
    const row = rows[0];
    if (!row) continue;
    const floor = row.floor === undefined ? '' : `${round(row.floor)} ${row.unit}`;
    const ratio = row.ratio === undefined ? '' : `${row.ratio.toFixed(2)} x`;
    const met = row.met === undefined ? '' : row.met ? 'yes' : '**no**';
    const cells = [`${title}: ${row.label}`, `${round(row.median)} ${row.unit}`, floor, ratio, target(row.target), met];
    lines.push(`| ${cells.map(cell).join(' | ')} |`);
  }
  return `${lines.join('\n')}\n`;
}

const cell = (text: string) => text.replaceAll('|', '\\|');

export function table(result: Result): string {
  const lines = [
    '| What | Unit | Median | p99 | Floor | Ratio | Target | Reached |',
    '|---|---|---|---|---|---|---|---|',
  ];
  for (const row of result.rows) {
    const floor = row.floor === undefined ? '' : `${round(row.floor)}${row.floorLabel ? ` (${row.floorLabel})` : ''}`;
    const cells = [
      row.label,
      row.unit,
      round(row.median),
      row.p99 === undefined ? '' : round(row.p99),
      floor,
      row.ratio === undefined ? '' : `${row.ratio.toFixed(2)} x`,
      target(row.target),
      row.met === undefined ? '' : row.met ? 'yes' : '**no**',
    ];
    lines.push(`| ${cells.map(cell).join(' | ')} |`);
  }
  const { cores, cpu, kernel, memoryGiB, node, versions } = result.machine;
  const programs = Object.entries({ Node: node.slice(1), ...versions }).map(([name, version]) => `${name} ${version}`);
  lines.push(
    '',
    `Measured ${result.date} on ${cores} cores (${cpu}), ${memoryGiB} GiB, ${kernel}; ${programs.join(', ')}. Again: \`${result.command}\``,
  );
  const notes = [
    ...result.rows.flatMap((row) => (row.note ? [`${row.label}: ${row.note}`] : [])),
    ...(result.notes ?? []),
  ];
  for (const note of notes) lines.push('', note);
  return `${lines.join('\n')}\n`;
}

function target(value: Result['rows'][number]['target']): string {
  if (!value) return '';
  if ('ratioAtMost' in value) return `at most ${value.ratioAtMost} x`;
  if ('ratioAtLeast' in value) return `at least ${value.ratioAtLeast} x`;
  if ('atMost' in value) return `at most ${round(value.atMost)}`;
  return `at least ${round(value.atLeast)}`;
}

if (import.meta.main) fillReport();
