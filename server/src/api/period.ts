import type { Interval } from '../agenda/appointment.ts';
import { ApiError } from './errors.ts';

/** @throws ApiError invalid when the interval is empty or longer than 400 days. */
export function interval({ from, to }: { from: Temporal.Instant; to: Temporal.Instant }): Interval {
  if (Temporal.Instant.compare(from, to) >= 0)
    throw new ApiError('invalid', 'The interval ends before it begins.', { field: 'to' });
  if (from.until(to).total('hours') > 400 * 24)
    throw new ApiError('invalid', 'The interval is longer than 400 days.', { field: 'to' });
  return { from, to };
}
