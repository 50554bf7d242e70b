import { expect, test } from 'vitest';
import { askedTogether } from './asked-together.ts';

/** Questions that are answered when the test says so. */
function questions() {
  const open: { signal: AbortSignal; answer: PromiseWithResolvers<string> }[] = [];
  const asked = askedTogether((signal) => {
    const answer = Promise.withResolvers<string>();
    open.push({ signal, answer });
    return answer.promise;
  });
  return { open, asked };
}
const turn = () => new Promise(setImmediate);

test('who asks before it begins shares an answer, who asks later gets a newer one', async () => {
  const { open, asked } = questions();
  const signals = Array.from({ length: 4 }, () => new AbortController().signal);
  const early = [asked(signals[0]!), asked(signals[1]!)];
  await turn();
  expect(open.map(({ signal }) => signal)).toEqual([signals[1]]);
  const later = [asked(signals[2]!), asked(signals[3]!)];
  await turn();
  expect(open).toHaveLength(1); // not before the first is answered
  open[0]!.answer.resolve('first');
  expect(await Promise.all(early)).toEqual(['first', 'first']);
  await turn();
  expect(open.map(({ signal }) => signal)).toEqual([signals[1], signals[3]]);
  open[1]!.answer.resolve('second');
  expect(await Promise.all(later)).toEqual(['second', 'second']);
});

test('what fails fails for those who share it, and the next one is asked', async () => {
  const { open, asked } = questions();
  const failing = asked(AbortSignal.timeout(1_000));
  await turn();
  const next = asked(AbortSignal.timeout(1_000));
  open[0]!.answer.reject(new Error('gone'));
  await expect(failing).rejects.toThrow('gone');
  await turn();
  open[1]!.answer.resolve('back');
  expect(await next).toBe('back');
  const alone = asked(AbortSignal.timeout(1_000));
  await turn();
  open[2]!.answer.reject(new Error('gone again')); // and nobody is left waiting: no unhandled rejection
  await expect(alone).rejects.toThrow('gone again');
  await turn();
});
