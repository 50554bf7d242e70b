import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seedOfThisRun } from '../../../test/seed.ts';
import { countryOfZone } from './country-of-zone.ts';
import { diallingBy, diallingOf } from './dialling.ts';
import { defaultDiallingRules, diallingRules, diallingRulesOf, inRanges, matchesAny } from './dialling-rules.ts';
import { loadNumberingPlan } from './numbering-plan.ts';

const plan = await loadNumberingPlan();
const by = (rules: object) => diallingBy(diallingRules.parse(rules), plan);
const runs = Number(process.env.WHENABOUTS_RUNS ?? 500);
const seed = seedOfThisRun();

describe('what is dialled, country by country', () => {
  const refused = { forbidden: null, invalid: null };
  const table: Array<[rules: object, entered: string, e164: string | null, dialled: string | null]> = [
    // Germany: an open plan, so that an area code may be left out; 0 for an outside line.
    [{ country: 'DE', areaCode: '30', outsideLine: '0' }, '030 / 123 45-67', '+49301234567', '00301234567'],
    [{ country: 'DE', areaCode: '30', outsideLine: '0' }, '1234567', '+49301234567', '00301234567'],
    [{ country: 'DE', areaCode: '30', outsideLine: '0' }, '+49 (0)171 5550100', '+491715550100', '001715550100'],
    [{ country: 'DE', outsideLine: '0' }, '0043 1 58858', '+43158858', '00043158858'],
    [{ country: 'DE' }, '0900 1123456', '+499001123456', refused.forbidden],
    [{ country: 'DE' }, '0137 7123456', '+491377123456', refused.forbidden],
    [{ country: 'DE' }, '0180 5123456', '+491805123456', refused.forbidden],
    [{ country: 'DE', premium: 'allowed' }, '0180 5123456', '+491805123456', '01805123456'],
    [{ country: 'DE' }, '110', null, refused.forbidden],
    [{ country: 'DE' }, '112', null, refused.forbidden],
    [{ country: 'DE', nationalPrefix: '' }, '+49 110 1234567', '+491101234567', refused.forbidden],
    // Digits after a complete premium number don't make it another one.
    [{ country: 'DE' }, '0900 1123456 99', '+49900112345699', refused.forbidden],
    // Nor does one digit too few, or more, where nothing but premium numbers begin so.
    [{ country: 'DE' }, '0900 123456', '+49900123456', refused.forbidden],
    [{ country: 'GB' }, '+49 900 1234', '+499001234', refused.forbidden],
    [{ country: 'DE' }, '0137 7123', '+491377123', refused.forbidden],
    [{ country: 'DE', premium: 'allowed' }, '0900 123456', '+49900123456', '0900123456'],
    [{ country: 'DE' }, '0171 123', '+49171123', '0171123'],
    // Austria: numbers of any length, and extensions dialled through.
    [{ country: 'AT', outsideLine: '0' }, '01 58858-0', '+431588580', '001588580'],
    [{ country: 'AT', outsideLine: '0' }, '0664 1234567', '+436641234567', '006641234567'],
    [{ country: 'AT' }, '0900 123456', '+43900123456', refused.forbidden],
    [{ country: 'AT' }, '133', null, refused.forbidden],
    // Switzerland: no outside line.
    [{ country: 'CH' }, '044 668 18 00', '+41446681800', '0446681800'],
    [{ country: 'CH' }, '+49 30 1234567', '+49301234567', '0049301234567'],
    [{ country: 'CH' }, '0901 123 123', '+41901123123', refused.forbidden],
    // Great Britain: 9 for an outside line.
    [{ country: 'GB', outsideLine: '9' }, '020 7946 0958', '+442079460958', '902079460958'],
    [{ country: 'GB', outsideLine: '9', areaCode: '20' }, '7946 0958', '+442079460958', '902079460958'],
    [{ country: 'GB', outsideLine: '9', areaCode: '20' }, '7911 123456', '+447911123456', '907911123456'],
    [{ country: 'GB' }, '0906 123 4567', '+449061234567', refused.forbidden],
    [{ country: 'GB' }, '999', null, refused.forbidden],
    // United States: 1 before the area code, 011 to other countries, local numbers without area code.
    [{ country: 'US', outsideLine: '9', areaCode: '212' }, '555-0100', '+12125550100', '912125550100'],
    [{ country: 'US', outsideLine: '9', areaCode: '212' }, '(415) 555-2671', '+14155552671', '914155552671'],
    [{ country: 'US', nationalPrefix: '' }, '1 415 555 2671', '+14155552671', '4155552671'],
    [{ country: 'US', outsideLine: '9' }, '011 44 20 7946 0958', '+442079460958', '9011442079460958'],
    // The Caribbean has the same country code: dialled as at home.
    [{ country: 'US' }, '+1 809 555 1234', '+18095551234', '18095551234'],
    [{ country: 'US' }, '900 555 0100', '+19005550100', refused.forbidden],
    [{ country: 'US' }, '911', null, refused.forbidden],
    // France.
    [{ country: 'FR', outsideLine: '0' }, '01 42 68 53 00', '+33142685300', '00142685300'],
    [{ country: 'FR' }, '06 12 34 56 78', '+33612345678', '0612345678'],
    [{ country: 'FR' }, '0899 12 34 56', '+33899123456', refused.forbidden],
    [{ country: 'FR' }, '15', null, refused.forbidden],
    // Italy: the zero belongs to the number, also after the country code; mobile numbers have none.
    [{ country: 'IT', outsideLine: '0' }, '06 1234567', '+39061234567', '0061234567'],
    [{ country: 'IT' }, '+39 06 1234567', '+39061234567', '061234567'],
    [{ country: 'IT', areaCode: '06' }, '06 1234567', '+39061234567', '061234567'],
    [{ country: 'IT' }, '340 123 4567', '+393401234567', '3401234567'],
    [{ country: 'DE', outsideLine: '0' }, '+39 06 1234567', '+39061234567', '00039061234567'],
    [{ country: 'IT' }, '899 123 456', '+39899123456', refused.forbidden],
    [{ country: 'IT' }, '118', null, refused.forbidden],
    // A prefix with + goes to the trunk as it is, without the digit for an outside line.
    [
      { country: 'DE', outsideLine: '0', internationalPrefix: '+' },
      '+44 20 7946 0958',
      '+442079460958',
      '+442079460958',
    ],
    [{ country: 'DE', outsideLine: '0', nationalPrefix: '+' }, '030 1234567', '+49301234567', '+49301234567'],
    // Not numbers there.
    [{ country: 'DE' }, '+49', null, refused.invalid],
    [{ country: 'DE' }, '030 CALL', null, refused.invalid],
    [{ country: 'US' }, '212 555 01001', null, refused.invalid],
    [{ country: 'DE' }, '*72 300', null, refused.invalid],
  ];
  test.each(table)('%j: %s is %s, dialled %s', (rules, entered, e164, dialled) => {
    const read = by(rules).read(entered);
    expect([read.e164, read.dialled]).toEqual([e164, dialled]);
    expect(read.reason === null).toBe(dialled !== null);
  });
});

describe('internal numbers', () => {
  test('stand in the ranges; without ranges short numbers are internal', () => {
    const ranged = by({ country: 'DE', areaCode: '30', internalRanges: ['200 - 299', '0500-0599', '*97'] });
    for (const number of ['200', '299', '0501', '*97'])
      expect(ranged.read(number)).toMatchObject({ kind: 'internal', dialled: number, shown: number });
    expect(ranged.read('300').kind).toBe('external'); // of Berlin: it is shown as it is dialled
    expect(by({ country: 'DE' }).read('4711').kind).toBe('internal');
    // The company's own 112 is said to be one.
    expect(by({ country: 'DE', internalRanges: ['100-199'] }).read('112')).toMatchObject({ dialled: '112' });
  });

  test('can be forbidden, also where they are extensions of somebody', () => {
    const dialling = by({ country: 'DE', internalRanges: ['100-999'], forbidden: ['9xx'] });
    expect(dialling.read('901').problem).toBe('numberForbidden');
    expect(dialling.extension('901').dialled).toBeNull();
    expect(dialling.extension('alice').dialled).toBe('alice');
  });
});

describe('patterns', () => {
  test('match numbers as they are written with + and as within the country', () => {
    const only = by({ country: 'DE', allowed: ['030*', '+44*'], forbidden: ['00 44 20 7946 xxxx'] });
    expect(only.read('030 1234567').dialled).toBe('0301234567');
    expect(only.read('+44 161 4960000').dialled).toBe('00441614960000');
    expect(only.read('+44 20 7946 0958').reason).toContain('forbidden by the dialling rules');
    expect(only.read('089 1234567').reason).toContain('not among the numbers');
    const home = by({ country: 'DE', outsideLine: '0', forbidden: ['00*'] });
    expect(home.read('+41 44 668 18 00').problem).toBe('numberForbidden');
    expect(home.read('030 1234567').dialled).toBe('00301234567'); // 00 is what it begins with by its outside line only
  });

  test('a star at the end stands for the rest, x for one digit, everything else for itself', () => {
    expect(matchesAny(['+49900'], ['+49900*'])).toBe(true);
    expect(matchesAny(['+4990'], ['+49900*'])).toBe(false);
    expect(matchesAny(['901'], ['9x1'])).toBe(true);
    expect(matchesAny(['9011'], ['9x1'])).toBe(false);
    expect(matchesAny(['*72'], ['*72'])).toBe(true);
    expect(matchesAny(['172'], ['*72'])).toBe(false);
    expect(inRanges('0205', ['200-299'])).toBe(false);
  });

  test('rules that can’t be understood are refused with what is expected', () => {
    const fault = (rules: object) => diallingRules.safeParse(rules).error?.issues[0]?.message;
    expect(fault({ internalRanges: ['299-200'] })).toContain('such as 200-299');
    expect(fault({ internalRanges: ['20-299'] })).toContain('such as 200-299');
    expect(fault({ forbidden: ['premium'] })).toContain('such as 0900*');
    expect(fault({ country: 'Germany' })).toBe('Choose a country.');
    expect(diallingRules.safeParse({ contry: 'DE' }).success).toBe(false);
    expect(diallingRulesOf({ country: 'DE', forbidden: ['0900*'], outsideLine: 'x', fromTheFuture: 1 })).toEqual({
      ...defaultDiallingRules,
      country: 'DE',
      forbidden: ['0900*'],
    });
  });
});

test('without a country numbers are dialled as they were written, and what is known to be premium is not', () => {
  const { read } = by({});
  expect(read('+49 (30) 123-45.67')).toMatchObject({ shown: '+49 30 1234567', dialled: '+49301234567' });
  expect(read('0171 123')).toMatchObject({ shown: '0171 123', dialled: '0171123', e164: null });
  expect(read('201')).toMatchObject({ kind: 'internal', dialled: '201' });
  expect(read('*72 300').dialled).toBe('*72300');
  expect(read('+49 900 1123456').reason).toContain('premium');
});

test('a country that is only assumed reads and refuses as a confirmed one does, but what may be an extension is dialled as written', () => {
  const [assumed, confirmed] = [by({ country: 'DE', countryAssumed: true }), by({ country: 'DE' })];
  for (const number of ['030 1234567', '+44 20 7946 0958', '0900 1123456', '110', '201'])
    expect(assumed.read(number)).toEqual(confirmed.read(number));
  expect(confirmed.read('12345')).toMatchObject({ kind: 'external', dialled: '012345' });
  expect(assumed.read('12345')).toMatchObject({ kind: 'external', dialled: '12345', reason: null });
  expect(by({ country: 'FR', countryAssumed: true }).read('12345')).toMatchObject({ dialled: '12345' });
  expect(by({ country: 'FR' }).read('12345')).toMatchObject({ kind: 'refused', problem: 'numberInvalid' });
  expect(assumed.read('*72 300').reason).toContain('is a code, not a number');
  const ranged = by({ country: 'DE', countryAssumed: true, internalRanges: ['*97'] });
  expect(ranged.read('*97')).toMatchObject({ kind: 'internal', dialled: '*97' });
  expect(assumed.read('reception')).toMatchObject({ kind: 'refused' });
});

test.each([
  ['Europe/Berlin', 'DE'],
  ['Europe/Busingen', 'DE'],
  ['Europe/Zurich', 'CH'],
  ['Europe/Oslo', 'NO'],
  ['America/Toronto', 'CA'],
  ['Asia/Calcutta', 'IN'],
  ['Asia/Kolkata', 'IN'],
  ['US/Eastern', 'US'],
  ['Antarctica/Troll', null],
  ['Etc/GMT+1', null],
  ['UTC', null],
  ['CET', null],
])('the country of %s: %s', (zone, country) => expect(countryOfZone(zone, plan.countries())).toBe(country));

test('ten thousand numbers are read in no time, and again in less', () => {
  const { read } = diallingOf(diallingRules.parse({ country: 'DE', outsideLine: '0' }), plan);
  const numbers = Array.from({ length: 10_000 }, (_, index) => `+49 171 555${10_000 + index}`);
  const took = () => {
    const start = performance.now();
    for (const number of numbers) read(number);
    return performance.now() - start;
  };
  const [first, second] = [took(), took()];
  console.log(`10,000 numbers read in ${Math.round(first)} ms, again in ${second.toFixed(1)} ms`);
  expect(first).toBeLessThan(20_000); // measured: 100 to 200 ms; on a machine with other work to do, seconds
  expect(second).toBeLessThan(first);
});

describe(`whatever the rules and whatever is entered (${runs} runs, WHENABOUTS_SEED=${seed})`, () => {
  const countries = ['DE', 'AT', 'CH', 'GB', 'US', 'FR', 'IT'] as const;
  const digits = (min: number, max: number) =>
    fc.array(fc.integer({ min: 0, max: 9 }), { minLength: min, maxLength: max }).map((list) => list.join(''));
  // Premium numbers, service numbers and nonsense more often than they come by chance.
  const beginning = fc.constantFrom(
    ...['', '0', '00', '+', '+49', '+4930', '+49900', '+491805', '+44906', '+1900', '+1212', '+39', '+3906', '+39899'],
    ...['0900', '0137', '0180', '0906', '1900', '899', '118', '110', '112', '911', '0039', '01149', '*', '030', '0171'],
  );
  const entered = fc
    .tuple(beginning, digits(0, 12), fc.constantFrom('', ' ', '-', ' / '))
    .map(([first, rest, between]) => `${first}${between}${rest}`);
  const patternArbitrary = fc
    .tuple(fc.constantFrom('', '+', '+49', '0', '00', '01', '2'), digits(0, 3), fc.constantFrom('', '*', 'xx', 'x*'))
    .map((parts) => parts.join(''))
    .filter((text) => /^\+?[\dx*]+$/.test(text) && text !== '*');
  const rulesArbitrary = fc.record({
    country: fc.option(fc.constantFrom(...countries), { freq: 10 }),
    countryAssumed: fc.boolean(),
    areaCode: fc.constantFrom('', '', '30', '6', '212'),
    outsideLine: fc.constantFrom('', '0', '9'),
    nationalPrefix: fc.constantFrom(null, null, null, '', '0', '+'),
    internationalPrefix: fc.constantFrom(null, null, '00', '+'),
    internalRanges: fc.subarray(['200-299', '10-19', '0500-0599', '*97']),
    allowed: fc.array(patternArbitrary, { maxLength: 2 }),
    forbidden: fc.array(patternArbitrary, { maxLength: 3 }),
    premium: fc.constantFrom('forbidden' as const, 'forbidden' as const, 'allowed' as const),
  });
  const check = (property: fc.IProperty<[Parameters<typeof by>[0], string]>) =>
    fc.assert(property, { numRuns: runs, seed });

  test('a number is kept as it is read again: the same number, dialled the same', () => {
    check(
      fc.property(rulesArbitrary, entered, (rules, text) => {
        const { read } = by(rules);
        const first = read(text);
        if (first.kind === 'refused') return;
        expect(read(first.shown)).toEqual(first);
      }),
    );
  });

  test('what is dialled outside leads back to the number', () => {
    check(
      fc.property(rulesArbitrary, entered, (rules, text) => {
        const { kind, e164, dialled } = by(rules).read(text);
        if (kind !== 'external' || e164 === null || dialled === null) return;
        expect(heard(dialled, diallingRules.parse(rules))).toContain(e164);
      }),
    );
  });

  test('no forbidden number is ever dialled', () => {
    check(
      fc.property(rulesArbitrary, entered, (rules, text) => {
        const { kind, e164, dialled, reason } = by(rules).read(text);
        expect(dialled === null).toBe(reason !== null);
        if (dialled === null) return;
        const { forbidden, allowed, premium, country } = diallingRules.parse(rules);
        const number = e164 === null ? null : plan.parse(e164, null)!;
        const written = number === null ? [dialled] : [e164!, withinCountry(number, country)];
        for (const each of written) for (const pattern of forbidden) expect(matches(each, pattern)).toBe(false);
        if (kind === 'external' && allowed.length > 0)
          expect(written.some((each) => allowed.some((pattern) => matches(each, pattern)))).toBe(true);
        if (number && premium === 'forbidden') expect(['PREMIUM_RATE', 'SHARED_COST']).not.toContain(number.type);
        if (country && kind === 'external') expect(['110', '112', '911', '999', '15', '118']).not.toContain(dialled);
      }),
    );
  });

  /** What the exchange may make of the digits, told the other way round: prefixes off. Unusual ones leave two ways. */
  function heard(dialled: string, rules: ReturnType<typeof diallingRules.parse>): string[] {
    if (dialled.startsWith('+')) return [dialled];
    expect(dialled.startsWith(rules.outsideLine)).toBe(true);
    const outside = dialled.slice(rules.outsideLine.length);
    const country = rules.country as 'DE';
    const usual = plan.prefixes(country);
    const after = (prefix: string, code: string) =>
      outside.startsWith(prefix) ? [`+${code}${outside.slice(prefix.length)}`] : [];
    return [
      ...after(rules.internationalPrefix ?? usual.international, ''),
      ...after(rules.nationalPrefix ?? usual.national, plan.callingCode(country)),
    ];
  }

  function withinCountry(number: { callingCode: string; national: string }, country: string | null): string {
    if (country === null) return `00${number.callingCode}${number.national}`;
    const usual = plan.prefixes(country as 'DE');
    if (number.callingCode === plan.callingCode(country as 'DE')) return `${usual.national}${number.national}`;
    return `${usual.international}${number.callingCode}${number.national}`;
  }

  /** Patterns once more, digit by digit. */
  function matches(number: string, pattern: string): boolean {
    const open = pattern.length > 1 && pattern.endsWith('*');
    const wanted = open ? pattern.slice(0, -1) : pattern;
    if (open ? number.length < wanted.length : number.length !== wanted.length) return false;
    return [...wanted].every((sign, at) => (sign === 'x' ? /\d/.test(number[at]!) : sign === number[at]));
  }
});
