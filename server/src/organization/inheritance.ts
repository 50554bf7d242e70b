/**
 * Inheritance by function: a group has a function's settings either from its location ("Default") or of its own
 * ("Individual"), whole. A field that an individual value leaves out has its built-in default, not the location's: what
 * a group shows as its own never changes by itself. Pure.
 */

/** In the order they are shown. */
export const functionNames = ['activation', 'synchronization', 'profiles', 'privacy'] as const;
export type FunctionName = (typeof functionNames)[number];
export type Mode = 'default' | 'individual';

/** Values by function, as they are stored. */
export type ByFunction = Readonly<Record<string, unknown>>;

/** What is in force for a group. Functions this version doesn't know are handed on: another version may. */
export function effective(location: ByFunction, individual: ByFunction): Record<string, unknown> {
  return { ...present(location), ...present(individual) };
}

export const modeOf = (individual: ByFunction, name: FunctionName): Mode =>
  isValue(individual[name]) ? 'individual' : 'default';

export const modesOf = (individual: ByFunction): Record<FunctionName, Mode> =>
  Object.fromEntries(functionNames.map((name) => [name, modeOf(individual, name)])) as Record<FunctionName, Mode>;

/** The same values with one function's set, or (null) without it: "Default". */
export function withFunction(values: ByFunction, name: FunctionName, value: object | null): Record<string, unknown> {
  const { [name]: _, ...others } = values;
  return value === null ? others : { ...others, [name]: value };
}

const present = (values: ByFunction) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => isValue(value)));
const isValue = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

export interface FieldChange {
  /** Dotted, of the field within the function: `workingDay.start`. */
  path: string;
  from: unknown;
  to: unknown;
}

/** The fields that differ between two values of a function; lists are one field. */
export function fieldChanges(from: unknown, to: unknown, path = ''): FieldChange[] {
  if (isValue(from) && isValue(to)) {
    const [before, after] = [from as Record<string, unknown>, to as Record<string, unknown>];
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
      fieldChanges(before[name], after[name], path ? `${path}.${name}` : name),
    );
  }
  return JSON.stringify(from ?? null) === JSON.stringify(to ?? null)
    ? []
    : [{ path, from: from ?? null, to: to ?? null }];
}
