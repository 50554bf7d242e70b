/** A simulated day in a process of its own: the clock of the whole process is turned. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { round } from '../result.ts';

/** @param program prints what it told as JSON. @throws Error when it fails, and when agendas are wrong in the end. */
export async function playDay<Told extends { wrong: number; seconds: number }>(
  program: string,
  asked: object,
): Promise<Told> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(asked)]);
  const told = JSON.parse(stdout) as Told;
  if (told.wrong > 0) throw new Error(`The agendas of ${told.wrong} mailboxes are wrong after the simulated day.`);
  console.log(`A day took ${round(told.seconds)} s: ${JSON.stringify(asked)}`);
  return told;
}

export const total = ({ requests }: { requests: Record<string, number> }): number =>
  Object.values(requests).reduce((sum, count) => sum + count, 0);

/** For the note of a figure: requests of each mailbox, by what they were for. */
export function ofEach(size: number, requests: Record<string, number>): string {
  const asked = Object.entries(requests).filter(([, count]) => count > 0);
  return `${asked.map(([of, count]) => `${of} ${round(count / size)}`).join(', ')}.`;
}

export const split = ({ size, requests, pulls }: { size: number; requests: Record<string, number>; pulls: number }) =>
  `${size} mailboxes, ${round(pulls / size)} pulls each: ${ofEach(size, requests)}`;
