/** Which test files run a second time on PostgreSQL: those that reach test/store.ts by their relative imports. */
import fs from 'node:fs';
import path from 'node:path';
import { root } from '../runtime.js';

const storeFile = path.join(root, 'test/store.ts');
const importPattern = /(?:from\s+|import\s*\(?\s*)['"](\.{1,2}\/[^'"]+)['"]/g;

/** All test files below `folders` (relative to the project's root), and those of them that use a store. */
export function testFiles(folders: readonly string[]): { all: string[]; database: string[] } {
  const reaches = new Map<string, boolean>();
  const all = folders.flatMap((folder) => filesIn(path.join(root, folder)));
  return {
    all: all.map((file) => path.relative(root, file)),
    database: all.filter((file) => reachesStore(file, reaches)).map((file) => path.relative(root, file)),
  };
}

function reachesStore(file: string, known: Map<string, boolean>): boolean {
  if (file === storeFile) return true;
  const before = known.get(file);
  if (before !== undefined) return before;
  known.set(file, false); // ends circles
  const text = fs.existsSync(file) && /\.(ts|tsx|js)$/.test(file) ? fs.readFileSync(file, 'utf8') : '';
  const found = [...text.matchAll(importPattern)].some((match) =>
    reachesStore(path.resolve(path.dirname(file), match[1]!), known),
  );
  known.set(file, found);
  return found;
}

function filesIn(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.test\.tsx?$/.test(entry.name) && !entry.parentPath.includes('node_modules'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}
