/** Words in titles and names, compared as people read them. Pure. */

/**
 * Without case, accents and repeated blanks: "Straße" is "STRASSE", "Café" is "cafe". By the Unicode standard alone,
 * not by the language of anybody, so that a rule says the same for everybody.
 */
export const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ') // lower case depends on what follows there
    .replace(/\s+/gu, ' ')
    .trim();

/** Letters and digits that make words with their neighbours. Scripts that are written without blanks have no such. */
const inWord =
  '[[\\p{L}\\p{N}_]--[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]]';
const beginsInWord = new RegExp(`^${inWord}`, 'v');
const endsInWord = new RegExp(`${inWord}$`, 'v');

/** Finds any of the words or phrases, whole, in a text that is `folded`. */
export function wordsPattern(words: readonly string[]): RegExp {
  const each = words.map(folded).map((word) => {
    const before = beginsInWord.test(word) ? `(?<!${inWord})` : '';
    const after = endsInWord.test(word) ? `(?!${inWord})` : '';
    return before + RegExp.escape(word) + after;
  });
  return new RegExp(each.join('|'), 'v');
}

/** Blanks before the mark don't count. */
export const startsWithMark = (title: string, mark: string): boolean =>
  title.trimStart().normalize('NFC').startsWith(mark.normalize('NFC'));
