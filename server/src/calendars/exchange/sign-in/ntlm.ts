/**
 * The three messages of NTLMv2 (MS-NLMP 2.2.1, 3.3.2). Pure: time and random bytes are parameters. NTLMv1 isn't spoken.
 * Nothing is signed or sealed after the sign-in: HTTP over TLS needs none of it.
 */
import { createHash, createHmac, X509Certificate } from 'node:crypto';
import { md4 } from './md4.ts';

export interface NtlmAccount {
  user: string;
  /** '' for user@domain. */
  domain: string;
  password: string;
}

export interface NtlmChallenge {
  /** The whole message, as it came: the MIC covers it. */
  message: Buffer;
  flags: number;
  serverChallenge: Buffer;
  /** AV_PAIR by AvId (2.2.2.1). */
  targetInfo: Map<number, Buffer>;
}

const signature = Buffer.from('NTLMSSP\0', 'latin1');

/** 2.2.2.5. What Windows' own HTTP client offers. */
const flag = {
  unicode: 0x1,
  oem: 0x2,
  requestTarget: 0x4,
  ntlm: 0x200,
  alwaysSign: 0x8000,
  extendedSessionSecurity: 0x80000,
  targetInfo: 0x800000,
  version: 0x2000000,
  strong: 0x20000000,
  weak: 0x80000000,
} as const;
const offered = Object.values(flag).reduce((all, each) => (all | each) >>> 0, 0) & ~flag.targetInfo;

/** 2.2.2.10: product 10.0, revision 15 of the protocol. It is there for debugging only. */
const version = Buffer.from('0a0000000000000f', 'hex');

const av = { end: 0, flags: 6, timestamp: 7, targetName: 9, channelBindings: 10 } as const;
/** MsvAvFlags: the AUTHENTICATE message has a MIC. */
const hasMic = 0x2;
const micAt = 72;
const authenticateHead = 88;

/** NEGOTIATE_MESSAGE: without names, which the server doesn't need. */
export function negotiateMessage(): Buffer {
  const message = Buffer.alloc(40);
  signature.copy(message);
  message.writeUInt32LE(1, 8);
  message.writeUInt32LE(offered >>> 0, 12);
  version.copy(message, 32);
  return message;
}

/** Null for what is no CHALLENGE_MESSAGE. */
export function readChallenge(message: Buffer): NtlmChallenge | null {
  if (message.length < 32 || !message.subarray(0, 8).equals(signature) || message.readUInt32LE(8) !== 2) return null;
  const targetInfo = new Map<number, Buffer>();
  if (message.length >= 48) {
    const length = message.readUInt16LE(40);
    const start = message.readUInt32LE(44);
    if (start + length > message.length) return null;
    const pairs = message.subarray(start, start + length);
    for (let at = 0; at + 4 <= pairs.length; ) {
      const [id, size] = [pairs.readUInt16LE(at), pairs.readUInt16LE(at + 2)];
      if (id === av.end || at + 4 + size > pairs.length) break;
      targetInfo.set(id, pairs.subarray(at + 4, at + 4 + size));
      at += 4 + size;
    }
  }
  return { message, flags: message.readUInt32LE(20), serverChallenge: message.subarray(24, 32), targetInfo };
}

export interface AuthenticateParts {
  negotiate: Buffer;
  challenge: NtlmChallenge;
  account: NtlmAccount;
  /** 8 random bytes. */
  clientChallenge: Buffer;
  /** Where the server doesn't tell its own. Epoch milliseconds. */
  now: number;
  /** Such as HTTP/mail.example.com: a server may refuse what was meant for another (extended protection). */
  servicePrincipal: string;
  /** Of the server (DER), which binds the sign-in to this TLS connection; null without TLS. */
  certificate: Uint8Array | null;
}

/** AUTHENTICATE_MESSAGE. */
export function authenticateMessage(parts: AuthenticateParts): Buffer {
  const { challenge, account } = parts;
  const timestamp = challenge.targetInfo.get(av.timestamp);
  const key = ntowfv2(account);
  const pairs = new Map(challenge.targetInfo);
  if (timestamp) {
    const flags = Buffer.alloc(4);
    flags.writeUInt32LE(((challenge.targetInfo.get(av.flags)?.readUInt32LE() ?? 0) | hasMic) >>> 0);
    pairs.set(av.flags, flags);
  }
  pairs.set(av.targetName, utf16(parts.servicePrincipal));
  pairs.set(av.channelBindings, parts.certificate ? channelBindings(parts.certificate) : Buffer.alloc(16));
  const responses = ntlmv2Responses(key, {
    serverChallenge: challenge.serverChallenge,
    clientChallenge: parts.clientChallenge,
    time: timestamp ?? fileTime(parts.now),
    targetInfo: writePairs(pairs),
  });
  // 3.1.5.1.2: with a timestamp the LM response is empty, it would only be weaker.
  const lm = timestamp ? Buffer.alloc(24) : responses.lm;

  const head = Buffer.alloc(authenticateHead);
  signature.copy(head);
  head.writeUInt32LE(3, 8);
  const payload: Buffer[] = [];
  let offset = authenticateHead;
  const field = (at: number, value: Buffer) => {
    head.writeUInt16LE(value.length, at);
    head.writeUInt16LE(value.length, at + 2);
    head.writeUInt32LE(offset, at + 4);
    payload.push(value);
    offset += value.length;
  };
  field(28, utf16(account.domain));
  field(36, utf16(account.user));
  field(44, Buffer.alloc(0));
  field(12, lm);
  field(20, responses.nt);
  field(52, Buffer.alloc(0));
  head.writeUInt32LE(((challenge.flags & offered) | flag.unicode | (challenge.flags & flag.targetInfo)) >>> 0, 60);
  version.copy(head, 64);
  const message = Buffer.concat([head, ...payload]);
  if (timestamp) hmac(responses.sessionKey, parts.negotiate, challenge.message, message).copy(message, micAt);
  return message;
}

/** 3.3.2: the key of an account. The user name in capitals, the domain as it is. */
export function ntowfv2({ user, domain, password }: NtlmAccount): Buffer {
  return hmac(md4(utf16(password)), utf16(user.toUpperCase() + domain));
}

export interface ChallengeResponse {
  serverChallenge: Buffer;
  clientChallenge: Buffer;
  /** FILETIME. */
  time: Buffer;
  /** AV_PAIRs with their end. */
  targetInfo: Buffer;
}

/** 3.3.2, ComputeResponse. Without key exchange the session's base key is also the exported one. */
export function ntlmv2Responses(
  key: Buffer,
  { serverChallenge, clientChallenge, time, targetInfo }: ChallengeResponse,
): { nt: Buffer; lm: Buffer; sessionKey: Buffer } {
  const zeros = Buffer.alloc(4);
  const temp = Buffer.concat([Buffer.from('0101000000000000', 'hex'), time, clientChallenge, zeros, targetInfo, zeros]);
  const proof = hmac(key, serverChallenge, temp);
  return {
    nt: Buffer.concat([proof, temp]),
    lm: Buffer.concat([hmac(key, serverChallenge, clientChallenge), clientChallenge]),
    sessionKey: hmac(key, proof),
  };
}

const channelBindings = (certificate: Uint8Array): Buffer =>
  bindingsOf(createHash(hashOf(certificate)).update(certificate).digest());

/**
 * MD5 of gss_channel_bindings_struct (MS-NLMP 2.2.2.1; RFC 2744, 3.11) over tls-server-end-point (RFC 5929, 4).
 * @param hash of the server's certificate.
 */
export function bindingsOf(hash: Buffer): Buffer {
  const data = Buffer.concat([Buffer.from('tls-server-end-point:', 'latin1'), hash]);
  // No addresses of either side: four empty fields.
  const head = Buffer.alloc(20);
  head.writeUInt32LE(data.length, 16);
  return createHash('md5').update(head).update(data).digest();
}

/** The certificate's own hash, SHA-256 in place of those that are too weak. */
function hashOf(certificate: Uint8Array): string {
  const [, bits] = /sha-?(384|512)/i.exec(new X509Certificate(certificate).signatureAlgorithm ?? '') ?? [];
  return `sha${bits ?? 256}`;
}

function writePairs(pairs: ReadonlyMap<number, Buffer>): Buffer {
  const written = [...pairs].map(([id, value]) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id, 0);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value]);
  });
  return Buffer.concat([...written, Buffer.alloc(4)]);
}

/** 100 ns since 1601. */
function fileTime(epochMilliseconds: number): Buffer {
  const written = Buffer.alloc(8);
  written.writeBigUInt64LE((BigInt(Math.floor(epochMilliseconds)) + 11_644_473_600_000n) * 10_000n);
  return written;
}

const utf16 = (text: string) => Buffer.from(text, 'utf16le');

function hmac(key: Buffer, ...parts: readonly Buffer[]): Buffer {
  const made = createHmac('md5', key);
  for (const part of parts) made.update(part);
  return made.digest();
}
