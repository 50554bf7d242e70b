// Runs a TypeScript file with the pinned runtime: node scripts/run.js FILE [arguments]
import { fail } from './command.js';
import { handOver } from './hand-over.js';

try {
  handOver(process.argv.slice(2));
} catch (error) {
  fail(error);
}
