/** So few digits may be extensions: their spelling is all there is to tell them apart. */
const fewestDigits = 7;

/**
 * Whether two numbers, as phone systems keep them, are one in two spellings: some are told 0170 1112233 and show
 * +491701112233. Of the longer one only what comes first may be more: +, zeros, an outside line, the codes of country and
 * area. Codes with * or # and words (voicemail) are never spellings of each other. Pure.
 */
export function isSameNumber(a: string, b: string): boolean {
  const [short, long] = [significant(a), significant(b)].sort((one, other) => one.length - other.length);
  return short!.length >= fewestDigits && long!.endsWith(short!);
}

const significant = (number: string): string =>
  /^\+?[\d\s().\-/]+$/.test(number) ? number.replace(/\D/g, '').replace(/^0+/, '') : '';
