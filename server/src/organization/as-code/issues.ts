/** What a schema finds wrong in a company file, each at its own place and in words for whoever wrote it. Pure. */
import type { z } from 'zod';
import type { Fault } from './company-file.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly (string | number)[];

/** @param path of what the schema looked at. */
export function faultsOfSchema(path: Path, error: z.ZodError | undefined): Fault[] {
  return (error?.issues ?? []).flatMap((issue) => faultsOfIssue(path, issue));
}

/** zod tells of unknown names at the object that has them: each is its own fault. */
function faultsOfIssue(path: Path, issue: Issue): Fault[] {
  const place = [...path, ...(issue.path as (string | number)[])];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...place, key], message: `"${key}" is not known here.` }));
  return [{ path: place, message: messageOf(issue) }];
}

/** Sentences of our own schemas stay as they are. */
function messageOf(issue: Issue): string {
  const { message } = issue;
  if (message.endsWith('received undefined')) return 'This is missing.';
  if (issue.code === 'invalid_type' && message.startsWith('Invalid input'))
    return `A ${words[issue.expected] ?? issue.expected} is expected here.`;
  if (issue.code === 'invalid_value' && message.startsWith('Invalid')) return oneOf(issue.values);
  if (issue.code === 'invalid_union' && message.startsWith('Invalid')) {
    const { options } = issue as { options?: unknown };
    return Array.isArray(options) ? oneOf(options) : 'Nothing of this form is known here.';
  }
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? message;
  if (issue.code === 'too_big' && message.startsWith('Too big')) return bound('At most', issue.maximum, issue.origin);
  if (issue.code === 'too_small' && message.startsWith('Too small'))
    return bound('At least', issue.minimum, issue.origin);
  return message;
}

const oneOf = (values: readonly unknown[]) => `Write one of these: ${values.join(', ')}.`;

function bound(most: string, limit: number | bigint, origin: string): string {
  const what = { string: ' characters', array: ' entries', record: ' entries' }[origin] ?? '';
  return `${most} ${limit}${what} can stand here.`;
}

const words: Readonly<Record<string, string>> = {
  string: 'text (in quotes where it looks like a number)',
  object: 'map of names',
  record: 'map of names',
  array: 'list',
  boolean: 'true or false',
  int: 'whole number',
};
