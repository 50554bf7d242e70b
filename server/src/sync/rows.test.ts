import fc from 'fast-check';
import { expect, test } from 'vitest';
import { storableJson, storableName } from './rows.ts';

const nasty = fc.string({
  unit: fc.constantFrom('a', 'é', '\u0000', '\ud800', '\udc00', '😀', '\\', '"', 'x'.repeat(500)),
});

test('a name is always short and storable, and two names never become one', () => {
  fc.assert(
    fc.property(nasty, nasty, (a, b) => {
      const name = storableName(a);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(800);
      expect(name.isWellFormed() && !name.includes('\u0000')).toBe(true);
      expect(storableName(name)).toBe(name);
      if (a !== b) expect(name).not.toBe(storableName(b));
    }),
  );
});

test('JSON is storable whatever is in it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: fc.constantFrom('a', '\u0000', '\ud800', '\\u0000') }), (value) => {
      expect(storableJson(value)).not.toMatch(/(?<!\\)(\\\\)*\\u(0000|d[89a-f])/);
    }),
  );
  expect(storableJson(undefined)).toBe('null');
});
