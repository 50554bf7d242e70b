import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyOf } from './listing.ts';
import { davNamespace, parseMultistatus, parsePreconditions, propertyText } from './multistatus.ts';

const wrap = (inner: string) => `<?xml version="1.0"?><d:multistatus xmlns:d="DAV:">${inner}</d:multistatus>`;
const read = (text: string) => parseMultistatus(text, 'example.com');

test('properties count when found, whatever the prefix; texts come whole from entities and CDATA', () => {
  const { responses, syncToken } = read(
    wrap(
      '<response xmlns="DAV:"><href> /a%20b.ics\n</href><propstat><prop><getetag>"1&amp;2&#x41;"</getetag><displayname><![CDATA[<x>]]></displayname></prop>' +
        '<status>HTTP/1.1 200 OK</status></propstat><propstat><prop><owner>nobody</owner></prop><status>HTTP/1.1 404 Not Found</status></propstat></response>' +
        '<d:response><d:href>/gone.ics</d:href><d:href>/gone-too.ics</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response><d:sync-token> t1 </d:sync-token>',
    ),
  );
  expect(syncToken).toBe('t1');
  expect(responses.map(({ href, status }) => [href, status])).toEqual([
    ['/a%20b.ics', null],
    ['/gone.ics', 404],
    ['/gone-too.ics', 404],
  ]);
  const [first] = responses;
  expect(propertyText(first!, davNamespace, 'getetag')).toBe('"1&2A"');
  expect(propertyText(first!, davNamespace, 'displayname')).toBe('<x>');
  expect(propertyText(first!, davNamespace, 'owner')).toBeNull();
});

const bomb = `<!DOCTYPE d [<!ENTITY a "${'x'.repeat(1000)}"><!ENTITY b "${'&a;'.repeat(1000)}">]>`;
test.each([
  ['an entity bomb', `<?xml version="1.0"?>${bomb}<d:multistatus xmlns:d="DAV:">&b;</d:multistatus>`, 'document type'],
  ['an external entity', '<!DOCTYPE d SYSTEM "file:///etc/passwd"><d/>', 'document type'],
  ['an entity nobody declared', wrap('<d:response>&secret;</d:response>'), 'undefined entity'],
  ['endless nesting', wrap('<x>'.repeat(100_000)), 'nested too deeply'],
  ['half an answer', wrap('<d:response><d:href>/a</d:href>').slice(0, -30), 'can’t be read'],
  ['a web page', '<html><body><p>Sign in<br></body></html>', '“html”'],
  ['nothing', '', 'can’t be read'],
  ['another document', '<d:error xmlns:d="DAV:"/>', '“error”'],
  ['no XML', 'BEGIN:VCALENDAR', 'can’t be read'],
])('refused as malformed: %s', (_, text, reason) => {
  expect(() => read(text)).toThrow(
    expect.objectContaining({ errorClass: 'malformed', message: expect.stringContaining(reason) }),
  );
});

test('characters that XML forbids cost nothing, raw or as references', () => {
  const { responses } = read(wrap('<d:response><d:href>/a\0\u0001&#0;&#x1F;&#11;&#9;b</d:href></d:response>'));
  expect(responses[0]!.href).toBe('/a\tb');
});

test('any text is read or refused, never anything else', () => {
  const piece = fc.constantFrom(
    '<d:response>',
    '</d:response>',
    '<d:href>',
    '</d:href>',
    '&amp;',
    '&#0;',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '/a',
    '<',
    '>',
    '"',
    '<x y="z"/>',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 40 }), (pieces) => {
      try {
        expect(Array.isArray(read(wrap(pieces.join(''))).responses)).toBe(true);
      } catch (error) {
        expect(error).toMatchObject({ errorClass: 'malformed' });
      }
    }),
    { numRuns: 2000 },
  );
});

test('preconditions are read from error bodies, and from nothing else', () => {
  expect(parsePreconditions('<?xml version="1.0"?><D:error xmlns:D="DAV:"><D:valid-sync-token/></D:error>')).toEqual([
    'valid-sync-token',
  ]);
  expect(parsePreconditions('Forbidden')).toEqual([]);
});

const collection = new URL('https://dav.example.com/calendars/anna%40example.com/work/');
test.each(['a b.ics', 'ü.ics', 'p/q.ics', '100%.ics', 'anna@example.com.ics', '&<>.ics'])(
  'all spellings of an href are one key: %s',
  (name) => {
    const key = keyOf(encodeURIComponent(name), collection);
    const everyByte = [...Buffer.from(name)]
      .map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`)
      .join('');
    for (const href of [
      `/calendars/anna@example.com/work/${encodeURIComponent(name)}`,
      `/calendars/anna%40example.com/work/${everyByte}`,
      `/calendars/anna%40example.com/work/${everyByte.toLowerCase()}`,
      `https://dav.example.com/calendars/anna@example.com/work/${everyByte}`,
      `http://dav.example.com:8080/calendars/anna%40example.com/work/${everyByte}`,
      `./${everyByte}`,
    ]) {
      expect(keyOf(href, collection), href).toBe(key);
    }
    expect(keyOf(`http://inner:8080/calendars/anna@example.com/work/${everyByte}`, collection)).toBe(key);
    expect(keyOf('x'.repeat(3000), collection)).toBeNull();
  },
);
