/**
 * The cases other projects test their expanders with, where they lie beside the checkout (docs/recurrence.md). They are
 * read from there and not kept here.
 */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerTo } from '../cli/expand.ts';

interface Case {
  id: string;
  tier?: string;
  tags?: string[];
  rfcIssues?: string[];
  expected: string[];
}

const folder = path.resolve(import.meta.dirname, '../../../../shared/fixtures');
const present = fs.existsSync(folder);
if (!present) console.warn(`SKIPPED: the expansion of other projects' cases, because ${folder} is not there.`);

/** Cases we answer otherwise, on purpose; docs/recurrence.md has the reason of each. */
const known = new Set([
  // The source counts a DTSTART that the rule doesn't give, or reads UNTIL otherwise, against both reference engines.
  'google-rfc-2445-0017',
  'sabre-0068',
  'sabre-0069',
  'sabre-0070',
  'sabre-0072',
  'sabre-0076',
  'sabre-0077',
  'sabre-0079',
  'sabre-0082',
  'ical.js-0094',
  // FREQ=YEARLY with BYMONTHDAY and without BYMONTH: every month, or DTSTART's.
  'libical-0077',
  'libical-0078',
  'ical.net-txt-0059',
  'ical.net-0045',
  // FREQ=YEARLY with BYWEEKNO and without BYDAY: DTSTART's weekday, or every day.
  'google-rfc-2445-0069',
  'dateutil-0018',
  'php-rrule-0023',
  // Parts the RFC forbids for the frequency: limit, or are ignored.
  'sabre-0080',
]);

function read(file: string): { text: string; given: Case }[] {
  const lines = fs.readFileSync(path.join(folder, file), 'utf8').trim().split('\n');
  return lines.map((text) => ({ text, given: JSON.parse(text) as Case }));
}

function misses(cases: { text: string; given: Case }[]): string[] {
  return cases
    .filter(({ text, given }) => {
      const answer = answerTo(text);
      return !('starts' in answer) || JSON.stringify(answer.starts) !== JSON.stringify(given.expected);
    })
    .map(({ given }) => given.id);
}

describe.skipIf(!present)('cases of other projects', () => {
  const rules = present ? read('recurrence-rules.jsonl') : [];
  const has = (given: Case, tag: string) => given.tags?.includes(tag) ?? false;

  it('answers every rule that two engines confirm', () => {
    const confirmed = rules.filter(
      ({ given }) => given.tier === 'A' && given.rfcIssues?.length === 0 && !has(given, 'dst-policy'),
    );
    expect(confirmed.length).toBeGreaterThan(0);
    expect(misses(confirmed)).toEqual([]);
  });

  it('answers every rule that Microsoft Graph can express, but those both engines contradict', () => {
    const expressible = rules.filter(({ given }) => has(given, 'graph-expressible') && given.tier !== 'D');
    expect(expressible.length).toBeGreaterThan(0);
    expect(misses(expressible)).toEqual([]);
  });

  it('answers at least 99 % of the calendars', () => {
    const calendars = read('calendars.jsonl');
    expect(misses(calendars).length).toBeLessThanOrEqual(calendars.length / 100);
  });

  it('misses only what it misses on purpose', () => {
    const all = [...rules, ...read('calendars.jsonl')];
    expect(misses(all).filter((id) => !known.has(id))).toEqual([]);
  });
});
