import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seedOfThisRun } from '../../../../test/seed.ts';
import { codeOfStep, fromBase32, keyAddress, matchingStep, stepAt, toBase32 } from './totp.ts';

const at = (seconds: number) => Temporal.Instant.fromEpochMilliseconds(seconds * 1000);
const secret = Buffer.from('12345678901234567890');

// RFC 6238, appendix B, the rows for SHA-1.
test.each([
  [59, '94287082'],
  [1111111109, '07081804'],
  [1111111111, '14050471'],
  [1234567890, '89005924'],
  [2000000000, '69279037'],
  [20000000000, '65353130'],
])('the code at %d s is that of the RFC', (seconds, code) => {
  expect(codeOfStep(secret, stepAt(at(seconds)), 8)).toBe(code);
  expect(matchingStep(secret, code.slice(2), at(seconds), 0)).toBe(Math.floor(seconds / 30));
});

// RFC 4226, appendix D.
test('the codes of the first ten steps are those of RFC 4226', () => {
  const codes = Array.from({ length: 10 }, (_, step) => codeOfStep(secret, step));
  expect(codes).toEqual([
    ...['755224', '287082', '359152', '969429', '338314'],
    ...['254676', '287922', '162583', '399871', '520489'],
  ]);
});

test('a code is taken one step early or late, never further, and never after a later one', () => {
  const step = 41152263;
  const now = at(step * 30 + 12);
  const of = (difference: number) => codeOfStep(secret, step + difference);
  for (const difference of [-1, 0, 1]) expect(matchingStep(secret, of(difference), now, 0)).toBe(step + difference);
  for (const difference of [-2, 2]) expect(matchingStep(secret, of(difference), now, 0)).toBeNull();
  expect(matchingStep(secret, of(0), now, step)).toBeNull();
  expect(matchingStep(secret, of(-1), now, step)).toBeNull();
  expect(matchingStep(secret, of(1), now, step)).toBe(step + 1);
  for (const wrong of ['', '12345', '1234567', 'abcdef', '１２３４５６'])
    expect(matchingStep(secret, wrong, now, 0)).toBeNull();
  expect(matchingStep(secret, `${of(0).slice(0, 3)} ${of(0).slice(3)}`, now, 0)).toBe(step);
});

const runs = Number(process.env.WHENABOUTS_RUNS ?? 300);
const seed = seedOfThisRun();

test(`base32 there and back (${runs} runs, WHENABOUTS_SEED=${seed})`, () => {
  // RFC 4648, section 10.
  expect(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => toBase32(Buffer.from(text)))).toEqual([
    ...['', 'MY', 'MZXQ', 'MZXW6', 'MZXW6YQ', 'MZXW6YTB', 'MZXW6YTBOI'],
  ]);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect([...fromBase32(toBase32(bytes).toLowerCase())]).toEqual([...bytes]);
    }),
    { numRuns: runs, seed },
  );
  expect(() => fromBase32('1')).toThrow('not base32');
});

test('the address names issuer and account, and apps read the secret from it', () => {
  const url = new URL(keyAddress(secret, 'ada+1@example.com'));
  expect(url.protocol + url.host).toBe('otpauth:totp');
  expect(decodeURIComponent(url.pathname)).toBe('/Whenabouts:ada+1@example.com');
  expect(Object.fromEntries(url.searchParams)).toEqual({
    ...{ secret: toBase32(secret), issuer: 'Whenabouts', algorithm: 'SHA1', digits: '6', period: '30' },
  });
});
