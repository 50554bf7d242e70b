import { describe, expect, test } from 'vitest';
import { isForeseen, type PresenceChangeOf } from './foreseen.ts';

describe('what was known beforehand', () => {
  const at = 1_000_000;
  const change = (over: Partial<PresenceChangeOf>): PresenceChangeOf => ({
    ...{ userId: 'ada', until: null, at, before: { origin: 'default' }, after: { origin: 'appointment' } },
    ...over,
  });
  test.each<[string, Partial<PresenceChangeOf>, boolean]>([
    ['an appointment that begins when the free time was to end', { until: at }, true],
    ['after a late start of the server', { until: at - 60_000 }, true],
    ['an appointment that was entered for right now', { until: at + 60_000 }, false],
    ['nothing was to come, and now there is something', { until: null }, false],
    ['a choice of the user', { after: { origin: 'manual' } }, true],
    ['a choice for the user by somebody else', { after: { origin: 'manual', setBy: 'bob' } }, false],
    ['the end of the user’s own choice', { before: { origin: 'manual' }, after: { origin: 'default' } }, true],
    ['a call', { after: { origin: 'call' } }, true],
    ['the end of a call', { before: { origin: 'call' } }, true],
    ['the user’s computer was locked', { after: { origin: 'client' } }, true],
    ['a program', { after: { origin: 'api' } }, false],
    [
      'a meeting that vanished',
      { before: { origin: 'appointment' }, after: { origin: 'default' }, until: at + 1 },
      false,
    ],
    ['other settings, the same meeting', { before: { origin: 'appointment' }, until: at + 1 }, false],
  ])('%s', (_, over, expected) => {
    expect(isForeseen(change(over))).toBe(expected);
  });
});
