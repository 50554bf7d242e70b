import { ApiError } from './api.ts';

/**
 * The server's words about one field of a form, if it complains about that field or a part of it.
 * @param field its path, or the end of it: `proxy`, `set.address`.
 */
export function fieldError(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return error.fields.find((one) => `.${one.field}.`.includes(`.${field}.`))?.message;
}

/** True where the complaint belongs to one of the form's fields and is shown there. */
export function isFieldError(error: unknown, fields: readonly string[]): boolean {
  return fields.some((field) => fieldError(error, field) !== undefined);
}
