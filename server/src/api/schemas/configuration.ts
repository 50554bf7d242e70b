import { z } from '@hono/zod-openapi';

const file = z
  .custom<File>((value) => value instanceof File, 'Choose a file.')
  .openapi({ type: 'string', format: 'binary', description: 'A company file: YAML or JSON, UTF-8.' });

/** A form field that holds JSON. */
const values = z
  .string()
  .max(20_000_000)
  .transform((text, context) => {
    try {
      return z.record(z.string(), z.string()).parse(JSON.parse(text));
    } catch {
      context.addIssue({ code: 'custom', message: 'Write a JSON object of texts.' });
      return z.NEVER;
    }
  })
  .openapi({
    type: 'string',
    description:
      'What the file’s references stand for, as JSON: `{"env:NAME": "…", "file:PATH": "…"}`. The server reads no variables and files of its own for it.',
    example: '{"env:BERLIN_PBX_PASSWORD": "…"}',
  });

export const CompanyFile = z.object({ file, values: values.optional() }).openapi('CompanyFile');

export const CompanyChange = z
  .object({
    action: z.enum(['create', 'change', 'remove']),
    section: z.string().openapi({ example: 'users' }),
    name: z.string().openapi({ example: 'anna@example.com' }),
    fields: z
      .array(z.object({ field: z.string(), from: z.unknown(), to: z.unknown() }))
      .openapi({ description: 'Of a change, what differs. A secret is named, never shown.' }),
  })
  .openapi('CompanyChange');
export const CompanyChangeList = z
  .object({
    changes: z.array(CompanyChange),
    warnings: z.array(z.string()).openapi({
      description: 'What is carried out, and may not be meant so, such as a location whose country nobody has named.',
    }),
  })
  .openapi('CompanyChangeList');
export type CompanyChangeList = z.infer<typeof CompanyChangeList>;
