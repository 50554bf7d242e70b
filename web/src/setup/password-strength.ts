export type Strength = 'tooShort' | 'weak' | 'fair' | 'strong';

const shortest = 10;
const common = /^(?:(.)\1+|(?:0?123456789?0?|password|passwort|qwert[yz]|whenabouts|letmein|admin).*)$/i;

/** A hint, not a judge: length counts most, then variety; a row of one character or a well-known word stays weak. */
export function strengthOf(password: string): Strength {
  if (password.length < shortest) return 'tooShort';
  if (common.test(password)) return 'weak';
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((kind) => kind.test(password)).length;
  const points = password.length + kinds * 2;
  if (new Set(password).size < 5 || points < 14) return 'weak';
  return points < 20 ? 'fair' : 'strong';
}
