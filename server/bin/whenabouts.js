#!/usr/bin/env node
// Runs the command line with the runtime the lock file pins, whatever Node called it (plain JavaScript for that reason).
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runtime } from '../../scripts/runtime.js';

let program;
try {
  program = runtime();
} catch (error) {
  console.error(`whenabouts: ${error.message}`);
  process.exit(1);
}
const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const child = spawn(program, [cli, ...process.argv.slice(2)], { stdio: 'inherit' });
child.on('error', (error) => {
  console.error(`whenabouts: the runtime can't be started: ${error.message}`);
  process.exit(1);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
