import { expect, test } from 'vitest';
import { onceFor } from './alike.ts';

test('worked out once for the same keys, and anew where one of them is another', () => {
  const once = onceFor<string>();
  const [a, b] = [{}, {}];
  let calls = 0;
  const work = () => `result ${++calls}`;
  expect([once([a, 'off'], work), once([a, 'off'], work)]).toEqual(['result 1', 'result 1']);
  expect([once([b, 'off'], work), once([a, 'all'], work), once([a, 'off'], work)]).toEqual([
    ...['result 2', 'result 3', 'result 1'],
  ]);
});
