import { expect, test } from 'vitest';
import { defaultPresenceSettings, presenceSettings, presenceSettingsOf } from './settings.ts';

test('without stored settings the defaults count', () => {
  expect(presenceSettingsOf({})).toEqual(defaultPresenceSettings);
  expect(presenceSettingsOf({ activation: null })).toEqual(defaultPresenceSettings);
});

test('a stored field that cannot be read costs only itself', () => {
  const stored = { activation: { tentativeCounts: false, manualEnd: 'someday', fromTheFuture: 1 } };
  expect(presenceSettingsOf(stored)).toEqual({ ...defaultPresenceSettings, tentativeCounts: false });
});

test('what an administrator sends is refused with the field and what mends it', () => {
  const sent = presenceSettings.safeParse({ workingDay: { start: '8:00', end: '17:00', days: [] } });
  expect(sent.error!.issues.map(({ path, message }) => [path.join('.'), message])).toEqual([
    ['workingDay.start', 'Write a time of day as HH:MM, from 00:00 to 23:59.'],
    ['workingDay.days', 'Choose at least one day of the week.'],
  ]);
  expect(presenceSettings.safeParse({ tentativCounts: true }).success).toBe(false);
});
