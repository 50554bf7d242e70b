/**
 * The proof of presence and forwarding by a model: random weeks of appointments, rules, choices, calls, hand changes at
 * the phone, restarts of phone systems, lost writes, killed servers and changed settings, played in simulated time with
 * the product's own rules and rounds against an oracle that shares nothing with them. What must hold: checks.ts.
 *
 * It needs no database, so it runs once. WHENABOUTS_RUNS makes it longer; WHENABOUTS_SEED and WHENABOUTS_PATH repeat a
 * failure, whose story is told step by step.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seedOfThisRun } from '../seed.ts';
import { type Story, stories } from './story.ts';
import { World } from './world.ts';

const runs = Number(process.env.WHENABOUTS_RUNS ?? 5_000);
const seed = seedOfThisRun();
const path = process.env.WHENABOUTS_PATH;

async function play(story: Story, log: string[] | null = null): Promise<World> {
  const world = new World(story, log);
  await world.play();
  return world;
}

test(`presence and forwarding hold through random weeks (${runs} runs, WHENABOUTS_SEED=${seed})`, {
  timeout: 120_000 + runs * 100,
}, async () => {
  const property = fc.asyncProperty(stories, async (story) => {
    await play(story);
  });
  const result = await fc.check(property, { numRuns: runs, seed, ...(path && { path }) });
  if (!result.failed) return;
  const [story] = result.counterexample!;
  const log: string[] = [];
  const reason = await play(story, log).then(
    () => 'It doesn’t fail again.',
    (error: Error) => error.stack,
  );
  expect.fail(
    `WHENABOUTS_SEED=${result.seed} WHENABOUTS_PATH=${result.counterexamplePath}\n${JSON.stringify(story, null, 1)}\n${log.slice(-120).join('\n')}\n${reason}`,
  );
});
