// npm start: makes ready what is missing, then runs the server. Plain JavaScript for Node 20, without dependencies.
import path from 'node:path';
import { ensureWebBuilt } from './build-web.js';
import { fail } from './command.js';
import { handOver } from './hand-over.js';
import { ensureInstalled } from './install.js';
import { root } from './runtime.js';

try {
  await ensureInstalled();
  await ensureWebBuilt();
  handOver([path.join(root, 'server/src/main.ts'), ...process.argv.slice(2)]);
} catch (error) {
  fail(error);
}
