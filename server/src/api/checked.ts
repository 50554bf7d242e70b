import type { z } from 'zod';
import { InvalidRequest } from './errors.ts';

/** Checks a part of a request by the schema of its kind. @throws InvalidRequest with fields below `field`. */
export function checked<T>(schema: z.ZodType<T>, value: unknown, field: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) issue.path.unshift(field);
  throw new InvalidRequest(result.error);
}
