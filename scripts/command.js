// Runs a program quietly: what it prints is shown only when it fails.
import { spawn } from 'node:child_process';

/** An error that the user is told as it is, without a stack. */
export class Failure extends Error {}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<string>} what it printed (the last 20,000 characters)
 * @throws {Failure} with what it printed when it ends with anything but 0
 */
export function command(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    const collect = (chunk) => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout?.setEncoding('utf8').on('data', collect);
    child.stderr?.setEncoding('utf8').on('data', collect);
    const pass = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.once(signal, pass);
    const done = () => {
      for (const signal of signals) process.off(signal, pass);
    };
    child.once('error', (error) => {
      done();
      reject(new Failure(`${program} could not be started: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      done();
      if (code === 0) resolve(output);
      else reject(new Failure(`${output.trim()}\n${program} ended with ${signal ?? `code ${code}`}.`.trim()));
    });
  });
}

/** Tells a Failure plainly and anything else with its stack, and ends with code 1. */
export function fail(error) {
  console.error(`\n${error instanceof Failure ? error.message : (error?.stack ?? error)}`);
  process.exit(1);
}
