/** The dialling rules of a location as they are set and stored (location.dialling), and what their patterns mean. Pure. */
import { z } from 'zod';

const digits = (most: number, message: string) =>
  z
    .string()
    .trim()
    .regex(new RegExp(`^\\d{0,${most}}$`), message);
const prefix = z
  .string()
  .trim()
  .regex(/^(\+|\d{0,6})$/, 'Write the digits that are dialled first, such as 00, or +.')
  .nullable()
  .default(null);

const rangePattern = /^(?:(\d{1,15})-(\d{1,15})|[\d*#]{1,20})$/;
const range = z
  .string()
  .trim()
  .max(40)
  .transform((text) => text.replace(/\s*[-–]\s*/, '-'))
  .refine((text) => {
    const [, from, to] = rangePattern.exec(text) ?? [undefined];
    return rangePattern.test(text) && (from === undefined || (from.length === to!.length && from <= to!));
  }, 'Write a range of numbers of the same length, such as 200-299, or one number.');

const pattern = z
  .string()
  .trim()
  .max(40)
  .transform((text) => text.replace(/[\s()./-]/g, '').replace(/X/g, 'x'))
  .refine(
    (text) => /^\+?[\dx*#]+$/.test(text) || text === '+*',
    'Write a number such as 0900*, where x stands for any digit and * at the end for whatever follows.',
  );

const fields = {
  /** Two letters (ISO 3166-1). Without it numbers are dialled as they were written. */
  country: z
    .string()
    .trim()
    .regex(/^[A-Za-z]{2}$/, 'Choose a country.')
    .toUpperCase()
    .nullable()
    .default(null),
  /**
   * The country is the one that the location's time zone suggests, and nobody has confirmed it: numbers that
   * don't begin as they do there are dialled as they were written.
   */
  countryAssumed: z.boolean().default(false),
  /** Without trunk prefix (Berlin: 30); put before numbers that are written without one. */
  areaCode: digits(8, 'Write the area code in digits, without the leading zero.').default(''),
  /** What is dialled first to get an outside line. */
  outsideLine: z
    .string()
    .trim()
    .regex(/^[\d*#]{0,6}$/, 'Write the digits that are dialled to get an outside line, such as 0.')
    .default(''),
  /** Before numbers of the own country; null: as is usual there, '': nothing, '+': with country code, and no outside line. */
  nationalPrefix: prefix,
  /** Before the country code of other countries; null: as is usual, '+': as it is, without outside line. */
  internationalPrefix: prefix,
  internalRanges: z.array(range).max(500).default([]),
  /** Where there are any, only numbers that match one are dialled outside. */
  allowed: z.array(pattern).max(500).default([]),
  forbidden: z.array(pattern).max(500).default([]),
  /** Premium and shared-cost numbers, as the numbering plans of their countries have them. */
  premium: z.enum(['forbidden', 'allowed']).default('forbidden'),
};

/** For what an administrator sends: refuses what it doesn't know, fills in what was left out. */
export const diallingRules = z.strictObject(fields);
export type DiallingRules = z.output<typeof diallingRules>;
export const defaultDiallingRules: DiallingRules = diallingRules.parse({});

/** Stored rules. Never throws: a field that can't be read has its default, but what forbids is never lost by another field. */
export function diallingRulesOf(stored: Record<string, unknown>): DiallingRules {
  const whole = diallingRules.safeParse(stored);
  if (whole.success) return whole.data;
  const readable = Object.entries(stored).filter(
    ([name, value]) => name in fields && fields[name as keyof typeof fields].safeParse(value).success,
  );
  return diallingRules.parse(Object.fromEntries(readable));
}

/** @param number digits, or a code with * and #. */
export function inRanges(number: string, ranges: readonly string[]): boolean {
  return ranges.some((text) => {
    const [, from, to] = rangePattern.exec(text) ?? [];
    if (from === undefined || to === undefined) return text === number;
    // Of the same length, so that text order is the order of numbers, and leading zeros count.
    return number.length === from.length && /^\d+$/.test(number) && from <= number && number <= to;
  });
}

/** @param forms all the ways the number may be written: any that matches counts. */
export function matchesAny(forms: readonly string[], patterns: readonly string[]): boolean {
  return patterns.some((text) => forms.some((form) => expression(text).test(form)));
}

const expressions = new Map<string, RegExp>();

function expression(text: string): RegExp {
  const known = expressions.get(text);
  if (known) return known;
  const open = text.length > 1 && text.endsWith('*');
  const body = (open ? text.slice(0, -1) : text).replace(/[*+#]/g, '\\$&').replace(/x/g, '\\d');
  const made = new RegExp(`^${body}${open ? '.*' : ''}$`);
  if (expressions.size > 5_000) expressions.clear();
  expressions.set(text, made);
  return made;
}
