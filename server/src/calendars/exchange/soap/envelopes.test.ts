import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seedOfThisRun } from '../../../../../test/seed.ts';
import { type Envelope, envelopesOf, noticeLimits, onlyEnvelope } from './envelopes.ts';
import { childNamed, textAt } from './reading.ts';
import { messagesNamespace, soapNamespace, typesNamespace } from './request.ts';

const seed = seedOfThisRun();
console.log(`envelopes: WHENABOUTS_SEED=${seed}`);

/** As different as servers write them; `text` escaped already. */
const written = (text: string, { s, m, t, head, declared }: typeof exchange) => {
  const open = (prefix: string, name: string) => (prefix ? `${prefix}:${name}` : name);
  const declares = (prefix: string, namespace: string) => ` xmlns${prefix && `:${prefix}`}="${namespace}"`;
  const [envelope, body] = [open(s, 'Envelope'), open(s, 'Body')];
  const [answer, value] = [open(m, 'Answer'), open(t, 'Value')];
  return `${declared ? '<?xml version="1.0" encoding="utf-8"?>' : ''}<${envelope}${declares(s, soapNamespace)}>${head}<${body}><${answer}${declares(m, messagesNamespace)}><${value}${declares(t, typesNamespace)} Id="a&amp;b">${text}</${value}></${answer}></${body}></${envelope}>`;
};
const exchange = { s: 's', m: 'm', t: 't', declared: true, head: '<s:Header/>' };
const others = [
  exchange,
  { ...exchange, declared: false, head: '' },
  { s: 'SOAP', m: '', t: '', declared: false, head: '<SOAP:Header><!-- c --><x:y xmlns:x="urn:x"/></SOAP:Header>\r\n' },
  { s: '', m: 'soap', t: 'm', declared: true, head: '<Header></Header>' },
];

async function* cut(bytes: Uint8Array, at: readonly number[]) {
  const places = [...new Set(at.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const place of [...places, bytes.length]) {
    yield bytes.subarray(from, place);
    from = place;
  }
}
const all = (text: string, at: readonly number[] = []) =>
  Array.fromAsync(envelopesOf(cut(Buffer.from(text), at), 'mail.example.com', noticeLimits));
const valueIn = ({ body }: Envelope) => textAt(body, 'Value');

test('any row of envelopes cut anywhere is read the same', async () => {
  const text = fc.stringMatching(/^[a-zäß😀 &<>\r\n]{0,20}$/u);
  const one = fc.record({ text, way: fc.constantFrom(...others), gap: fc.constantFrom('', '\r\n', ' \n ', '\ufeff') });
  await fc.assert(
    fc.asyncProperty(fc.array(one, { maxLength: 4 }), fc.array(fc.nat(3_000), { maxLength: 40 }), async (row, at) => {
      const escaped = (raw: string) =>
        raw.replace(/[&<>\r]/g, (character) => `&#x${character.charCodeAt(0).toString(16)};`);
      const whole = row.map((each) => `${each.gap}${written(escaped(each.text), each.way)}`).join('');
      const read = await all(whole, at);
      expect(read.map(valueIn)).toEqual(row.map((each) => each.text));
      for (const { body } of read) expect(childNamed(body, 'Value')?.attributes.Id).toBe('a&b');
    }),
    { seed, numRuns: Number(process.env.WHENABOUTS_RUNS ?? 300) },
  );
});

test('characters that XML doesn’t allow are left out, wherever they are cut', async () => {
  const text = written('a\u0007b&#x1;c&#31;d', exchange);
  for (let at = 0; at < text.length; at++) expect((await all(text, [at])).map(valueIn)).toEqual(['abcd']);
});

const deep = (levels: number) => written(`${'<a>'.repeat(levels)}${'</a>'.repeat(levels)}`, exchange);
test.each([
  [
    'a document type',
    `<!DOCTYPE a [<!ENTITY b "c">]>${written('&b;', { ...exchange, declared: false })}`,
    'document type',
  ],
  ['an entity', written('&b;', exchange), 'undefined entity'],
  ['something else', '<html><body>Sign in</body></html>', '“html” stands where a SOAP envelope was expected'],
  ['another namespace', written('a', exchange).replace(soapNamespace, 'urn:x'), 'SOAP envelope was expected'],
  ['nesting', deep(80), 'nested too deeply'],
  ['length', written('a'.repeat(noticeLimits.length), exchange), 'too long'],
  ['many elements', written('<a/>'.repeat(noticeLimits.elements), exchange), 'too many elements'],
  ['an end too early', written('a', exchange).slice(0, -3), 'can’t be read'],
  ['an empty body', `<s:Envelope xmlns:s="${soapNamespace}"><s:Body/></s:Envelope>`, 'its body is empty'],
])('%s is refused with what is wrong', async (_, text, reason) => {
  await expect(all(text, [500])).rejects.toMatchObject({ errorClass: 'malformed' });
  await expect(all(text)).rejects.toThrow(reason);
});

test('of a single answer the first envelope counts, whatever follows', async () => {
  const whole = `${written('first', exchange)}<<<`;
  expect(valueIn(await onlyEnvelope(cut(Buffer.from(whole), []), 'mail.example.com'))).toBe('first');
  await expect(onlyEnvelope(cut(Buffer.from(' \n'), []), 'mail.example.com')).rejects.toThrow('it is empty');
});

test('other charsets are read as told', async () => {
  const bytes = Buffer.from(written('Übung', exchange), 'latin1');
  expect(valueIn(await onlyEnvelope(cut(bytes, []), 'mail.example.com', 'iso-8859-1'))).toBe('Übung');
});
