import { expect, test } from 'vitest';
import { parseNetwork } from '../outbound/address-rules.ts';
import { clientOf } from './client-address.ts';

const trusted = ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'].map(parseNetwork);

test.each([
  // peer, X-Forwarded-For, client
  ['192.0.2.1', undefined, '192.0.2.1'],
  ['192.0.2.1', '198.51.100.7', '192.0.2.1'], // nobody's proxy: its word means nothing
  ['127.0.0.1', undefined, '127.0.0.1'],
  ['127.0.0.1', '198.51.100.7', '198.51.100.7'],
  ['::ffff:127.0.0.1', '198.51.100.7', '198.51.100.7'],
  ['127.0.0.1', '203.0.113.1, 198.51.100.7', '198.51.100.7'], // what the client itself wrote stands further left
  ['127.0.0.1', '203.0.113.1, 198.51.100.7, 10.1.2.3', '198.51.100.7'],
  ['fd00::1', '2001:db8::5', '2001:db8::5'],
  ['127.0.0.1', '[2001:db8::5]:4711', '2001:db8::5'],
  ['127.0.0.1', '198.51.100.7:4711', '198.51.100.7'],
  ['127.0.0.1', 'unknown', '127.0.0.1'],
  ['127.0.0.1', '198.51.100.7, unknown', '127.0.0.1'],
  ['127.0.0.1', '', '127.0.0.1'],
  ['127.0.0.1', '10.1.1.1', '10.1.1.1'],
  ['unknown', '198.51.100.7', 'unknown'],
])('%s with X-Forwarded-For %s is %s', (peer, header, client) => {
  expect(clientOf(peer, header, trusted)).toBe(client);
});

test('without trusted proxies the header is never looked at', () => {
  expect(clientOf('127.0.0.1', '198.51.100.7', [])).toBe('127.0.0.1');
});
