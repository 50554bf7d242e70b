/** Reading stored settings. Pure. */
import type { z } from 'zod';

/**
 * A stored value with its defaults filled in. Never throws: a field that can't be read falls back to its default, so
 * that a value of an older or newer version costs only itself.
 * @param schema strict, every field with a default.
 */
export function storedValue<Schema extends z.ZodObject>(schema: Schema, stored: unknown): z.output<Schema> {
  if (typeof stored !== 'object' || stored === null) return schema.parse({});
  const whole = schema.safeParse(stored);
  if (whole.success) return whole.data;
  const readable = Object.entries(stored).filter(
    ([name, value]) => name in schema.shape && (schema.shape[name] as z.ZodType).safeParse(value).success,
  );
  return schema.parse(Object.fromEntries(readable));
}
