import { expect, test } from 'vitest';
import { isSameNumber } from './same-number.ts';

test.each([
  ['01701112233', '+491701112233', true],
  ['0170 1112233', '0049 (170) 111-22.33', true],
  ['001701112233', '01701112233', true],
  ['1234567', '+49301234567', true],
  ['+49301234567', '+49401234567', false],
  ['01701112233', '01701112234', false],
  ['201', '0201', false],
  ['201', '+4930123201', false],
  ['*721701112233', '01701112233', false],
  ['voicemail', 'voicemail 1234567', false],
  ['', '', false],
])('%s and %s are one number: %s', (a, b, same) => {
  expect(isSameNumber(a, b)).toBe(same);
  expect(isSameNumber(b, a)).toBe(same);
});
