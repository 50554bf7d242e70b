/** JSON Merge Patch (RFC 7396): what a company file says about what is there already. Pure. */

type Values = Record<string, unknown>;

export const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What is left out stays, null removes, lists are replaced whole. Beyond the RFC: something of another `kind` replaces
 * what is there whole, because the fields of one kind mean nothing to another. Neither argument is changed.
 * Names such as `__proto__` are plain names here.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isValues(patch)) return patch;
  const stays = isValues(target) && (patch.kind === undefined || patch.kind === target.kind);
  const merged = new Map(stays ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}
