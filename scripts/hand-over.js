import { spawn } from 'node:child_process';
import { fail } from './command.js';
import { root, runtime } from './runtime.js';

/**
 * Gives this process's place to the pinned runtime, in the project's folder as npm does it: signals go on to it, and its end (code or signal) becomes ours.
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
export function handOver(args, env = process.env) {
  const child = spawn(runtime(), args, { stdio: 'inherit', env, cwd: root });
  const pass = {};
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // Ctrl-C reaches every process of the terminal by itself; passed on it would arrive twice.
    pass[signal] = () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    process.on(signal, pass[signal]);
  }
  child.on('error', fail);
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const name of Object.keys(pass)) process.off(name, pass[name]);
    process.kill(process.pid, signal);
  });
}
