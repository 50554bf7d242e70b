import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isInternal, parseNetwork, whyRefused, whyRefusedToAdministrators } from './address-rules.ts';

test.each([
  ['8.8.8.8', null],
  ['2a00:1450:4001:80b::200e', null],
  ['64:ff9b::808:808', null], // NAT64 of 8.8.8.8
  ['::ffff:8.8.8.8', null],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['0.0.0.0', 'unspecified'],
  ['10.0.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.1.1', 'private'],
  ['169.254.169.254', 'link-local'],
  ['100.64.0.1', 'carrier-grade NAT'],
  ['100.100.100.200', 'carrier-grade NAT'], // a cloud's metadata
  ['168.63.129.16', 'cloud platform'],
  ['192.0.0.192', 'reserved'],
  ['198.18.0.1', 'reserved'],
  ['224.0.0.1', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  ['240.0.0.1', 'reserved'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'not an IP address'],
  ['fc00::1', 'private'],
  ['fd00:ec2::254', 'private'],
  ['fec0::1', 'reserved'],
  ['ff02::1', 'multicast'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:a9fe:a9fe', 'link-local'],
  ['::127.0.0.1', 'reserved'],
  ['64:ff9b::7f00:1', 'loopback'],
  ['64:ff9b:1::1', 'local NAT64'],
  ['::8.8.8.8', 'reserved'],
  ['2002:7f00:1::', '6to4'],
  ['2001:0:53aa:64c:0:fbff:80ff:fffe', 'Teredo'],
  ['2a00:1450::5efe:a00:1', 'ISATAP'],
  ['2001:db8::1', 'reserved'],
  ['0177.0.0.1', 'not an IP address'],
  ['0x7f.1', 'not an IP address'],
  ['2130706433', 'not an IP address'],
  ['', 'not an IP address'],
])('%s', (address, reason) => {
  if (reason === null) expect(whyRefused(address, [])).toBeNull();
  else expect(whyRefused(address, [])).toContain(reason);
});

test('an allowed network permits exactly what lies in it, also when the address comes wrapped in IPv6', () => {
  const allowed = [parseNetwork('10.20.0.0/16'), parseNetwork('fd12::/16'), parseNetwork('127.0.0.1')];
  for (const address of ['10.20.255.1', '::ffff:10.20.0.1', '64:ff9b::a14:1', 'fd12::9', '127.0.0.1']) {
    expect(whyRefused(address, allowed), address).toBeNull();
  }
  for (const address of ['10.21.0.0', '::ffff:10.19.255.255', 'fd13::9', '127.0.0.2', '::1']) {
    expect(whyRefused(address, allowed), address).not.toBeNull();
  }
});

test.each([
  '10.0.0.0/33',
  '10.0.0/8',
  'fd00::/129',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  'localhost',
  '',
  '010.0.0.1',
  '1.2.3.4/-1',
])('no network: %s', (text) => expect(() => parseNetwork(text)).toThrow('is not a network'));

const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
/** The same ranges as whole numbers, written down a second time from the IANA registry. */
const notGlobal: [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['168.63.129.16', 32],
];
const asNumber = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const isGlobal = (text: string) =>
  !notGlobal.some(([base, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(asNumber(text) / size) === Math.floor(asNumber(base) / size);
  });
/** Half of the draws lie in a special range: drawn evenly they would be rare. */
const ipv4 = fc.oneof(
  octets.map((parts) => parts.join('.')),
  fc.tuple(fc.constantFrom(...notGlobal), fc.nat()).map(([[base, bits], offset]) => {
    const value = asNumber(base) + (offset % 2 ** (32 - bits));
    return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
  }),
);

test('IPv4: permitted exactly when the IANA registry calls it global', () => {
  fc.assert(
    fc.property(ipv4, (address) => (whyRefused(address, []) === null) === isGlobal(address)),
    { numRuns: 5000 },
  );
});

test('an IPv4 address is judged alike however IPv6 wraps it, and never permitted by a tunnel form', () => {
  fc.assert(
    fc.property(ipv4, (address) => {
      const verdict = whyRefused(address, []);
      const [a, b, c, d] = address.split('.').map(Number) as [number, number, number, number];
      const hex = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
      expect(whyRefused(`::ffff:${address}`, [])).toBe(verdict);
      expect(whyRefused(`::ffff:${hex}`, [])).toBe(verdict);
      expect(whyRefused(`64:ff9b::${hex}`, [])).toBe(verdict);
      expect(whyRefused(`::ffff:0:${hex}`, [])).toBe(verdict);
      expect(whyRefused(`2002:${hex}::1`, [])).not.toBeNull();
      expect(whyRefused(`::${hex}`, [])).not.toBeNull();
    }),
    { numRuns: 2000 },
  );
});

test('IPv6: only 2000::/3 can ever be permitted, and whatever is not permitted counts as internal', () => {
  const part = fc.nat(0xffff).map((value) => value.toString(16));
  fc.assert(
    fc.property(fc.array(part, { minLength: 8, maxLength: 8 }), (parts) => {
      const address = parts.join(':');
      const refused = whyRefused(address, []);
      const wrapped = address.startsWith('0:0:0:0:') || address.startsWith('64:ff9b:');
      if (refused === null && !wrapped) expect(Number.parseInt(parts[0]!, 16) >> 13).toBe(1);
      expect(isInternal(address, [])).toBe(refused !== null);
    }),
    { numRuns: 5000 },
  );
});

test('any text is answered, never permitted by accident', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-fx.:%[\]/]{0,40}$/)), (text) => {
      const verdict = whyRefused(text, []);
      if (verdict === null) expect(text).toMatch(/^[0-9a-f.:]+$/i);
    }),
    { numRuns: 3000 },
  );
});

test('administrators reach what is private, but no link-local address and no metadata service that isn’t allowed', () => {
  for (const address of ['127.0.0.1', '10.0.0.1', '192.168.1.1', '100.64.0.1', '::1', 'fd00::1', '8.8.8.8'])
    expect(whyRefusedToAdministrators(address, []), address).toBeNull();
  for (const address of [
    ...['169.254.169.254', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', 'fe80::1', 'fe80::1%eth0'],
    ...['168.63.129.16', '100.100.100.200', 'fd00:ec2::254'],
  ])
    expect(whyRefusedToAdministrators(address, []), address).not.toBeNull();
  expect(whyRefusedToAdministrators('169.254.169.254', [parseNetwork('169.254.0.0/16')])).toBeNull();
});
