/** Errors as Graph writes them. */
import { randomUUID } from 'node:crypto';
import type { Answer } from '../http.ts';

export function graphError(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): Answer {
  const id = randomUUID();
  const date = new Date().toISOString().slice(0, 19);
  const innerError = { date, 'request-id': id, 'client-request-id': id };
  return { status, headers: { 'request-id': id, ...headers }, body: { error: { code, message, innerError } } };
}

export const notFound = (what = 'The specified object was not found in the store.') =>
  graphError(404, 'ErrorItemNotFound', what);
export const denied = () => graphError(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
export const badRequest = (message: string) => graphError(400, 'BadRequest', message);
