// Runs a TypeScript file with the pinned runtime: node scripts/run.js FILE [arguments]
import { spawn } from 'node:child_process';
import { runtime } from './runtime.js';

const child = spawn(runtime(), process.argv.slice(2), { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
