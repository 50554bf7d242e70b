/** A note as it is typed, wherever that is: with the placeholders that there are, and no others. */
import { z } from 'zod';
import { notePlaceholders, unknownPlaceholders } from './note-template.ts';

const known = notePlaceholders.map((name) => `{{${name}}}`).join(', ');

export const noteText = z
  .string()
  .trim()
  .max(500)
  .refine((note) => unknownPlaceholders(note).length === 0, {
    error: ({ input }) =>
      `A note knows nothing of ${unknownPlaceholders(String(input)).join(', ')}. It can hold ${known}.`,
  });
