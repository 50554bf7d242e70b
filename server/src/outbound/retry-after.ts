/**
 * When a server said to come back (RFC 9110 section 10.2.3): seconds, or a date. At most a day from now, so that a
 * server's wrong clock can't switch an account off; a date in the past means now. Null when nothing usable is said.
 */
export function parseRetryAfter(value: string | null, now: Temporal.Instant): Temporal.Instant | null {
  if (!value) return null;
  const text = value.trim();
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - now.epochMilliseconds) / 1000;
  if (Number.isNaN(seconds)) return null;
  return now.add({ milliseconds: Math.round(Math.min(Math.max(seconds, 0), 86_400) * 1000) });
}
