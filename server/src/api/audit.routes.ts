import type { Context } from '../context.ts';
import { auditEntries, readAuditSettings, writeAuditSettings } from '../organization/audit.queries.ts';
import { actorOf } from '../organization/audit.ts';
import { namesIn } from '../organization/audit-names.queries.ts';
import { locationsOf } from './access.ts';
import { type Route, route } from './route.ts';
import { AuditLog, AuditQuery, AuditSettings } from './schemas/access.ts';

const tag = 'Audit log';

export function auditRoutes({ store: { db } }: Context): Route[] {
  return [
    route({
      access: 'reader',
      method: 'get',
      path: '/audit',
      tag,
      operation: 'readAuditLog',
      summary: 'Who changed what, from what, to what',
      description: 'Newest first; the last entry’s id as `before` gives the next page. Secrets are never in it.',
      query: AuditQuery,
      answer: AuditLog,
      async handle({ viewer, query }) {
        const entries = await auditEntries(db, locationsOf(viewer), query);
        return { entries, names: await namesIn(db, entries) };
      },
    }),
    route({
      access: 'systemReader',
      method: 'get',
      path: '/settings/audit',
      tag,
      operation: 'readAuditSettings',
      summary: 'How long the audit log is kept',
      answer: AuditSettings,
      handle: () => readAuditSettings(db),
    }),
    route({
      access: 'administrator',
      method: 'put',
      path: '/settings/audit',
      tag,
      operation: 'writeAuditSettings',
      summary: 'Set how long the audit log is kept',
      body: AuditSettings,
      answer: AuditSettings,
      async handle({ viewer, body }) {
        await db.transaction().execute((transaction) => writeAuditSettings(transaction, actorOf(viewer), body));
        return body;
      },
    }),
  ];
}
