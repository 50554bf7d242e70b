import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { ApiError } from './errors.ts';
import { version } from './openapi.ts';
import { type Route, route } from './route.ts';
import { Health } from './schemas/settings.ts';

export function serverRoutes(context: Context): Route[] {
  return [
    route({
      access: 'public',
      method: 'get',
      path: '/health',
      tag: 'Server',
      operation: 'readHealth',
      summary: 'Whether the server answers and reaches its database',
      description: 'For load balancers and monitoring; 503 while the database can’t be reached.',
      answer: Health,
      async handle() {
        try {
          await sql`select 1`.execute(context.store.db);
        } catch {
          throw new ApiError('unavailable', 'The database can’t be reached.');
        }
        return { status: 'ok' as const, version, database: context.store.kind };
      },
    }),
  ];
}
