import type { Context as HttpContext } from 'hono';
import type { CalendarConnector } from '../calendars/connector.ts';
import type { Context } from '../context.ts';
import { applyCompany } from '../organization/as-code/apply.ts';
import { CompanyRefused } from '../organization/as-code/company-file.ts';
import { exportCompany } from '../organization/as-code/export.ts';
import { companySchema } from '../organization/as-code/json-schema.ts';
import { referenceKey } from '../organization/as-code/references.ts';
import { actorOf } from '../organization/audit.ts';
import type { PhoneSystemKinds } from '../telephony/connectors.ts';
import { ApiError } from './errors.ts';
import { type Route, route, type Viewer } from './route.ts';
import { CompanyChangeList, CompanyFile } from './schemas/configuration.ts';

const tag = 'Configuration as code';
/** 20,000 users are 4 MB. */
const maxBytes = 50_000_000;

export interface ConfigurationKinds {
  calendarConnectors: readonly CalendarConnector[];
  phoneSystemKinds: PhoneSystemKinds;
}

export function configurationRoutes({ store: { db }, secrets }: Context, kinds: ConfigurationKinds): Route[] {
  async function apply(viewer: Viewer, file: File, values: Record<string, string> = {}, dryRun: boolean) {
    const actor = { ...actorOf(viewer), via: 'apply' as const };
    const read = (reference: Parameters<typeof referenceKey>[0]) => values[referenceKey(reference)];
    try {
      return await applyCompany(db, { ...kinds, secrets, actor }, decoded(await file.bytes()), { dryRun, read });
    } catch (error) {
      if (error instanceof CompanyRefused) throw new ApiError('unprocessable', error.message, { field: 'file' });
      throw error;
    }
  }
  return [
    route({
      access: 'administrator',
      method: 'post',
      path: '/configuration/plan',
      tag,
      operation: 'planConfiguration',
      summary: 'What a company file would change',
      description: 'Changes nothing. A file with faults is refused with the line, the column and what was expected.',
      body: CompanyFile,
      multipart: { maxBytes },
      answer: CompanyChangeList,
      handle: ({ viewer, body }) => apply(viewer, body.file, body.values, true),
    }),
    route({
      access: 'administrator',
      method: 'post',
      path: '/configuration/apply',
      tag,
      operation: 'applyConfiguration',
      summary: 'Make everything as a company file says',
      description: `What the file leaves out stays as it is, null removes (JSON Merge Patch, RFC 7396). It is carried out whole or not at all;
applied again it changes nothing.`,
      body: CompanyFile,
      multipart: { maxBytes },
      answer: CompanyChangeList,
      handle: ({ viewer, body }) => apply(viewer, body.file, body.values, false),
    }),
    route({
      access: 'administrator',
      method: 'get',
      path: '/configuration',
      tag,
      operation: 'exportConfiguration',
      summary: 'Everything as a company file',
      description:
        'YAML. Secrets are references to environment variables, which whoever applies it elsewhere fills in.',
      answer: null,
      produces: 'application/yaml',
      async handle({ http, viewer }) {
        const actor = actorOf(viewer);
        const text = await db
          .transaction()
          .setIsolationLevel('repeatable read')
          .execute((transaction) => exportCompany({ ...kinds, secrets, actor, transaction }));
        return yaml(http, text);
      },
    }),
    route({
      access: 'public',
      method: 'get',
      path: '/configuration/schema',
      tag,
      operation: 'readConfigurationSchema',
      summary: 'The form of a company file, for editors',
      description: 'JSON Schema 2020-12.',
      answer: null,
      produces: 'application/schema+json',
      async handle({ http }) {
        return http.body(JSON.stringify(companySchema(), null, 2), 200, { 'content-type': 'application/schema+json' });
      },
    }),
  ];
}

const yaml = (http: HttpContext, text: string) =>
  http.body(text, 200, {
    'content-type': 'application/yaml; charset=utf-8',
    'content-disposition': 'attachment; filename="company.yaml"',
  });

/** @throws ApiError for what isn't UTF-8: replacing what can't be read would write wrong names. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ApiError('unprocessable', 'The file is not UTF-8 text. Save it as UTF-8.', { field: 'file' });
  }
}
