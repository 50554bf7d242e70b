/** The one way to the server: JSON under /api/v1, errors as ApiError with the server's words. */

export interface FieldComplaint {
  field: string;
  message: string;
}
interface ErrorAnswer {
  code?: string;
  message?: string;
  field?: string;
  fields?: FieldComplaint[];
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  /** What is wrong with which field of the request, each by its path (`settings.url`). */
  readonly fields: readonly FieldComplaint[];
  /** Seconds until it is worth trying again, where the server says so. */
  readonly retryAfter: number | undefined;
  /** status 0: the server could not be reached. */
  constructor(
    status: number,
    code: string,
    message: string,
    fields: readonly FieldComplaint[] = [],
    retryAfter?: number,
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.retryAfter = retryAfter;
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Sends a request and returns the parsed answer (undefined for 204). A FormData body goes as multipart. */
export async function request<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      credentials: 'same-origin',
      signal: signal ?? null,
      headers: { Accept: 'application/json', ...(jsonBody(body) ? { 'Content-Type': 'application/json' } : {}) },
      body: body instanceof FormData ? body : jsonBody(body) ? JSON.stringify(body) : null,
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError(0, 'unreachable', 'Whenabouts can’t be reached.');
  }
  const text = await response.text();
  const answer = parse(text);
  if (!response.ok) throw errorOf(response, answer);
  return answer as T;
}

function jsonBody(body: unknown): boolean {
  return body !== undefined && !(body instanceof FormData);
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorOf({ status, headers }: Response, answer: unknown): ApiError {
  const error = (answer as { error?: ErrorAnswer } | undefined)?.error;
  const message = error?.message ?? '';
  const fields = error?.fields ?? (error?.field ? [{ field: error.field, message }] : []);
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return new ApiError(
    status,
    error?.code ?? 'unknown',
    message,
    fields,
    Number.isFinite(seconds) ? seconds : undefined,
  );
}

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> => request<T>('GET', path, undefined, signal);

/** A query string of the values that are set. */
export function withQuery(path: string, values: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  return query.size > 0 ? `${path}?${query}` : path;
}
