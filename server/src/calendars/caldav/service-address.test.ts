import { expect, test } from 'vitest';
import { type ServiceResolver, serviceAddress } from './service-address.ts';
import { mayReceiveCredentials } from './trust.ts';

const dns = (records: { name: string; port: number; priority: number }[], txt: string[][] = []): ServiceResolver => ({
  resolveSrv: async () => records.map((record) => ({ weight: 1, ...record })),
  resolveTxt: async () => txt,
});
const nothing = dns([]);
const candidates = async (text: string, resolver = nothing) =>
  (await serviceAddress(text, resolver)).candidates.map(({ href }) => href);

test.each([
  ['https://cloud.example.com', ['https://cloud.example.com/.well-known/caldav', 'https://cloud.example.com/']],
  [' cloud.example.com ', ['https://cloud.example.com/.well-known/caldav', 'https://cloud.example.com/']],
  ['mailto:anna@example.com', ['https://example.com/.well-known/caldav', 'https://example.com/']],
  ['"an@na"@example.com', ['https://example.com/.well-known/caldav', 'https://example.com/']],
  ['bücher.example', ['https://xn--bcher-kva.example/.well-known/caldav', 'https://xn--bcher-kva.example/']],
  [
    'cloud.example.com/dav#x',
    ['https://cloud.example.com/dav', 'https://cloud.example.com/.well-known/caldav', 'https://cloud.example.com/'],
  ],
  [
    'http://127.0.0.1:5232/anna/',
    ['http://127.0.0.1:5232/anna/', 'http://127.0.0.1:5232/.well-known/caldav', 'http://127.0.0.1:5232/'],
  ],
])('%s', async (text, expected) => expect(await candidates(text)).toEqual(expected));

test('servers that DNS names come first, by priority, with the path of the TXT record', async () => {
  const records = [
    { name: 'second.example.com', port: 8443, priority: 20 },
    { name: 'first.example.com', port: 443, priority: 10 },
  ];
  expect((await candidates('anna@example.com', dns(records))).slice(0, 2)).toEqual([
    'https://first.example.com/.well-known/caldav',
    'https://second.example.com:8443/.well-known/caldav',
  ]);
  expect((await candidates('anna@example.com', dns(records, [['path=/remote', '.php/dav']])))[0]).toBe(
    'https://first.example.com/remote.php/dav',
  );
  // "." says that the service is not offered (RFC 2782).
  expect(await candidates('anna@example.com', dns([{ name: '.', port: 0, priority: 0 }]))).toHaveLength(2);
  const broken = { resolveSrv: () => Promise.reject(new Error('x')), resolveTxt: () => Promise.reject(new Error('x')) };
  expect(await candidates('anna@example.com', broken)).toHaveLength(2);
});

test.each(['', 'ftp://example.com', 'file:///etc/passwd', 'https://anna:secret@example.com/', 'http://['])(
  'refused: %s',
  async (text) => {
    const error = await serviceAddress(text, nothing).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ errorClass: 'refused' });
    expect((error as Error).message).not.toContain('anna:secret');
  },
);

test.each([
  ['https://example.com', 'https://example.com/dav/', true],
  ['https://example.com', 'https://caldav.example.com/', true],
  ['https://caldav.example.com', 'https://p42-caldav.example.com/', true],
  ['https://caldav.example.com', 'https://example.com/', true],
  ['https://example.com', 'https://example.com:8443/', true],
  ['http://127.0.0.1:5232', 'http://127.0.0.1:5232/x', true],
  ['http://cloud.example.com', 'https://cloud.example.com/', true],
  ['https://example.com', 'http://example.com/', false],
  ['https://example.com', 'https://badexample.com/', false],
  ['https://example.com', 'https://example.com.bad.test/', false],
  ['https://example.co.uk', 'https://other.co.uk/', false],
  ['https://caldav.example.co.uk', 'https://mail.example.co.uk/', true],
  ['https://example.com', 'https://other.com/', false],
  ['https://10.0.0.1', 'https://10.0.0.2/', false],
  ['http://127.0.0.1:5232', 'http://127.0.0.1:80/', false],
])('credentials for %s may go to %s: %s', (typed, target, allowed) => {
  expect(mayReceiveCredentials(new URL(typed), new URL(target))).toBe(allowed);
});
