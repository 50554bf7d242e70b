import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { beginRun, cancelRun, carryOut } from '../organization/import/runs.ts';
import { LdapSettings } from '../organization/import/settings.ts';
import { listSources, readRun, rowsOf, runsOf } from '../organization/import/shown.queries.ts';
import { changeSource, createSource, deleteSource } from '../organization/import/sources.ts';
import { ApiError } from './errors.ts';
import { type Route, route } from './route.ts';
import { Id } from './schemas/common.ts';
import {
  ImportCheckResult,
  ImportFile,
  ImportRun,
  ImportRunDetail,
  ImportRunList,
  ImportRunQuery,
  ImportSource,
  ImportSourceChange,
  ImportSourceList,
  NewImportSource,
} from './schemas/import.ts';

const administrator = { access: 'administrator', tag: 'Import' } as const;
const reader = { access: 'systemReader', tag: 'Import' } as const;
const sourceParams = z.object({ sourceId: Id });
const runParams = z.object({ runId: Id });
const maxFileBytes = 20_000_000;
const shownRuns = 50;

export function importRoutes(context: Context): Route[] {
  const { db } = context.store;
  const readSource = async (id: string) => {
    const [source] = await listSources(db, id);
    if (!source) throw new ApiError('notFound', 'There is no such import.');
    return source;
  };
  const shownRun = async (id: string) => {
    const run = await readRun(db, id);
    if (!run) throw new ApiError('notFound', 'There is no such run.');
    return run;
  };
  return [
    route({
      ...reader,
      method: 'get',
      path: '/import-sources',
      operation: 'listImportSources',
      summary: 'Where users are imported from, with the last run of each',
      answer: ImportSourceList,
      handle: async () => ({ importSources: await listSources(db) }),
    }),
    route({
      ...administrator,
      method: 'post',
      path: '/import-sources',
      operation: 'createImportSource',
      summary: 'Add a source of users',
      description:
        'A CSV file that is sent with each run, or a directory (LDAP, Active Directory). Nothing is read yet.',
      body: NewImportSource,
      status: 201,
      answer: ImportSource,
      async handle({ viewer, body }) {
        const id = await db
          .transaction()
          .execute((transaction) => createSource(transaction, context, body, actorOf(viewer)));
        return readSource(id);
      },
    }),
    route({
      ...administrator,
      method: 'patch',
      path: '/import-sources/{sourceId}',
      operation: 'changeImportSource',
      summary: 'Change a source of users',
      description: 'Settings are replaced as a whole.',
      params: sourceParams,
      body: ImportSourceChange,
      answer: ImportSource,
      async handle({ viewer, params: { sourceId }, body: { name, settings, password } }) {
        const change = {
          ...(name !== undefined && { name }),
          ...(settings !== undefined && { settings }),
          ...(password !== undefined && { password }),
        };
        await db
          .transaction()
          .execute((transaction) => changeSource(transaction, context, sourceId, change, actorOf(viewer)));
        return readSource(sourceId);
      },
    }),
    route({
      ...administrator,
      method: 'delete',
      path: '/import-sources/{sourceId}',
      operation: 'deleteImportSource',
      summary: 'Remove a source of users',
      description: 'Its users stay, and are kept by hand from then on.',
      params: sourceParams,
      answer: null,
      async handle({ viewer, params: { sourceId } }) {
        await db.transaction().execute((transaction) => deleteSource(transaction, sourceId, actorOf(viewer)));
        return undefined;
      },
    }),
    route({
      ...administrator,
      method: 'post',
      path: '/import-sources/{sourceId}/check',
      operation: 'checkImportSource',
      summary: 'Try a directory',
      description: 'Says each step and the first failure in plain words, and shows the first entries. Changes nothing.',
      params: sourceParams,
      answer: ImportCheckResult,
      async handle({ params: { sourceId }, http }) {
        const source = await db
          .selectFrom('import_source')
          .select(['kind', 'settings', 'secret'])
          .where('id', '=', sourceId)
          .executeTakeFirst();
        if (!source) throw new ApiError('notFound', 'There is no such import.');
        if (source.kind !== 'ldap')
          throw new ApiError('invalid', 'Only directories can be tried: a file comes with its run.');
        const password = source.secret === null ? null : context.secrets.open(source.secret, sourceId);
        const { checkDirectory } = await import('../organization/import/ldap/check.ts'); // as planning.ts does
        return checkDirectory(context, LdapSettings.parse(source.settings), password, http.req.raw.signal);
      },
    }),
    route({
      ...reader,
      method: 'get',
      path: '/import-sources/{sourceId}/runs',
      operation: 'listImportRuns',
      summary: 'The last runs of a source',
      params: sourceParams,
      answer: ImportRunList,
      handle: async ({ params: { sourceId } }) => ({ importRuns: await runsOf(db, sourceId, shownRuns) }),
    }),
    route({
      ...administrator,
      method: 'post',
      path: '/import-sources/{sourceId}/runs',
      operation: 'beginImportRun',
      summary: 'Read a source and plan what would change',
      description:
        'Of a file: a multipart form with the field `file`, at most 20 MB. Of a directory: `{}`. ' +
        'Nothing changes until the plan is carried out.',
      params: sourceParams,
      body: ImportFile,
      multipart: { maxBytes: maxFileBytes + 100_000, orJson: true },
      status: 201,
      answer: ImportRun,
      async handle({ viewer, params: { sourceId }, body: { file } }) {
        const { kind } = await readSource(sourceId);
        if (kind === 'csv' && !file) throw new ApiError('invalid', 'Send the CSV file too.', { field: 'file' });
        if (kind === 'ldap' && file)
          throw new ApiError('invalid', 'This import reads a directory, not a file.', { field: 'file' });
        if (file && file.size > maxFileBytes)
          throw new ApiError('tooLarge', 'The file is larger than 20 MB.', { field: 'file' });
        const bytes = file ? await file.bytes() : null;
        const id = await db
          .transaction()
          .execute((transaction) => beginRun(transaction, { sourceId, file: bytes, startedBy: viewer.userId }));
        return shownRun(id);
      },
    }),
    route({
      ...reader,
      method: 'get',
      path: '/import-runs/{runId}',
      operation: 'readImportRun',
      summary: 'A run: its state, its plan and the rows of it',
      params: runParams,
      query: ImportRunQuery,
      answer: ImportRunDetail,
      async handle({ params: { runId }, query }) {
        const run = await shownRun(runId);
        const rows = query.limit === 0 ? [] : await rowsOf(db, runId, query);
        const next = rows.length === query.limit ? (rows.at(-1)?.number ?? null) : null;
        return { ...run, rows, next };
      },
    }),
    route({
      ...administrator,
      method: 'post',
      path: '/import-runs/{runId}/carry-out',
      operation: 'carryOutImportRun',
      summary: 'Carry out the plan',
      description: 'Exactly what was previewed: a row whose user has changed since is refused and says so.',
      params: runParams,
      status: 202,
      answer: ImportRun,
      async handle({ viewer, params: { runId } }) {
        await carryOut(db, runId, viewer.userId);
        return shownRun(runId);
      },
    }),
    route({
      ...administrator,
      method: 'post',
      path: '/import-runs/{runId}/cancel',
      operation: 'cancelImportRun',
      summary: 'Stop a run, or dismiss its plan',
      description: 'What was carried out stays.',
      params: runParams,
      answer: ImportRun,
      async handle({ viewer, params: { runId } }) {
        await db.transaction().execute((transaction) => cancelRun(transaction, runId, actorOf(viewer)));
        return shownRun(runId);
      },
    }),
  ];
}
