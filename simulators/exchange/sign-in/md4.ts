/** MD4 (RFC 1320): what NTLM makes of passwords. OpenSSL 3 has it no more without its legacy provider. */
export function md4(input: Uint8Array): Buffer {
  const length = ((input.length + 8) >> 6) + 1;
  const padded = Buffer.alloc(length * 64);
  padded.set(input);
  padded[input.length] = 0x80;
  padded.writeBigUInt64LE(BigInt(input.length) * 8n, padded.length - 8);
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let block = 0; block < padded.length; block += 64) {
    const words = Array.from({ length: 16 }, (_, at) => padded.readUInt32LE(block + at * 4));
    let [a, b, c, d] = state as [number, number, number, number];
    for (const { mix, order, shifts, add } of rounds)
      order.forEach((word, step) => {
        const sum = (a + mix(b, c, d) + words[word]! + add) >>> 0;
        const shift = shifts[step % 4]!;
        [a, d, c, b] = [d, c, b, ((sum << shift) | (sum >>> (32 - shift))) >>> 0];
      });
    for (const [at, value] of [a, b, c, d].entries()) state[at] = (state[at]! + value) >>> 0;
  }
  const digest = Buffer.alloc(16);
  for (const [at, value] of state.entries()) digest.writeUInt32LE(value, at * 4);
  return digest;
}

type Mix = (x: number, y: number, z: number) => number;
const rounds: Array<{ mix: Mix; order: number[]; shifts: number[]; add: number }> = [
  {
    mix: (x, y, z) => (x & y) | (~x & z),
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shifts: [3, 7, 11, 19],
    add: 0,
  },
  {
    mix: (x, y, z) => (x & y) | (x & z) | (y & z),
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    shifts: [3, 5, 9, 13],
    add: 0x5a827999,
  },
  {
    mix: (x, y, z) => x ^ y ^ z,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    shifts: [3, 9, 11, 15],
    add: 0x6ed9eba1,
  },
];
