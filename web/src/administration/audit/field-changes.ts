/** One leaf of what was changed: `settings.window.pastDays`, from what, to what. undefined: wasn't there. */
export interface FieldChange {
  path: string;
  from: unknown;
  to: unknown;
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Goes down into groups of fields, so that of a large form only what differs is shown. Lists are shown whole. Pure. */
export function fieldChanges(
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
  prefix = '',
): FieldChange[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...names].flatMap((name) => {
    const path = prefix + name;
    const [from, to] = [before?.[name], after?.[name]];
    if (same(from, to)) return [];
    if ((isGroup(from) && (isGroup(to) || to == null)) || (isGroup(to) && from == null))
      return fieldChanges(isGroup(from) ? from : null, isGroup(to) ? to : null, `${path}.`);
    return [{ path, from, to }];
  });
}
