import { expect, it } from 'vitest';
import { WINDOWS_TO_IANA_MAP } from 'windows-iana';
import { normalizedUid } from './meeting-key.ts';
import { zoneNamed } from './zones-names.ts';

const july = Date.UTC(2026, 6, 5) / 1000;

it('knows every name of the tz database and of Windows', () => {
  const names = [
    ...Intl.supportedValuesOf('timeZone'),
    ...WINDOWS_TO_IANA_MAP.map(({ windowsName }) => windowsName),
    'US/Eastern',
    'Europe/Kyiv',
    'America/Ciudad_Juarez',
  ];
  expect(names.filter((name) => zoneNamed(name) === null)).toEqual([]);
});

it.each([
  ['Kamchatka Standard Time', 12],
  ['Mid-Atlantic Standard Time', -2],
  ['w. europe standard time', 2],
  ['"(UTC+07:00) Bangkok, Hanoi, Jakarta"', 7],
  ['(UTC-05:00) Eastern Time (US & Canada)', -4],
  ['(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna', 2],
  ['(GMT+01.00) Sarajevo/Warsaw/Zagreb', 2],
  ['Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna', 2],
  ['(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi', 5.5],
  ['(UTC) Coordinated Universal Time', 0],
  ['tzone://Microsoft/Utc', 0],
  ['/softwarestudio.org/Olson_20011030_5/America/New_York', -4],
  ['UTC+2', 2],
  ['GMT-0330', -3.5],
  ['+02:00', 2],
  ['Pacific', -7],
])('%s is %d hours from UTC in July', (name, hours) => {
  expect(zoneNamed(name)!.offsetAt(july) / 3600).toBe(hours);
});

it.each([
  '',
  'Customized Time Zone 1',
  'tzone://Microsoft/Custom',
  'Mars/Base',
  'Berlin',
  '__proto__',
  'x'.repeat(100_000),
  '(UTC+99:00) Nowhere',
])('knows nothing of %.30s', (name) => {
  expect(zoneNamed(name)).toBeNull();
});

it('normalises UIDs once and for all', () => {
  const start = '040000008200E00074C5B7101A82E008';
  for (const uid of [
    'abc@example.com',
    `${start}07EA0105AABB`,
    `${start.toLowerCase()}07ea0105aabb`,
    `${start}00000000${'76'.repeat(4)}`,
    start,
  ])
    expect(normalizedUid(normalizedUid(uid))).toBe(normalizedUid(uid));
});
