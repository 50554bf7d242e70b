/** The one shape of errors that people and programs get from the API. */
import type { z } from '@hono/zod-openapi';
import { ConnectorError } from '../calendars/connector.ts';
import type { ErrorAnswer, ErrorCode } from './schemas/common.ts';

const statusOf = {
  invalid: 400,
  notSignedIn: 401,
  secondFactorNeeded: 401,
  secondFactorMissing: 403,
  forbidden: 403,
  notFound: 404,
  methodNotAllowed: 405,
  conflict: 409,
  tooLarge: 413,
  unprocessable: 422,
  tooManyRequests: 429,
  internal: 500,
  unavailable: 503,
} as const satisfies Record<ErrorCode, number>;

/** Thrown anywhere below a route; the message is for people and must hold no secret. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;
  /** Seconds until it is worth trying again. */
  readonly retryAfter: number | undefined;
  constructor(
    code: ErrorCode,
    message: string,
    options: { field?: string; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ApiError';
    this.code = code;
    this.field = options.field;
    this.retryAfter = options.retryAfter;
  }
}

/** @param seconds until the next try is allowed. */
export const tooMany = (seconds: number): ApiError => {
  const minutes = Math.max(1, Math.ceil((seconds - 5) / 60)); // some seconds too many are no minute
  const message = `Too many failed tries: try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`;
  return new ApiError('tooManyRequests', message, { retryAfter: seconds });
};

/** What is wrong with a request, each field by its path (`settings.url`). */
export class InvalidRequest extends Error {
  readonly fields: { field: string; message: string }[];
  constructor(error: z.ZodError) {
    super('The request is not valid.');
    this.name = 'InvalidRequest';
    this.fields = error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }));
  }
}

export interface ErrorResult {
  status: number;
  body: ErrorAnswer;
  retryAfter?: number | undefined;
  /** True for what is our fault and belongs in the log. */
  unexpected: boolean;
}

/** The answer to anything that was thrown. What isn't known stays in the log: its message may hold anything. */
export function errorAnswer(error: unknown): ErrorResult {
  if (error instanceof ApiError) {
    const field = error.field === undefined ? {} : { field: error.field };
    return {
      status: statusOf[error.code],
      body: { error: { code: error.code, message: error.message, ...field } },
      retryAfter: error.retryAfter,
      unexpected: error.code === 'internal',
    };
  }
  if (error instanceof InvalidRequest) {
    const [first] = error.fields;
    const message = first ? (first.field ? `${first.field}: ${first.message}` : first.message) : error.message;
    return {
      status: 400,
      body: {
        error: { code: 'invalid', message, ...(first?.field ? { field: first.field } : {}), fields: error.fields },
      },
      unexpected: false,
    };
  }
  // What a calendar source or a phone system answered: their words are made for people already.
  if (error instanceof ConnectorError)
    return {
      status: statusOf.unprocessable,
      body: { error: { code: 'unprocessable', message: error.message } },
      unexpected: false,
    };
  const known = databaseRefusal(error);
  if (known) return known;
  return {
    status: 500,
    body: { error: { code: 'internal', message: 'Something went wrong in the server. Its log says more.' } },
    unexpected: true,
  };
}

/** PostgreSQL's SQLSTATE classes that mean "the request", not "the server". */
function databaseRefusal(error: unknown): ErrorResult | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === '23505')
    return {
      status: 409,
      body: { error: { code: 'conflict', message: 'Something with this name or number exists already.' } },
      unexpected: false,
    };
  if (code === '23503')
    return {
      status: 409,
      body: { error: { code: 'conflict', message: 'Something this refers to no longer exists, or is still in use.' } },
      unexpected: false,
    };
  return undefined;
}
