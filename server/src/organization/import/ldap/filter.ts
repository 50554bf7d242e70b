/** Whether ldapts can read a filter (RFC 4515). */
import { FilterParser } from 'ldapts';

/** @returns what is wrong with it, in ldapts's words; null: nothing. */
export function whyNoFilter(text: string): string | null {
  try {
    FilterParser.parseString(text);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
