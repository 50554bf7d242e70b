/**
 * The seed of a random test, which prints it. WHENABOUTS_SEED repeats a run. In CI it follows from the tree that is
 * tested: what was green there stays green, and each change is looked at from elsewhere. Else the dice throw it.
 */
import { execFileSync } from 'node:child_process';

/** @returns an integer in [0, 2^31). */
export function seedOfThisRun(): number {
  const given = process.env.WHENABOUTS_SEED;
  if (given) return Number(given);
  return (process.env.CI ? seedOfTree() : null) ?? Math.floor(Math.random() * 2 ** 31);
}

/** Null outside a repository. */
function seedOfTree(): number | null {
  try {
    const tree = execFileSync('git', ['rev-parse', 'HEAD^{tree}'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return Number.parseInt(tree.slice(0, 7), 16);
  } catch {
    return null;
  }
}
