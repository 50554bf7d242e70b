import fc from 'fast-check';
import { expect, test } from 'vitest';
import { responseValues, sensitivityValues, showAsValues } from './appointment.ts';
import { type Copy, compareCopies, mergeCopies } from './merge.ts';

const copy: fc.Arbitrary<Copy> = fc.record({
  uid: fc.constantFrom('', 'a', 'b'),
  occurrence: fc.constantFrom('', '2026-01-05'),
  cancelled: fc.boolean(),
  response: fc.constantFrom(...responseValues),
  sensitivity: fc.constantFrom(...sensitivityValues),
  showAs: fc.constantFrom(...showAsValues),
  calendarId: fc.constantFrom('1', '2', '3'),
  objectKey: fc.uuid(),
  source: fc.constantFrom('microsoft365', 'caldav', 'icalendar-address', 'icalendar-file', 'something new'),
});
const copies = fc.array(copy, { maxLength: 12 });
const strictness = (value: Copy['sensitivity']) => sensitivityValues.indexOf(value);
const base: Copy = {
  uid: 'a',
  occurrence: '',
  cancelled: false,
  response: 'none',
  sensitivity: 'normal',
  showAs: 'busy',
  calendarId: '1',
  objectKey: '1',
  source: 'caldav',
};
const mergedOne = (...changes: Partial<Copy>[]) => {
  const merged = mergeCopies(changes.map((change, index) => ({ ...base, objectKey: String(index), ...change })));
  expect(merged).toHaveLength(1);
  return merged[0]!;
};

test('every copy is in exactly one meeting, and those of one key are in the same', () => {
  fc.assert(
    fc.property(copies, (all) => {
      const merged = mergeCopies(all);
      expect(merged.flatMap((meeting) => meeting.copies).sort(compareCopies)).toEqual([...all].sort(compareCopies));
      const named = merged
        .filter(({ first }) => first.uid !== '')
        .map(({ first }) => `${first.uid} ${first.occurrence}`);
      expect(new Set(named).size).toBe(named.length);
      for (const { first, copies: some } of merged) {
        if (first.uid === '') expect(some).toHaveLength(1);
        for (const { uid, occurrence } of some)
          expect({ uid, occurrence }).toEqual({ uid: first.uid, occurrence: first.occurrence });
      }
    }),
  );
});

test('the outcome does not depend on the order of rows', () => {
  fc.assert(
    fc.property(copies, fc.integer(), (all, salt) => {
      const shuffled = all.toSorted((a, b) => hash(a.objectKey + salt) - hash(b.objectKey + salt));
      const outcome = (rows: Copy[]) =>
        mergeCopies(rows)
          .map(({ first, sensitivity, showAs }) => JSON.stringify([first, sensitivity, showAs]))
          .sort();
      expect(outcome(shuffled)).toEqual(outcome(all));
    }),
  );
});

test('the strictest sensitivity wins; cancelled only when all copies are', () => {
  fc.assert(
    fc.property(copies, (all) => {
      for (const { first, copies: some, sensitivity } of mergeCopies(all)) {
        expect(strictness(sensitivity)).toBe(Math.max(...some.map((one) => strictness(one.sensitivity))));
        expect(first.cancelled).toBe(some.every((one) => one.cancelled));
      }
    }),
  );
});

test('a declined copy does not hide the meeting accepted elsewhere; a copy without an answer does not revive it', () => {
  expect(mergedOne({ response: 'declined' }, { response: 'accepted' }).first.response).toBe('accepted');
  expect(mergedOne({ response: 'none' }, { response: 'declined' }).first.response).toBe('declined');
  expect(mergedOne({ response: 'notResponded' }, { response: 'declined' }).first.response).toBe('declined');
  expect(mergedOne({ response: 'accepted', cancelled: true }, { response: 'declined' }).first.response).toBe(
    'declined',
  );
});

test('the source next to the mailbox speaks; what it does not know comes from the next', () => {
  expect(mergedOne({ source: 'icalendar-file' }, { source: 'caldav' }, { source: 'fax' }).first.source).toBe('caldav');
  const { first, showAs } = mergedOne(
    { source: 'caldav', showAs: 'unknown' },
    { source: 'icalendar-address', showAs: 'outOfOffice' },
  );
  expect({ source: first.source, showAs }).toEqual({ source: 'caldav', showAs: 'outOfOffice' });
});

function hash(text: string): number {
  let value = 0;
  for (const character of text) value = (value * 31 + character.charCodeAt(0)) | 0;
  return value;
}
