import { ApiError } from './api.ts';

/** The server's words about one field of a form, if its complaint is about that field. */
export function fieldError(error: unknown, field: string): string | undefined {
  return error instanceof ApiError && error.field?.split('.').at(-1) === field ? error.message : undefined;
}

/** True where the complaint belongs to one of the form's fields and is shown there. */
export function isFieldError(error: unknown, fields: readonly string[]): boolean {
  return fields.some((field) => fieldError(error, field) !== undefined);
}
