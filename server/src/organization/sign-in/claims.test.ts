import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seedOfThisRun } from '../../../../test/seed.ts';
import { groupsIn, identityOf, roleOfGroups } from './claims.ts';

test.each([
  [{ email: ' Ada@Example.com ', email_verified: true }, 'ada@example.com', true],
  [{ email: 'ada@example.com', email_verified: 'true' }, 'ada@example.com', true],
  [{ email: 'ada@example.com', email_verified: 'false' }, 'ada@example.com', false],
  [{ email: 'ada@example.com', email_verified: false, xms_edov: true }, 'ada@example.com', false],
  [{ email: 'ada@example.com', xms_edov: 1 }, 'ada@example.com', true],
  [{ email: 'ada@example.com' }, 'ada@example.com', null],
  [{ email: 'ada' }, null, null],
  [{ email: '\u212aelvin@example.com', email_verified: true }, null, true], // the Kelvin sign, small: k
  [{ email: 'a\0da@example.com', email_verified: true }, null, true],
  [{ email: ['ada@example.com'], email_verified: 'yes' }, null, false],
  [{}, null, null],
])('%j has the address %s, verified: %s', (claims, email, emailVerified) => {
  expect(identityOf({ sub: '1', ...claims })).toMatchObject({ subject: '1', email, emailVerified });
});

test('subjects are taken letter by letter or not at all', () => {
  const subjectOf = (sub: unknown) => identityOf({ sub }).subject;
  expect(['ada', ' ada', 'Ada', 'ada '].map(subjectOf)).toEqual(['ada', ' ada', 'Ada', 'ada ']);
  expect(['a\0da', '\ud800', 7, undefined, '', 'x'.repeat(1001)].map(subjectOf)).toEqual(Array(6).fill(''));
});

test.each([
  [{ name: 'Ada Lovelace', given_name: 'A' }, 'Ada Lovelace'],
  [{ given_name: 'Ada', family_name: 'Lovelace' }, 'Ada Lovelace'],
  [{ family_name: 'Lovelace' }, 'Lovelace'],
  [{ preferred_username: 'ada' }, 'ada'],
  [{ email: 'ada@example.com' }, 'ada@example.com'],
  [{ name: 7 }, 'Unknown'],
])('%j is called %s', (claims, displayName) => {
  expect(identityOf({ sub: '1', ...claims }).displayName).toBe(displayName);
});

const runs = Number(process.env.WHENABOUTS_RUNS ?? 300);
const seed = seedOfThisRun();

test(`whatever a provider sends can be stored (${runs} runs, WHENABOUTS_SEED=${seed})`, () => {
  const names = [
    'email',
    'email_verified',
    'name',
    'given_name',
    'family_name',
    'preferred_username',
    'locale',
    'zoneinfo',
  ];
  const hostile = fc.oneof(
    fc.anything(),
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.constantFrom('a\0b@example.com', '\ud800', ' \0 ', 'x'.repeat(5000), '__proto__', 'a@b\0'),
  );
  fc.assert(
    fc.property(hostile, fc.dictionary(fc.constantFrom(...names, 'groups', 'x'), hostile), (sub, claims) => {
      const identity = identityOf({ sub, ...claims });
      for (const value of Object.values(identity))
        if (typeof value === 'string') expect([value.isWellFormed(), value.includes('\0')]).toEqual([true, false]);
      expect(identity.displayName.length).toBeGreaterThan(0);
      expect(identity.displayName.length).toBeLessThanOrEqual(200);
      expect(identity.email?.length ?? 0).toBeLessThanOrEqual(254);
      expect(['en', 'de']).toContain(identity.language);
      groupsIn(claims, 'groups');
      groupsIn(claims, 'x.y.z');
    }),
    { numRuns: runs, seed },
  );
});

test('language and zone are taken where they are known here', () => {
  expect(identityOf({ sub: '1', locale: 'de-AT', zoneinfo: 'Europe/Vienna' })).toMatchObject({
    language: 'de',
    timeZone: 'Europe/Vienna',
  });
  for (const zoneinfo of ['Mars/Base', '+02:00', 5, ''])
    expect(identityOf({ sub: '1', locale: 'dev', zoneinfo })).toMatchObject({ language: 'en', timeZone: null });
});

test('groups are found as a list, as one text, inside another claim, or not at all', () => {
  expect(groupsIn({ groups: ['a', 5, 'b'] }, 'groups')).toEqual(['a', 'b']);
  expect(groupsIn({ role: 'a' }, 'role')).toEqual(['a']);
  expect(groupsIn({ realm_access: { roles: ['a'] } }, 'realm_access.roles')).toEqual(['a']);
  expect(groupsIn({ 'https://example.com/groups': ['a'] }, 'https://example.com/groups')).toEqual(['a']);
  for (const claims of [{}, { groups: { a: 1 } }, { groups: null }]) expect(groupsIn(claims, 'groups')).toBeNull();
  expect(groupsIn({}, 'constructor.name')).toBeNull();
});

const [here, there] = ['0b6ff2f4-6f3c-4c8e-9d6f-2f1f0a2c7a11', '5f0c7c5e-52c9-4b39-a0d5-0a4c6f3b9b0e'];
const groupRoles = [
  { group: 'read', role: 'reader' as const },
  { group: 'there', role: 'locationAdministrator' as const, locations: [there] },
  { group: 'here', role: 'locationAdministrator' as const, locations: [here, there] },
  { group: 'all', role: 'administrator' as const },
];
test.each([
  [[], { role: 'user', locationIds: [] }],
  [['unknown'], { role: 'user', locationIds: [] }],
  [['read', 'unknown'], { role: 'reader', locationIds: [] }],
  [['there', 'read'], { role: 'locationAdministrator', locationIds: [there] }],
  [['there', 'here'], { role: 'locationAdministrator', locationIds: [here, there] }],
  [['here', 'all'], { role: 'administrator', locationIds: [] }],
  [['ALL'], { role: 'user', locationIds: [] }],
])('who is in %j is %j', (groups, role) => {
  expect(roleOfGroups(groups, { groupRoles })).toEqual(role);
});

test('without rules the provider decides no role', () => {
  expect(roleOfGroups(['all'], { groupRoles: [] })).toBeNull();
});
