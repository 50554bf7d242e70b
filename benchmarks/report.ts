/** Fills the tables of benchmarks/README.md between its markers from benchmarks/results/*.json. */
import fs from 'node:fs';
import path from 'node:path';
import { type Result, round } from './result.ts';

const readme = path.join(import.meta.dirname, 'README.md');
const results = path.join(import.meta.dirname, 'results');

/** Every `<!-- figures NAME -->` … `<!-- end -->` gets the table of results/NAME.json; `summary` gets a row of each. */
export function fillReport(): void {
  const all = fs
    .readdirSync(results)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(fs.readFileSync(path.join(results, file), 'utf8')) as Result);
  const text = fs.readFileSync(readme, 'utf8');
  const missing: string[] = [];
  const filled = text.replace(
    /(<!-- figures ([a-z0-9-]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => {
      const result = all.find((one) => one.name === name);
      if (!result) missing.push(name);
      return `${begin}${result ? table(result) : 'Not measured yet.\n'}${end}`;
    },
  );
  if (filled !== text) fs.writeFileSync(readme, filled);
  const placed = all.filter((one) => !text.includes(`<!-- figures ${one.name} -->`)).map((one) => one.name);
  if (placed.length > 0) console.log(`benchmarks/README.md has no place for: ${placed.join(', ')}`);
  if (missing.length > 0) console.log(`Not measured yet: ${missing.join(', ')}`);
}

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
    lines.push(`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
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
