/** Against the numbers that Microsoft publishes (MS-NLMP 4.2.4) and RFC 1320, appendix A.5. */
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { md4 } from './md4.ts';
import { authenticateMessage, bindingsOf, negotiateMessage, ntlmv2Responses, ntowfv2, readChallenge } from './ntlm.ts';
import { accountOf } from './ntlm-sign-in.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s+/g, ''), 'hex');

test.each([
  ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
  ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
  ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
  ['message digest', 'd9130a8164549fe818874806e1c7014b'],
  ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', '043f8582f241db351ce627e153e7f0e4'],
  ['1234567890'.repeat(8), 'e33b4ddc9c38f2199c3e7b164fcc0536'],
])('MD4 of "%s"', (text, digest) => {
  expect(md4(Buffer.from(text)).toString('hex')).toBe(digest);
});

const account = { user: 'User', domain: 'Domain', password: 'Password' };
const serverChallenge = hex('0123456789abcdef');
const clientChallenge = hex('aaaaaaaaaaaaaaaa');
const targetInfo = hex('02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000');

test('NTLMv2’s key and responses are the published ones', () => {
  const key = ntowfv2(account);
  expect(key.toString('hex')).toBe('0c868a403bfd7a93a3001ef22ef02e3f');
  const { nt, lm, sessionKey } = ntlmv2Responses(key, {
    serverChallenge,
    clientChallenge,
    time: Buffer.alloc(8),
    targetInfo,
  });
  expect(nt.subarray(0, 16).toString('hex')).toBe('68cd0ab851e51c96aabc927bebef6a1c');
  const head = hex('0101000000000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000');
  expect(nt.subarray(16)).toEqual(Buffer.concat([head, targetInfo, Buffer.alloc(4)]));
  expect(lm.toString('hex')).toBe('86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa');
  expect(sessionKey.toString('hex')).toBe('8de40ccadbc14a82f15cb0ad0de95ca3');
});

/** The published CHALLENGE_MESSAGE (4.2.4.3), with other pairs. */
function challengeMessage(pairs: Buffer): Buffer {
  const head = hex(`4e544c4d53535000 02000000 0c000c0038000000 33828ae2 0123456789abcdef 0000000000000000
    0000000044000000 0600701700 00000f 530065007200760065007200`);
  head.writeUInt16LE(pairs.length, 40);
  head.writeUInt16LE(pairs.length, 42);
  return Buffer.concat([head, pairs]);
}

/** Where a field of the AUTHENTICATE_MESSAGE lies (2.2.1.3). */
const fieldAt = (message: Buffer, at: number) =>
  message.subarray(message.readUInt32LE(at + 4), message.readUInt32LE(at + 4) + message.readUInt16LE(at));

test('a server that tells its time gets a proof over all three messages, and no LM response', () => {
  const time = hex('0090d336b734c301');
  const stamped = Buffer.concat([targetInfo.subarray(0, -4), hex('07000800'), time, Buffer.alloc(4)]);
  const challenge = readChallenge(challengeMessage(stamped))!;
  expect(challenge.serverChallenge).toEqual(serverChallenge);
  const negotiate = negotiateMessage();
  const message = authenticateMessage({
    ...{ negotiate, challenge, account, clientChallenge, now: 0, certificate: null },
    servicePrincipal: 'HTTP/mail.example.com',
  });
  expect(fieldAt(message, 36).toString('utf16le')).toBe('User');
  expect(fieldAt(message, 28).toString('utf16le')).toBe('Domain');
  expect(fieldAt(message, 12)).toEqual(Buffer.alloc(24));
  const nt = fieldAt(message, 20);
  expect(nt.subarray(24, 32)).toEqual(time);
  const told = nt.subarray(44).toString('hex');
  // MsvAvFlags: there is a MIC. MsvAvTargetName and empty MsvAvChannelBindings.
  expect(told).toContain('0600040002000000');
  expect(told).toContain(Buffer.from('HTTP/mail.example.com', 'utf16le').toString('hex'));
  expect(told).toContain(`0a001000${'00'.repeat(16)}`);
  const key = ntowfv2(account);
  const proof = createHmac('md5', key).update(serverChallenge).update(nt.subarray(16)).digest();
  expect(nt.subarray(0, 16)).toEqual(proof);
  const mic = Buffer.from(message.subarray(72, 88));
  const without = Buffer.from(message).fill(0, 72, 88);
  const sessionKey = createHmac('md5', key).update(proof).digest();
  const expected = createHmac('md5', sessionKey).update(negotiate).update(challenge.message).update(without).digest();
  expect(mic).toEqual(expected);
});

test('a server that doesn’t gets our time, an LM response, and no MIC', () => {
  const challenge = readChallenge(challengeMessage(targetInfo))!;
  const message = authenticateMessage({
    ...{ negotiate: negotiateMessage(), challenge, account, clientChallenge, certificate: null },
    // 2003-06-16T18:39:26.041Z
    now: 1_055_788_766_041,
    servicePrincipal: 'HTTP/mail.example.com',
  });
  expect(fieldAt(message, 12).toString('hex')).toBe('86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa');
  expect(fieldAt(message, 20).readBigUInt64LE(24)).toBe(127_002_623_660_410_000n);
  expect(message.subarray(72, 88)).toEqual(Buffer.alloc(16));
});

test('what is no challenge isn’t taken for one', () => {
  for (const each of ['', '4e544c4d53535000', '4e544c4d5353500001000000', `4e544c4d5353500002000000${'ff'.repeat(40)}`])
    expect(readChallenge(hex(each))).toBe(null);
  // Pairs that say they are longer than what is there.
  expect(readChallenge(challengeMessage(hex('0200ffff4400')))!.targetInfo.size).toBe(0);
});

test('user names are taken apart at the backslash only', () => {
  expect(accountOf('CORP\\svc', 'x')).toEqual({ domain: 'CORP', user: 'svc', password: 'x' });
  expect(accountOf('svc@corp.example', 'x')).toEqual({ domain: '', user: 'svc@corp.example', password: 'x' });
});

test('the channel is bound to as other implementations do it', () => {
  // A value that several clients of NTLM test themselves against.
  const hash = hex('e3ca49271e5089cc48ce82109f1324f41dbeddc29a777410c738f7868c4ff405');
  expect(bindingsOf(hash).toString('hex')).toBe('6ea19df066da4622051f9c4f92c6df74');
});
