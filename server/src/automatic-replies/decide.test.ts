/** What the random histories don't say in so many words. */
import { expect, test } from 'vitest';
import type { AutomaticReplies } from '../calendars/connector.ts';
import { absenceAt, type Wish, wishOf } from './absence.ts';
import { decide, idleReplies, isSettled, landed, prolongAt, type RepliesRecord } from './decide.ts';
import { lettersOf, messageOf, sameReplies } from './replies.ts';

const now = Temporal.Instant.from('2026-11-23T08:00:30Z');
const later = (minutes: number) => now.add({ minutes });
const off: AutomaticReplies = {
  ...{ status: 'disabled', start: null, end: null, audience: 'all' },
  ...{ internalMessage: '<html>Mine</html>', externalMessage: '<html>Mine, outside</html>' },
};
const wish = (until: Temporal.Instant | null, more: Partial<Wish> = {}): Wish => ({
  ...{ key: `away ${until}`, since: now, until, audience: 'none' },
  ...{ internalMessage: 'Away', externalMessage: 'Away' },
  ...more,
});
/** As it stands once it was written and read back. */
function set(wanted: Wish, actual = off, at = now): { record: RepliesRecord; there: AutomaticReplies } {
  const { record, write } = decide(idleReplies, wanted, actual, at);
  const confirmed = landed(idleReplies, record, write!, write!);
  return { record: decide(confirmed, wanted, write!, at).record, there: write! };
}

test('an absence that grows into replies which the user had planned gives way to them', () => {
  const planned: AutomaticReplies = { ...off, status: 'scheduled', start: later(600), end: later(900) };
  const { record, there } = set(wish(later(300)), planned);
  expect(record.phase).toBe('applied');
  const longer = decide(record, wish(later(700)), there, later(5));
  expect(longer.write && sameReplies(longer.write, planned)).toBe(true);
  expect(decide(longer.record, wish(later(700)), longer.write!, later(5))).toMatchObject({
    ...{ record: { phase: 'aside' }, write: null },
  });
});

test('in another absence replies are set again, and what was ours before is nobody’s own', () => {
  const { record, there } = set(wish(later(60)));
  const byHand: AutomaticReplies = { ...there, status: 'disabled' };
  const aside = decide(record, wish(later(90)), byHand, later(5)).record;
  expect(aside.phase).toBe('aside');
  expect(isSettled(aside, wish(later(90)), later(6))).toBe(true);
  const next = wish(later(5_000), { since: later(4_000) });
  const again = decide(aside, next, byHand, later(4_001));
  expect(again.write).toMatchObject({ status: 'scheduled' });
  // The words that Outlook kept from the first time aren't what comes back.
  expect(again.record.previous).toMatchObject({ internalMessage: off.internalMessage, status: 'disabled' });
});

test('where no end is known it is prolonged long before it is reached, with the same beginning', () => {
  const { record, there } = set(wish(null));
  const at = prolongAt(record)!;
  expect(there.end!.since(at).total('hours')).toBe(7 * 24);
  expect(isSettled(record, wish(null), at.subtract({ seconds: 1 }))).toBe(true);
  expect(isSettled(record, wish(null), at)).toBe(false);
  const { write } = decide(record, wish(null), there, at);
  expect(write!.start!.equals(there.start!)).toBe(true);
  expect(write!.end!.since(at).total('hours')).toBeCloseTo(14 * 24, 0);
});

test('a schedule of the user’s that has passed meanwhile comes back switched off', () => {
  const planned: AutomaticReplies = { ...off, status: 'scheduled', start: later(600), end: later(900) };
  const { record, there } = set(wish(later(300)), planned);
  expect(decide(record, null, there, later(1_000)).write).toMatchObject({ status: 'disabled' });
  expect(decide(record, null, there, later(301)).write).toMatchObject({ status: 'scheduled', end: planned.end });
});

test('messages are recognised whatever page is put around them', () => {
  const written = messageOf('Back on <Monday> & "well"\nCall Ada’s desk');
  const kept = `<html>\r\n<head><style>p { color: red }</style></head><body>\r\n<div>${written.replace('<br>', '<br/>')}</div>\r\n</body></html>\r\n`;
  expect(lettersOf(kept)).toBe('Backon<Monday>&"well"CallAda’sdesk');
  expect(lettersOf(kept)).toBe(lettersOf(written));
  expect(lettersOf('&#x41;&nbsp;&eacute;&#9999999999;')).toBe('A&eacute;&#9999999999;');
});

test('stretches that follow one another are one absence; evenings, calls and other states are none', () => {
  const part = (from: number, to: number, status: string, origin: string) =>
    ({ start: later(from), end: later(to), status, note: null, reason: { origin } }) as never;
  const day = [
    part(-100, -10, 'outOfOffice', 'manual'),
    part(-10, 20, 'outOfOffice', 'appointment'),
    part(20, 60, 'outOfOffice', 'api'),
    part(60, 90, 'available', 'default'),
    part(90, 200, 'outOfOffice', 'workingHours'),
  ];
  expect(absenceAt(day, now, later(200))).toEqual({ since: later(-100), until: later(60), note: null });
  expect(absenceAt(day, later(70), later(200))).toBeNull();
  expect(absenceAt(day, later(100), later(200))).toBeNull();
  expect(absenceAt(day.slice(0, 2), now, later(20))!.until, 'until where nothing is known').toBeNull();
});

test('outsiders aren’t told by a note what they may not see', () => {
  const owner = { name: 'Ada', language: 'en', timeZone: 'UTC' } as const;
  const absence = { since: now, until: later(60), note: 'Diving until {{until}}' };
  const told = (until: boolean, note: boolean, text: string | null = absence.note) =>
    wishOf({ ...absence, note: text }, owner, { outsiders: 'all', outsidersSee: { until, note } }, now).externalMessage;
  expect(told(false, false)).toBe('I am out of office at the moment.');
  expect(told(true, false)).toBe('I am out of office until 09:00.');
  expect(told(false, true)).toBe('I am out of office at the moment.');
  expect(told(true, true)).toBe('Diving until 09:00');
  expect(told(false, true, 'Diving')).toBe('Diving');
});
