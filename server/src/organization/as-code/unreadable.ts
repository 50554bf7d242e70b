/** Stored secrets that don't open (their key is lost): a matter of the one entry that has them, not of the whole file. */
import type { Secrets } from '../../store/secrets.ts';
import { isValues } from './merge-patch.ts';

/** Stands in an entry for its secret. No secret that somebody enters has a NUL (api/app.ts). */
const unreadable = '\0unreadable';

/** The text that was sealed. */
export function openedText(secrets: Secrets, sealed: string, id: string): string {
  try {
    return secrets.open(sealed, id);
  } catch {
    return unreadable;
  }
}

/** The value whose JSON was sealed. */
export function openedValue(secrets: Secrets, sealed: string, id: string): Record<string, unknown> {
  const text = openedText(secrets, sealed, id);
  // What stands for it is never read as a value: entries with it are neither checked nor written.
  return (text === unreadable ? text : JSON.parse(text)) as Record<string, unknown>;
}

export const isUnreadable = (value: unknown): boolean => value === unreadable;

/** Where in an entry secrets don't open. Pure. */
export function unreadableAt(value: unknown, path: readonly string[] = []): string[][] {
  if (isUnreadable(value)) return [[...path]];
  return isValues(value) ? Object.entries(value).flatMap(([name, inner]) => unreadableAt(inner, [...path, name])) : [];
}

export const unreadableFault =
  'The stored secret does not open: the key file of this server is another one. Write the secret here, or leave this entry out.';
