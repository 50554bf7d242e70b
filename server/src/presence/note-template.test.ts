import fs from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seedOfThisRun } from '../../../test/seed.ts';
import { type NoteReader, notePlaceholders, renderNote, unknownPlaceholders } from './note-template.ts';
import { statuses } from './presence.ts';

const runs = Number(process.env.WHENABOUTS_RUNS ?? 500);
const seed = seedOfThisRun();

const berlin: NoteReader = { language: 'de', timeZone: 'Europe/Berlin' };
const london: NoteReader = { language: 'en', timeZone: 'Europe/London' };
const newYork: NoteReader = { language: 'en', timeZone: 'America/New_York' };
const kathmandu: NoteReader = { language: 'en', timeZone: 'Asia/Kathmandu' };
const instant = (text: string) => Temporal.Instant.from(text);

function said(template: string, now: string, until: string | null, reader: NoteReader, since = now): string {
  const facts = {
    status: 'appointment',
    name: 'Ada',
    since: instant(since),
    until: until ? instant(until) : null,
  } as const;
  return renderNote(template, facts, reader, instant(now));
}

describe('the end of a note', () => {
  const now = '2026-11-23T09:00Z'; // a Monday
  test.each<[string, string | null, NoteReader, string]>([
    ['today', '2026-11-23T13:00Z', berlin, 'bis 14:00'],
    ['in another zone', '2026-11-23T13:00Z', newYork, 'bis 08:00'],
    ['in a zone off by 45 minutes', '2026-11-23T13:00Z', kathmandu, 'bis 18:45'],
    ['within the week', '2026-11-24T08:30Z', london, 'bis Tue 08:30'],
    ['within the week', '2026-11-24T08:30Z', berlin, 'bis Di 09:30'],
    ['the sixth day', '2026-11-29T08:30Z', berlin, 'bis So 09:30'],
    ['in a week and more', '2026-11-30T08:30Z', berlin, 'bis 30. November 09:30'],
    ['in a week and more', '2026-11-30T08:30Z', london, 'bis 30 November 08:30'],
    ['next year', '2027-01-04T08:30Z', london, 'bis 4 January 2027 08:30'],
    ['at midnight', '2026-11-23T23:00Z', berlin, 'bis 24:00'],
    ['at another midnight', '2026-11-26T23:00Z', berlin, 'bis Do'],
    ['at a midnight that isn’t one for the reader', '2026-11-26T23:00Z', london, 'bis Thu 23:00'],
    ['at a midnight beyond the week', '2026-12-10T23:00Z', berlin, 'bis 10. Dezember'],
    ['unknown', null, berlin, 'bis auf Weiteres'],
    ['unknown', null, london, 'bis further notice'],
  ])('%s: %s', (_, until, reader, expected) => expect(said('bis {{until}}', now, until, reader)).toBe(expected));

  test('around a change of the clocks it is what the clock on the wall will show', () => {
    // Berlin's clocks go back at 01:00Z on 25 October 2026, and forward at 01:00Z on 29 March.
    expect(said('{{until}}', '2026-10-24T22:30Z', '2026-10-25T00:30Z', berlin)).toBe('02:30');
    expect(said('{{until}}', '2026-10-24T22:30Z', '2026-10-25T01:30Z', berlin)).toBe('02:30');
    expect(said('{{until}}', '2026-03-29T00:30Z', '2026-03-29T01:00Z', berlin)).toBe('03:00');
    expect(said('{{until}}', '2026-10-24T12:00Z', '2026-10-25T23:00Z', berlin)).toBe('So');
  });
});

test('the beginning, the status and the name', () => {
  const note = '{{name}}: {{ Status }} since {{since}}';
  expect(said(note, '2026-11-23T09:00Z', null, london, '2026-11-23T08:15Z')).toBe('Ada: Appointment since 08:15');
  expect(said(note, '2026-11-23T09:00Z', null, berlin, '2026-11-20T08:15Z')).toBe('Ada: Termin since Fr 09:15');
  expect(said(note, '2026-11-23T09:00Z', null, london, '2026-11-02T08:15Z')).toMatch('since 2 November 08:15');
});

test('what isn’t known is named where it is typed, and left alone where it is shown', () => {
  expect(unknownPlaceholders('{{until}} {{ NAME }} {{title}} {{}} {{un til}} {x} {{')).toEqual([
    ...['{{title}}', '{{}}', '{{un til}}'],
  ]);
  expect(said('{{title}} {{', '2026-11-23T09:00Z', null, london)).toBe('{{title}} {{');
});

test(`any note in any zone at any time is filled in once and wholly (${runs} runs, WHENABOUTS_SEED=${seed})`, () => {
  const at = fc
    .integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 0, 1) })
    .map((ms) => Temporal.Instant.fromEpochMilliseconds(ms));
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia');
  const piece = fc.oneof(
    fc.constantFrom(...notePlaceholders.map((name) => `{{${name}}}`)),
    fc.string({ maxLength: 10 }).filter((text) => !/[{}]/.test(text)),
  );
  fc.assert(
    fc.property(
      fc.record({ pieces: fc.array(piece), now: at, since: at, until: fc.option(at), timeZone: zone }),
      fc.constantFrom('en' as const, 'de' as const),
      fc.constantFrom(...statuses),
      fc.string({ maxLength: 20 }),
      ({ pieces, now, since, until, timeZone }, language, status, name) => {
        const render = (template: string) =>
          renderNote(template, { status, since, until, name }, { language, timeZone }, now);
        // Piece by piece is the same as all at once: nothing that is filled in is read as a template again.
        expect(render(pieces.join(''))).toBe(pieces.map(render).join(''));
        for (const filled of notePlaceholders.filter((one) => one !== 'name').map((one) => render(`{{${one}}}`)))
          expect(filled).toMatch(/^[^{}]+$/);
        // An end that is told with nothing but a time is today, or the midnight that ends it.
        const told = render('{{until}}');
        if (until && Temporal.Instant.compare(until, now) > 0 && /^\d\d:\d\d$/.test(told)) {
          const [today, then] = [now, until].map((one) => one.toZonedDateTimeISO(timeZone));
          expect(told).toBe(told === '24:00' ? '24:00' : then!.toPlainTime().toString().slice(0, 5));
          const day = told === '24:00' ? then!.toPlainDate().subtract({ days: 1 }) : then!.toPlainDate();
          expect(day.equals(today!.toPlainDate())).toBe(true);
        }
      },
    ),
    { numRuns: runs, seed },
  );
});

test('statuses are called as the web client calls them', () => {
  for (const language of ['en', 'de'] as const) {
    const file = new URL(`../../../web/src/presence/${language}.json`, import.meta.url);
    const { status } = JSON.parse(fs.readFileSync(file, 'utf8')) as { status: Record<string, string> };
    const facts = { name: '', since: instant('2026-11-23T09:00Z'), until: null };
    for (const one of statuses)
      expect(renderNote('{{status}}', { ...facts, status: one }, { language, timeZone: 'UTC' }, facts.since)).toBe(
        status[one],
      );
  }
});
