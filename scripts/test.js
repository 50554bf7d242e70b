// npm test: makes ready what is missing, then runs everything (scripts/test/run.ts). Plain JavaScript for Node 20.
import path from 'node:path';
import { fail } from './command.js';
import { handOver } from './hand-over.js';
import { ensureInstalled } from './install.js';
import { root } from './runtime.js';

try {
  await ensureInstalled();
  handOver([path.join(root, 'scripts/test/run.ts'), ...process.argv.slice(2)]);
} catch (error) {
  fail(error);
}
