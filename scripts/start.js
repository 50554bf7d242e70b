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
  // Keeps what the runtime makes of the sources: the next start is a good deal quicker.
  const NODE_COMPILE_CACHE = path.join(root, 'node_modules', '.cache', 'compiled');
  handOver([path.join(root, 'server/src/main.ts'), ...process.argv.slice(2)], { NODE_COMPILE_CACHE, ...process.env });
} catch (error) {
  fail(error);
}
