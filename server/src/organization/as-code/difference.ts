/** What an apply would change, for people to read before it does. Pure. */
import { isValues } from './merge-patch.ts';

export interface ChangedField {
  /** Dotted: `dialling.country`. */
  field: string;
  from: unknown;
  to: unknown;
}

export interface CompanyChange {
  action: 'create' | 'change' | 'remove';
  section: string;
  name: string;
  /** What differs; of what is made or removed nothing is listed. A secret is named, never shown. */
  fields: ChangedField[];
}

type Section = Readonly<Record<string, unknown>>;

/** @param secrets names of fields whose values aren't shown. */
export function differences(section: string, before: Section, after: Section): CompanyChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name): CompanyChange[] => {
    if (!Object.hasOwn(after, name)) return [{ action: 'remove', section, name, fields: [] }];
    if (!Object.hasOwn(before, name)) return [{ action: 'create', section, name, fields: [] }];
    const fields = changedFields(before[name], after[name], []);
    return fields.length > 0 ? [{ action: 'change', section, name, fields }] : [];
  });
}

const hidden = 'a secret';

function changedFields(from: unknown, to: unknown, path: readonly string[]): ChangedField[] {
  if (same(from, to)) return [];
  const last = path.at(-1) ?? '';
  if (last === 'secret' || last === 'token') return [{ field: path.join('.'), from: hidden, to: hidden }];
  if (isValues(from) && isValues(to)) {
    const names = new Set([...Object.keys(from), ...Object.keys(to)]);
    return [...names].flatMap((name) => changedFields(from[name], to[name], [...path, name]));
  }
  return [{ field: path.join('.'), from: shown(from), to: shown(to) }];
}

/** Without what is secret inside. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown);
  if (!isValues(value)) return value ?? null;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      (name === 'secret' || name === 'token') && inner !== null ? hidden : shown(inner),
    ]),
  );
}

/** Whether two values say the same, in whatever order their names stand. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => same(item, b[at]));
  if (!isValues(a) || !isValues(b)) return false;
  const names = Object.keys(a).filter((name) => a[name] !== undefined);
  return (
    names.length === Object.keys(b).filter((name) => b[name] !== undefined).length &&
    names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]))
  );
}

/** As lines of text: `+ users anna@example.com`, `~ locations Berlin: dialling.country: null → "DE"`; then the warnings. */
export function planAsText(changes: readonly CompanyChange[], warnings: readonly string[] = []): string {
  if (changes.length === 0) return 'Nothing to change.\n';
  const sign = { create: '+', change: '~', remove: '-' } as const;
  const lines = changes.flatMap(({ action, section, name, fields }) => [
    `${sign[action]} ${section} ${name}`,
    ...fields.map(({ field, from, to }) => `    ${field}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`),
  ]);
  const count = (action: CompanyChange['action']) => changes.filter((change) => change.action === action).length;
  const told = warnings.map((warning) => `Warning: ${warning}\n`).join('');
  return `${lines.join('\n')}\n\n${told}${count('create')} to create, ${count('change')} to change, ${count('remove')} to remove.\n`;
}
