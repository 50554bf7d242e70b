/**
 * Secrets in a company file stand elsewhere: `{ env: NAME }` or `{ file: PATH }`. The command line puts the values in,
 * on the machine where it runs; the server never reads variables or files for a file that was sent to it. A reference
 * that leads nowhere stays one: an object that is there already keeps its secret, a new one is refused.
 */
import { isValues } from './merge-patch.ts';

export type Reference = { env: string } | { file: string };

export function isReference(value: unknown): value is Reference {
  if (!isValues(value)) return false;
  const [name, ...others] = Object.keys(value);
  return others.length === 0 && (name === 'env' || name === 'file') && typeof value[name] === 'string';
}

export const shownReference = (reference: Reference): string =>
  'env' in reference ? `the environment variable ${reference.env}` : `the file ${reference.file}`;

/** The parts of a company file that may hold references: whatever is named so. */
export const secretHolders: ReadonlySet<string> = new Set(['secret', 'token', 'credential']);

/**
 * Puts values in for references. @param read undefined where the reference leads nowhere.
 * @returns a copy; references elsewhere than in secrets stay what they are, and the schema refuses them.
 */
export function resolveReferences(value: unknown, read: (reference: Reference) => string | undefined): unknown {
  return walk(value, false, read);
}

function walk(value: unknown, secret: boolean, read: (reference: Reference) => string | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, secret, read));
  if (!isValues(value)) return value;
  if (secret && isReference(value)) return read(value) ?? value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, walk(inner, secret || secretHolders.has(name), read)]),
  );
}

/** Names a reference where its value is handed over. */
export const referenceKey = (reference: Reference): string =>
  'env' in reference ? `env:${reference.env}` : `file:${reference.file}`;

/** All references that stand for secrets. */
export function referencesIn(value: unknown): Reference[] {
  const found: Reference[] = [];
  resolveReferences(value, (reference) => {
    found.push(reference);
    return undefined;
  });
  return found;
}

/** The name of a variable for a secret that was exported: WHENABOUTS_PHONE_SYSTEM_BERLIN_PASSWORD. */
export const variableName = (...parts: readonly string[]): string =>
  ['WHENABOUTS', ...parts]
    .map((part) =>
      part
        .normalize('NFKD')
        .replace(/([a-z])([A-Z])/g, '$1_$2')
        .replace(/[^A-Za-z0-9]+/g, '_')
        .replace(/^_+|_+$/g, '')
        .toUpperCase(),
    )
    .filter(Boolean)
    .join('_');
