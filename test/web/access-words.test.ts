import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../server/src/api/schemas/access.ts';
import { sentenceOf } from '../../web/src/administration/audit/audit-sentence.ts';
import { fieldChanges } from '../../web/src/administration/audit/field-changes.ts';
import { deviceOf } from '../../web/src/settings/security/device.ts';

describe('what an entry of the audit log changed', () => {
  it('is told field by field, down to where it differs', () => {
    const before = { name: 'A', window: { daysBack: 1, daysAhead: 30 }, days: [1, 2], note: null };
    const after = { name: 'A', window: { daysBack: 7, daysAhead: 30 }, days: [1, 2, 3], note: 'x' };
    expect(fieldChanges(before, after)).toEqual([
      { path: 'window.daysBack', from: 1, to: 7 },
      { path: 'days', from: [1, 2], to: [1, 2, 3] },
      { path: 'note', from: null, to: 'x' },
    ]);
  });

  it('goes into groups of fields that are new or gone, and shows whole what became another kind of thing', () => {
    expect(fieldChanges(null, { window: { daysBack: 1 } })).toEqual([
      { path: 'window.daysBack', from: undefined, to: 1 },
    ]);
    expect(fieldChanges({ target: { kind: 'mobile' } }, { target: null })).toEqual([
      { path: 'target.kind', from: 'mobile', to: undefined },
    ]);
    expect(fieldChanges({ target: { kind: 'mobile' } }, { target: '201' })).toEqual([
      { path: 'target', from: { kind: 'mobile' }, to: '201' },
    ]);
    expect(fieldChanges({ settings: {} }, { settings: {} })).toEqual([]);
  });

  const entry = (action: string, kind: string, after: AuditEntry['after'] = null, name = 'Ada'): AuditEntry => ({
    ...{ id: 1, at: '2026-11-22T10:00:00Z', actor: { id: null, name: 'W' }, via: 'system' },
    ...{ action, subject: { kind, id: null, name }, before: null, after },
  });
  it.each([
    [entry('change', 'user'), null],
    [entry('run', 'user', { leaving: '1', step: 'eraseData' }), 'leavingStep'],
    [entry('run', 'user', { invited: true }), 'invited'],
    [entry('run', 'user', { reset: { profiles: 1 } }), 'reset'],
    [entry('run', 'phoneSystem'), null],
    [entry('signIn', 'signIn'), 'signedIn'],
    [entry('refuse', 'signIn'), 'refused'],
    [entry('refuse', 'signIn', null, ''), 'refusedUnknown'],
    [entry('run', 'presence'), 'presence'],
  ])('%j', (given, expected) => expect(sentenceOf(given)).toBe(expected));
});

describe('a browser, of what it says of itself', () => {
  const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)';
  it.each([
    [`${windows} Chrome/140.0.0.0 Safari/537.36`, 'Chrome', 'Windows'],
    [`${windows} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`, 'Edge', 'Windows'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox', 'Linux'],
    ['Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36', 'Chrome', 'Android'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari',
      'iPhone',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15',
      'Safari',
      'macOS',
    ],
    ['curl/8.5.0', null, null],
  ])('%s', (userAgent, browser, system) => expect(deviceOf(userAgent)).toEqual({ browser, system }));
});
