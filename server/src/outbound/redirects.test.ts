import { expect, test } from 'vitest';
import { followRedirect, type Hop } from './redirects.ts';

const hop = (over: Partial<Hop> = {}): Hop => ({
  url: new URL('https://calendar.example.com/.well-known/caldav'),
  method: 'PROPFIND',
  headers: { Authorization: 'Basic c2VjcmV0', 'x-api-key': 'secret', depth: '0', 'content-type': 'application/xml' },
  body: '<propfind/>',
  ...over,
});

test('within an origin everything goes along, PROPFIND stays PROPFIND', () => {
  expect(followRedirect(hop(), 301, '/dav/')).toEqual(hop({ url: new URL('https://calendar.example.com/dav/') }));
});

test.each(['https://other.example.com/dav/', 'https://calendar.example.com:8443/dav/', '//other.example.com/'])(
  'credentials and unknown headers stay behind when the origin changes: %s',
  (location) => {
    const next = followRedirect(hop(), 307, location) as Hop;
    expect(next.headers).toEqual({ depth: '0', 'content-type': 'application/xml' });
    expect(next.body).toBe('<propfind/>');
  },
);

test.each([
  ['http://calendar.example.com/dav/', 'unencrypted'],
  ['https://user:pass@other.example.com/', 'user name or password'],
  ['ftp://calendar.example.com/', 'not http'],
  ['javascript:alert(1)', 'not http'],
  ['http://[', 'not an address'],
])('refused: %s', (location, reason) => {
  expect(followRedirect(hop(), 302, location)).toEqual({ refused: expect.stringContaining(reason) });
});

test('without credentials http may follow https, as browsers once did for feeds', () => {
  const next = followRedirect(
    hop({ method: 'GET', headers: { accept: '*/*' }, body: undefined }),
    302,
    'http://a.example/x',
  );
  expect(next).toMatchObject({ url: new URL('http://a.example/x') });
});

test('a body that changes something is not carried to another server; 303 asks with GET', () => {
  const post = hop({ method: 'POST', body: 'pin=1234' });
  expect(followRedirect(post, 307, 'https://other.example.com/')).toHaveProperty('refused');
  expect(followRedirect(post, 303, 'https://other.example.com/')).toMatchObject({ method: 'GET', body: undefined });
  expect(followRedirect(post, 302, '/done')).toMatchObject({ method: 'GET', body: undefined });
  expect(followRedirect(post, 308, '/again')).toMatchObject({ method: 'POST', body: 'pin=1234' });
});
