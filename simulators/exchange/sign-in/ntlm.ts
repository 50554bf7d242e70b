/**
 * NTLM as a server takes it (MS-NLMP, over HTTP as MS-NTHT): a challenge to a NEGOTIATE, then NTLMv2's proof in the
 * AUTHENTICATE, and its MIC where the client says there is one. It signs a connection in, not a request. NTLMv1 is refused.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ServiceAccount, World } from '../world.ts';
import { md4 } from './md4.ts';
import { accountBy, unauthorized, type Verdict, type Verify } from './sign-in.ts';

interface Conversation {
  negotiate: Buffer;
  challenge: Buffer;
  serverChallenge: Buffer;
  account: ServiceAccount | null;
}

const signature = Buffer.from('NTLMSSP\0', 'latin1');
const flags = {
  ...{ unicode: 0x1, requestTarget: 0x4, ntlm: 0x200, alwaysSign: 0x8000, targetIsDomain: 0x10000 },
  ...{ extendedSession: 0x80000, targetInfo: 0x800000, version: 0x2000000, keyExchange: 0x40000000 },
};
const hmacMd5 = (key: Uint8Array, ...parts: Uint8Array[]) =>
  createHmac('md5', key).update(Buffer.concat(parts)).digest();
const utf16 = (text: string) => Buffer.from(text, 'utf16le');

export interface Ntlm {
  verify: Verify;
  /** The same inside of Negotiate. */
  negotiate: Verify;
  /** Of a connection that is signed in already. */
  signed: (connection: object) => ServiceAccount | null;
  /** Handshakes that were begun, and those that ended well: a client that keeps its connection needs few. */
  counts: { begun: number; done: number };
}

export function ntlm(world: World): Ntlm {
  const conversations = new WeakMap<object, Conversation>();
  const counts = { begun: 0, done: 0 };

  const by = (scheme: string): Verify => {
    return (credential, { connection }): Verdict => {
      const message = Buffer.from(credential, 'base64');
      if (!message.subarray(0, 8).equals(signature) || message.length < 16) return null;
      const type = message.readUInt32LE(8);
      if (type === 1) {
        counts.begun++;
        const serverChallenge = randomBytes(8);
        const challenge = challengeMessage(world, serverChallenge);
        conversations.set(connection, { negotiate: message, challenge, serverChallenge, account: null });
        return unauthorized(world, `${scheme} ${challenge.toString('base64')}`);
      }
      const conversation = conversations.get(connection);
      conversations.delete(connection); // A challenge is good once.
      const account = type === 3 && conversation ? proven(world, message, conversation) : null;
      if (account) {
        counts.done++;
        conversations.set(connection, { ...conversation!, account });
      }
      return account;
    };
  };
  return {
    ...{ verify: by('NTLM'), negotiate: by('Negotiate'), counts },
    signed: (connection) => conversations.get(connection)?.account ?? null,
  };
}

/** CHALLENGE_MESSAGE (2.2.1.2). */
function challengeMessage(world: World, serverChallenge: Buffer): Buffer {
  const domain = world.accounts[0]?.domain ?? 'CONTOSO';
  const name = utf16(domain);
  const stamp = Buffer.alloc(8);
  // 100-nanosecond intervals since 1601.
  stamp.writeBigUInt64LE((BigInt(Math.floor(world.clock.now())) + 11_644_473_600_000n) * 10_000n);
  const pair = (id: number, value: Buffer) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id, 0);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value]);
  };
  const info = Buffer.concat([
    pair(2, name),
    pair(1, utf16('EX1')),
    pair(4, utf16('contoso.example')),
    pair(3, utf16('ex1.contoso.example')),
    pair(7, stamp),
    pair(0, Buffer.alloc(0)),
  ]);
  const head = Buffer.alloc(56);
  signature.copy(head);
  head.writeUInt32LE(2, 8);
  field(head, 12, name.length, 56);
  const said = Object.values(flags).reduce((all, flag) => (all | flag) >>> 0, 0);
  head.writeUInt32LE(said, 20);
  serverChallenge.copy(head, 24);
  field(head, 40, info.length, 56 + name.length);
  head.set([10, 0, 0x63, 0x45, 0, 0, 0, 15], 48);
  return Buffer.concat([head, name, info]);
}

function field(head: Buffer, at: number, length: number, offset: number): void {
  head.writeUInt16LE(length, at);
  head.writeUInt16LE(length, at + 2);
  head.writeUInt32LE(offset, at + 4);
}

/** AUTHENTICATE_MESSAGE (2.2.1.3) held against what is known of the account (3.3.2). */
function proven(world: World, message: Buffer, conversation: Conversation): ServiceAccount | null {
  if (message.length < 64) return null;
  const part = (at: number) => {
    const offset = message.readUInt32LE(at + 4);
    return message.subarray(offset, offset + message.readUInt16LE(at));
  };
  const said = message.readUInt32LE(60);
  const encoding = said & flags.unicode ? 'utf16le' : 'latin1';
  const [response, domain, user] = [part(20), part(28).toString(encoding), part(36).toString(encoding)];
  const account = accountBy(world, user, domain);
  if (!account || response.length <= 24 + 20) return null;
  const key = hmacMd5(md4(utf16(account.password)), utf16(user.toUpperCase() + domain));
  const [proof, temp] = [response.subarray(0, 16), response.subarray(16)];
  if (!timingSafeEqual(proof, hmacMd5(key, conversation.serverChallenge, temp))) return null;
  const pairs = pairsIn(temp.subarray(28));
  // What the server said of itself must come back: else it was said by somebody between.
  if (!pairs.get(2)?.equals(utf16(world.accounts[0]?.domain ?? 'CONTOSO'))) return null;
  const hasMic = ((pairs.get(6)?.readUInt32LE(0) ?? 0) & 2) !== 0;
  if (!hasMic) return account;
  const base = hmacMd5(key, proof);
  const session = said & flags.keyExchange ? rc4(base, part(52)) : base;
  const zeroed = Buffer.from(message).fill(0, 72, 88);
  const mic = hmacMd5(session, conversation.negotiate, conversation.challenge, zeroed);
  return message.length >= 88 && timingSafeEqual(mic, message.subarray(72, 88)) ? account : null;
}

/** AV_PAIR list (2.2.2.1). */
function pairsIn(list: Buffer): Map<number, Buffer> {
  const pairs = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= list.length; ) {
    const [id, length] = [list.readUInt16LE(at), list.readUInt16LE(at + 2)];
    if (id === 0) break;
    pairs.set(id, list.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return pairs;
}

/** Its own inverse; NTLM wraps the session key in it. */
export function rc4(key: Uint8Array, data: Uint8Array): Buffer {
  const box = Array.from({ length: 256 }, (_, at) => at);
  const swap = (a: number, b: number) => {
    [box[a], box[b]] = [box[b]!, box[a]!];
  };
  for (let at = 0, other = 0; at < 256; at++) {
    other = (other + box[at]! + key[at % key.length]!) & 255;
    swap(at, other);
  }
  let [a, b] = [0, 0];
  return Buffer.from(data).map((byte) => {
    a = (a + 1) & 255;
    b = (b + box[a]!) & 255;
    swap(a, b);
    return byte ^ box[(box[a]! + box[b]!) & 255]!;
  }) as Buffer;
}
