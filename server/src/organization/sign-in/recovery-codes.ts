/** Codes for whoever has lost the second factor: each works once, only their hashes are kept. Pure but for chance. */
import { createHash, randomBytes } from 'node:crypto';

export const recoveryCodeCount = 10;
/** Without 0, 1, i, l, o and u, which are misread on paper. 30 letters. */
const alphabet = '23456789abcdefghjkmnpqrstvwxyz';
const letters = 16;

/** 16 letters are 78 bits of chance: so many that a plain hash, without salt or delay, can't be searched through. */
export function newRecoveryCode(): string {
  let code = '';
  // Bytes above the last multiple of 30 would make some letters likelier.
  while (code.length < letters)
    for (const byte of randomBytes(letters)) if (byte < 240 && code.length < letters) code += alphabet[byte % 30];
  return code.replace(/(.{4})(?=.)/g, '$1-');
}

export const newRecoveryCodes = (): string[] => Array.from({ length: recoveryCodeCount }, newRecoveryCode);

/** Whatever people put between the letters is left out; capitals count as small letters. */
export const readRecoveryCode = (typed: string): string => typed.toLowerCase().replace(/[^a-z0-9]/g, '');

export const hashRecoveryCode = (typed: string): string =>
  createHash('sha256').update(readRecoveryCode(typed)).digest('hex');

/** Whether this can be a recovery code at all: codes of the app have six digits. */
export const looksLikeRecoveryCode = (typed: string): boolean => readRecoveryCode(typed).length === letters;
