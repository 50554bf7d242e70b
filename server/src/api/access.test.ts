/** The rules themselves, without a server. What they come to, route by route, is tried in test/access. */
import { expect, test } from 'vitest';
import { mayManage, type UserRole } from '../organization/roles.ts';
import { checkRules } from './access.ts';
import { createApp } from './app.ts';
import { type Route, type Rule, route, type Tag } from './route.ts';
import { grantable, roleFor, scopes, scopesFor, tokenMay } from './scopes.ts';

const health = route({
  ...{ access: 'public', method: 'get', path: '/health', tag: 'Server', operation: 'readHealth', summary: 'Health' },
  answer: null,
  handle: async () => undefined,
});

test('a route without a rule, with an unknown one, or without an owner to compare stops the start', () => {
  const without = { ...health, access: undefined } as unknown as Route;
  expect(() => checkRules([without])).toThrow('GET /health has no authorization rule');
  expect(() => checkRules([{ ...health, access: 'everyone' as Rule }])).toThrow('has no authorization rule');
  expect(() => checkRules([{ ...health, access: 'self' }])).toThrow('neither {userId} in its path nor ownerOf');
  expect(() => checkRules([health, health])).toThrow('get /health is declared twice');
  for (const access of ['reader', 'systemReader'] as const)
    expect(() => checkRules([{ ...health, method: 'put', access }])).toThrow('changes something, but has the rule');
  const nobody = { viewer: async () => null } as never;
  const options = { routes: [without], sessions: nobody, tokens: nobody, publicUrl: 'http://localhost' };
  expect(() => createApp({} as never, options)).toThrow('The API does not start');
});

test('who may manage whom: never somebody who may more', () => {
  const of = (role: UserRole['role'], ...locationIds: string[]): UserRole => ({ role, locationIds });
  const people = [of('user'), of('locationAdministrator', 'a'), of('locationAdministrator', 'a', 'b'), of('reader')];
  const may = (own: UserRole) => [...people, of('administrator')].map((other) => mayManage(own, other));
  expect(may(of('administrator'))).toEqual([true, true, true, true, true]);
  expect(may(of('locationAdministrator', 'a'))).toEqual([true, true, false, false, false]);
  expect(may(of('locationAdministrator', 'a', 'b'))).toEqual([true, true, true, false, false]);
  expect(may(of('locationAdministrator', 'c'))).toEqual([true, false, false, false, false]);
  for (const own of [of('reader'), of('user')]) expect(may(own)).toEqual([false, false, false, false, false]);
});

const tags: Tag[] = ['Users', 'Agenda', 'Presence', 'Accounts', 'Profiles and settings', 'Relationships', 'Access'];
const rules: Rule[] = ['signedIn', 'self', 'selfOrAdministrator', 'reader', 'locationAdministrator', 'administrator'];
const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

test('whatever a route’s tag and rule: reading changes nothing, and only administration does administration', () => {
  for (const tag of [...tags, 'Set-up and sign-in', 'Audit log', 'Import'] as Tag[])
    for (const access of rules)
      for (const method of methods) {
        const of = { tag, access, method };
        const where = JSON.stringify(of);
        const changes = method !== 'get';
        if (changes) expect(tokenMay(['read', 'administration:read'], of), where).toBe(false);
        if (['reader', 'locationAdministrator', 'administrator'].includes(access)) {
          expect(tokenMay(['read', 'presence', 'accounts'], of), where).toBe(false);
          expect(tokenMay(['administration'], of), where).toBe(true);
        } else if (tag === 'Access' || (tag === 'Set-up and sign-in' && changes))
          expect(scopesFor(of), where).toBe('session');
      }
});

test('a token’s scopes cut its user’s role down, and give nothing', () => {
  const roles = ['administrator', 'locationAdministrator', 'reader', 'user'] as const;
  for (const role of roles) {
    expect(roleFor(role, ['administration'], { method: 'delete' })).toBe(role);
    expect(roleFor(role, ['administration'], { method: 'get' })).toBe(role);
    expect(roleFor(role, ['administration:read'], { method: 'get' })).toBe(role);
    expect(roleFor(role, ['administration:read'], { method: 'delete' })).toBe('user');
    expect(roleFor(role, ['read', 'presence', 'accounts'], { method: 'get' })).toBe('user');
  }
  // A program that tells claims for many is an administrator for that and nothing else.
  expect(roleFor('administrator', ['claims'], { method: 'put', scope: 'claims' })).toBe('administrator');
  expect(roleFor('administrator', ['claims'], { method: 'put' })).toBe('user');
  expect(roleFor('reader', ['claims'], { method: 'get', scope: 'claims' })).toBe('user');
  expect(roles.map((role) => grantable(role).length)).toEqual([scopes.length, scopes.length, scopes.length - 1, 4]);
});
