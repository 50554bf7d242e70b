import { ApiError } from './api.ts';
import { inOurWords } from './server-words.tsx';

/**
 * The server's words about one field of a form, if it complains about that field or a part of it.
 * @param field its path, or the end of it: `proxy`, `set.address`.
 */
export function fieldError(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const message = error.fields.find((one) => `.${one.field}.`.includes(`.${field}.`))?.message;
  return message && (inOurWords(message) ?? message);
}

/** True where the complaint belongs to one of the form's fields and is shown there. */
export function isFieldError(error: unknown, fields: readonly string[]): boolean {
  return fields.some((field) => fieldError(error, field) !== undefined);
}
