import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wallText } from './civil.ts';
import { ianaZone } from './zones.ts';

const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Asia/Tehran', 'UTC'];
/** More under npm run soak. */
const runs = (usual: number) => Number(process.env.WHENABOUTS_RUNS ?? usual);
const seconds = (text: string) => Date.parse(text.endsWith('Z') ? text : `${text}Z`) / 1000;

it('agrees with Temporal about every wall time', () => {
  const wall = fc.integer({ min: seconds('1860-01-01T00:00:00'), max: seconds('2700-01-01T00:00:00') });
  fc.assert(
    fc.property(fc.constantFrom(...Intl.supportedValuesOf('timeZone')), wall, (name, time) => {
      const expected = Temporal.PlainDateTime.from(wallText(time)).toZonedDateTime(name, {
        disambiguation: 'compatible',
      });
      expect(ianaZone(name)!.instantOf(time), `${name} ${wallText(time)}`).toBe(expected.epochMilliseconds / 1000);
    }),
    { numRuns: runs(2000) },
  );
});

it('agrees with Temporal around every change', () => {
  for (const name of zones) {
    let change = new Temporal.ZonedDateTime(
      BigInt(seconds('1975-01-01T00:00:00')) * 1_000_000_000n,
      name,
    ).getTimeZoneTransition('next');
    for (; change && change.year < 2038; change = change.getTimeZoneTransition('next'))
      for (let minutes = -150; minutes <= 150; minutes += 15) {
        const time = change.toPlainDateTime().add({ minutes });
        const expected = time.toZonedDateTime(name, { disambiguation: 'compatible' }).epochMilliseconds / 1000;
        const found = ianaZone(name)!.instantOf(seconds(time.toString({ smallestUnit: 'second' })));
        if (found !== expected) expect.fail(`${name} ${time}: ${found} instead of ${expected}`);
      }
  }
});
