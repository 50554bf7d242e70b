/** Secrets in a company file: texts, or references to where they are (references.ts). */
import { z } from 'zod';
import { variableName } from './references.ts';
import { mapValues } from './section.ts';
import { isUnreadable } from './unreadable.ts';

/** By kind: `{ kind: basic, username: anna, password: { env: ANNAS_PASSWORD } }`. */
export const secretEntry = z
  .record(z.string(), z.unknown())
  .describe('By kind. Write { env: NAME } or { file: PATH } in the place of a secret.');

/** Fields of a secret that are none. */
const open = new Set(['kind', 'username', 'user', 'clientId']);

/**
 * With references where the secrets stand; nothing for one that doesn't open, because nobody knows of which parts it is.
 * @param variable what the variables' names begin with.
 */
export const exportedSecret = (secret: Record<string, unknown> | undefined, variable: string) =>
  secret === undefined || isUnreadable(secret)
    ? undefined
    : mapValues(secret, (value, name) =>
        open.has(name) ? value : { env: variableName(variable.replace(/^WHENABOUTS_/, ''), name) },
      );
