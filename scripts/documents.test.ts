import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from './runtime.js';

const documents = fs.globSync(['*.md', '{docs,benchmarks,simulators,server,web,test}/**/*.md'], {
  cwd: root,
  exclude: (file) => file.endsWith('node_modules'),
});
const read = (file: string) => fs.readFileSync(path.join(root, file), 'utf8');

/** As GitHub makes them: lower case, spaces to dashes, punctuation dropped. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[`*]/g, '')
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

test.each(documents)('every link of %s leads to a file, and every anchor to a heading', (file) => {
  const broken = [...read(file).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1]!)
    .filter((link) => !/^(https?:|mailto:)/.test(link))
    .filter((link) => {
      const [target = '', heading] = link.split('#');
      const place = target === '' ? file : path.join(path.dirname(file), target);
      if (!fs.existsSync(path.join(root, place))) return true;
      const headings = [...read(place.endsWith('.md') ? place : file).matchAll(/^#+ (.*)$/gm)];
      return heading !== undefined && !headings.some((match) => anchor(match[1]!) === heading);
    });
  expect(broken).toEqual([]);
});

test('every npm command that the documents name is there', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = documents.flatMap((file) =>
    [...read(file).matchAll(/npm (?:run )?(start|test|soak|check|benchmark|run [a-z:-]+)\b/g)].map((match) =>
      match[1]!.replace('run ', ''),
    ),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test('docs/operations.md names every variable that the server reads', () => {
  const variables = [...read('server/src/environment.ts').matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map((match) => match[1]!);
  expect(variables).toContain('DATABASE_URL');
  const page = read('docs/operations.md');
  expect(variables.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
