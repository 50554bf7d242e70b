/** The form of a company file as JSON Schema, for editors: completion, and errors while one types. */
import { z } from 'zod';
import { isValues } from './merge-patch.ts';
import { version } from './plan.ts';
import { mapValues } from './section.ts';
import { sections } from './sections.ts';

/** JSON Schema 2020-12. Everything may be left out or null: the file says only what is to change. */
export function companySchema(): Record<string, unknown> {
  const properties: Record<string, unknown> = { whenabouts: { const: version } };
  for (const { name, schema, entries } of sections)
    properties[name] = schema
      ? { type: 'object', additionalProperties: formOf(schema) }
      : { type: 'object', additionalProperties: false, properties: mapValues(entries ?? {}, formOf) };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Company file of Whenabouts',
    type: 'object',
    properties,
    required: ['whenabouts'],
    additionalProperties: false,
  };
}

function formOf(schema: z.ZodType): unknown {
  const form = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', target: 'draft-2020-12' });
  const { $schema: _, ...rest } = form as Record<string, unknown>;
  return orNull(loose(rest));
}

const orNull = (schema: unknown) => ({ anyOf: [schema, { type: 'null' }] });

/** Without `required`, and with null wherever a field may be left out. */
function loose(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(loose);
  if (!isValues(schema)) return schema;
  const { required: _, properties, ...rest } = schema;
  const others = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, loose(value)]));
  if (!isValues(properties)) return others;
  return {
    ...others,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [name, name === 'kind' ? loose(value) : orNull(loose(value))]),
    ),
  };
}
