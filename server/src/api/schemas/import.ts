import { z } from '@hono/zod-openapi';
import { importFields } from '../../organization/import/columns.ts';
import { CsvSettings, LdapSettings } from '../../organization/import/settings.ts';
import { CheckStep } from './accounts.ts';
import { Id, Instant } from './common.ts';

const name = z.string().trim().min(1, 'A name is needed.').max(100);
const password = z
  .string()
  .max(4096)
  .nullable()
  .openapi({ description: 'Of who reads the directory; stored sealed, never shown. Null removes it.' });
const settings = z.record(z.string(), z.unknown()).openapi({
  description: 'By kind: see CsvImportSettings and LdapImportSettings. What is left out has its default.',
});

export const CsvImportSettings = CsvSettings.openapi('CsvImportSettings');
export type CsvImportSettings = z.input<typeof CsvImportSettings>;
export const LdapImportSettings = LdapSettings.openapi('LdapImportSettings');
export type LdapImportSettings = z.input<typeof LdapImportSettings>;

export const ImportField = z.enum(importFields).openapi('ImportField');
export const ImportRunState = z
  .enum(['reading', 'planned', 'running', 'done', 'failed', 'cancelled'])
  .openapi('ImportRunState', {
    description:
      'reading: the source is being read. planned: the difference can be looked at and waits to be carried out. ' +
      'running: it is being carried out. The others are ends.',
  });

const count = z.int();
export const ImportPlan = z
  .object({
    create: count,
    change: count,
    missing: count.openapi({ description: 'Not found, but not for the third time in a row.' }),
    deactivate: count.openapi({ description: 'Not found in three runs in a row.' }),
    conflict: count.openapi({ description: 'The address belongs to a user whom this import doesn’t keep.' }),
    wrong: count.openapi({ description: 'Rows that can’t be taken as they are.' }),
    unchanged: count,
    together: count.openapi({
      description:
        'So many of the first rows are done at once: users who pass addresses or extensions on to each other.',
    }),
    users: count.openapi({ description: 'Active users of this import before the run.' }),
    share: z.number().openapi({ description: 'How many percent of them change or are not found.' }),
    notes: z.array(z.string()),
    columns: z
      .array(z.object({ header: z.string(), field: ImportField.nullable(), example: z.string() }))
      .openapi({ description: 'Of a file: its columns, what each was taken for, and its first value.' }),
  })
  .openapi('ImportPlan');
export type ImportPlan = z.infer<typeof ImportPlan>;

export const ImportRun = z
  .object({
    id: Id,
    sourceId: Id,
    state: ImportRunState,
    bySchedule: z.boolean(),
    done: count.openapi({ description: 'While reading: entries read. Then: rows carried out.' }),
    total: count.openapi({ description: 'Rows to carry out; 0 while that isn’t known.' }),
    message: z.string().nullable().openapi({ description: 'Why it failed, or waits, in plain words.' }),
    plan: ImportPlan.nullable(),
    createdAt: Instant,
    finishedAt: Instant.nullable(),
  })
  .openapi('ImportRun');
export type ImportRun = z.infer<typeof ImportRun>;

const fieldValue = z.union([z.string(), z.number(), z.boolean()]).nullable();
export const ImportRow = z
  .object({
    number: count,
    kind: z.enum(['create', 'change', 'missing', 'deactivate', 'conflict', 'wrong']),
    place: z.string().openapi({ description: 'Where it stands in the source: "line 7", or a distinguished name.' }),
    email: z.string(),
    displayName: z.string(),
    userId: Id.nullable(),
    changes: z.array(
      z.object({
        field: z.enum([
          ...['email', 'displayName', 'groupId', 'language', 'timeZone', 'mobileNumber', 'extension'],
          ...['externalId', 'active', 'missedRuns'],
        ] as const),
        from: fieldValue,
        to: fieldValue,
      }),
    ),
    reason: z.string().nullable(),
    state: z.enum(['planned', 'done', 'refused']),
  })
  .openapi('ImportRow');
export type ImportRow = z.infer<typeof ImportRow>;

export const ImportRunDetail = ImportRun.extend({
  rows: z.array(ImportRow),
  next: count.nullable().openapi({ description: 'Ask for the rows after this number; null: there are no more.' }),
}).openapi('ImportRunDetail');
export type ImportRunDetail = z.infer<typeof ImportRunDetail>;

export const ImportRunQuery = z.object({
  after: z.coerce.number().int().min(0).default(0).openapi({ description: 'Rows after this number.' }),
  limit: z.coerce.number().int().min(0).max(1_000).default(100),
  kind: z.enum(['create', 'change', 'missing', 'deactivate', 'conflict', 'wrong', 'refused']).optional(),
});

export const ImportSource = z
  .object({
    id: Id,
    name: z.string(),
    kind: z.enum(['csv', 'ldap']),
    settings,
    hasSecret: z.boolean(),
    users: count.openapi({ description: 'How many users it keeps.' }),
    nextRunAt: Instant.nullable(),
    lastRun: ImportRun.nullable(),
    createdAt: Instant,
  })
  .openapi('ImportSource');
export type ImportSource = z.infer<typeof ImportSource>;

export const ImportSourceList = z.object({ importSources: z.array(ImportSource) }).openapi('ImportSourceList');
export type ImportSourceList = z.infer<typeof ImportSourceList>;
export const ImportRunList = z.object({ importRuns: z.array(ImportRun) }).openapi('ImportRunList');
export type ImportRunList = z.infer<typeof ImportRunList>;

export const NewImportSource = z
  .object({ name, kind: z.enum(['csv', 'ldap']), settings: settings.default({}), password: password.default(null) })
  .openapi('NewImportSource');
export type NewImportSource = z.input<typeof NewImportSource>;

export const ImportSourceChange = z.strictObject({ name, settings, password }).partial().openapi('ImportSourceChange');
export type ImportSourceChange = z.input<typeof ImportSourceChange>;

export const ImportFile = z
  .object({
    file: z
      .file()
      .optional()
      .openapi({ type: 'string', format: 'binary', description: 'The CSV file; for a directory send {}.' }),
  })
  .openapi('ImportFile');

export const ImportCheckResult = z
  .object({
    steps: z.array(CheckStep),
    examples: z.array(
      z.object({
        place: z.string(),
        email: z.string(),
        displayName: z.string(),
        reason: z.string().nullable().openapi({ description: 'Why it would not be taken.' }),
      }),
    ),
  })
  .openapi('ImportCheckResult');
export type ImportCheckResult = z.infer<typeof ImportCheckResult>;
