import { describe, expect, test } from 'vitest';
import { atPointer } from './places.ts';
import { httpSettings } from './settings.ts';
import { fillAddress, fillBody, fillHeader, type Values } from './templates.ts';

const values: Values = {
  extension: '10/1?x#',
  target: '"},{"a":"',
  mode: 'all',
  status: '</status>&',
  until: '2026-03-02T09:00:00Z',
  note: 'back\r\nX-Evil: 1 – später 😀',
};

describe('a value never becomes more than a value', () => {
  test('in an address it stays one segment or one parameter', () => {
    const url = new URL(fillAddress('http://pbx/api/{{extension}}/cf?to={{ target }}', values));
    expect(url.pathname).toBe('/api/10%2F1%3Fx%23/cf');
    expect(url.searchParams.get('to')).toBe(values.target);
    expect(() => fillAddress('http://pbx/{{extension}}/cf', { ...values, extension: '..' })).toThrow(/can't stand/);
  });
  test('in JSON it stays inside its string', () => {
    const body = fillBody('{"to":"{{target}}","note":"{{note}}"}', 'application/json', values);
    expect(JSON.parse(body)).toEqual({ to: values.target, note: values.note });
  });
  test('in a form and in XML too', () => {
    const form = fillBody('to={{target}}&note={{note}}', 'application/x-www-form-urlencoded', values);
    expect([...new URLSearchParams(form)]).toEqual([
      ['to', values.target],
      ['note', values.note],
    ]);
    expect(fillBody('<a b="{{target}}">{{status}}</a>', 'text/xml', values)).toBe(
      '<a b="&quot;},{&quot;a&quot;:&quot;">&lt;/status&gt;&amp;</a>',
    );
  });
  test('in a header it can’t start another one', () => {
    expect(() => fillHeader('{{note}}', values)).toThrow(/line break/);
    expect(fillHeader('{{note}}', { ...values, note: 'später 😀' })).toBe('später ??');
  });
  test('placeholders in values are not filled in', () => {
    expect(fillHeader('{{target}}', { ...values, target: '{{note}}' })).toBe('{{note}}');
  });
});

test('JSON pointers (RFC 6901)', () => {
  const json = { 'a/b': { '~': [10, { c: null }] } };
  expect(atPointer(json, '')).toBe(json);
  expect(atPointer(json, '/a~1b/~0/0')).toBe(10);
  expect(atPointer(json, '/a~1b/~0/1/c')).toBeNull();
  expect(atPointer(json, '/a~1b/x/y')).toBeUndefined();
  expect(atPointer(json, '/constructor')).toBeUndefined();
});

test('settings are refused in words that tell what to mend', () => {
  const address = 'http://pbx/{{extension}}';
  const good = { set: { address }, clear: { address }, read: { address, target: '/target' } };
  expect(httpSettings.safeParse(good).success).toBe(true);
  const problem = (change: object) => httpSettings.safeParse({ ...good, ...change }).error?.issues[0]?.message;
  expect(problem({ set: { address: 'http://pbx/{{exten}}' } })).toMatch(
    /\{\{exten\}\} is unknown. There are: \{\{extension\}\}/,
  );
  expect(problem({ set: { address: 'http://{{target}}/' } })).toMatch(/placeholders come after the host/);
  expect(problem({ set: { address: 'ftp://pbx/' } })).toMatch(/http:\/\//);
  expect(problem({ read: { address, target: 'target' } })).toMatch(/starts with "\/"/);
  expect(problem({ voicemail: '*{{target}}' })).toMatch(/\{\{extension\}\} and nothing else/);
});

test('settings as earlier versions stored them are still read, and mean the same', () => {
  const address = 'http://pbx/{{extension}}';
  const request = { address, headers: {}, body: null };
  const stored = {
    set: { ...request, method: 'PUT', body: '{"to":"{{target}}"}' },
    clear: { ...request, method: 'DELETE' },
    read: { address, headers: {}, method: 'GET', target: '/target', mode: '/mode', notFoundIsOff: true },
    boot: { address: 'http://pbx/system', headers: {}, value: '/bootId' },
    modes: { off: 'off', all: 'always' },
    voicemail: '*{{extension}}',
    success: null,
    ...{ errorMessage: '/error', attempts: 3, timeoutMs: 5_000, requestsPerSecond: 20 },
  };
  const read = httpSettings.parse(stored);
  expect(read).toMatchObject(stored);
  expect(read).toMatchObject({ busy: null, readAll: null, lookup: null, token: null, errors: [], presence: null });
  expect(httpSettings.parse(read)).toEqual(read);
});

test('what nothing would fill is found when it is saved, with where it stands', () => {
  const address = 'http://pbx/{{extension}}';
  const good = { set: { address }, clear: { address }, read: { address, target: '/target' } };
  const problems = (change: object) =>
    httpSettings
      .safeParse({ ...good, ...change })
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  expect(problems({ set: { address: 'http://pbx/{{id}}' } })).toEqual([
    'set.address: {{id}} is the system’s own id of an extension: say in "lookup" how it is found.',
  ]);
  const found = { address: 'http://pbx/{{found.rule}}', body: { to: ['{{target}}', { deep: '{{nothing}}' }] } };
  expect(problems({ set: [{ address, keep: { rule: '/id' } }, found] })).toEqual([
    expect.stringMatching(/^set\.1\.body\.to\.1\.deep: \{\{nothing\}\} is unknown\. .*\{\{found\.rule\}\}/),
  ]);
  expect(problems({ set: [found] })?.[0]).toMatch(/^set\.0\.address: \{\{found\.rule\}\} is unknown/);
  const place = { of: 'dnd', at: '/on' };
  expect(problems({ doNotDisturb: { set: { address }, clear: { address }, on: { at: place, is: true } } })).toEqual([
    'doNotDisturb.on.at.of: There is no further request "dnd" in "read.more".',
  ]);
  expect(problems({ readAll: { address, list: '', extension: '/n' } })?.[0]).toMatch(/same for everybody/);
  expect(problems({ read: { address, target: { at: 'x' } } })?.[0]).toMatch(/^read\.target\.at: A JSON pointer/);
  expect(problems({ set: [] })?.[0]).toBe('set: At least one request is needed.');
});
