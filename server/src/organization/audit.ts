/**
 * The audit log: who changed what, from what, to what. Written in the transaction of the change itself, so that neither
 * is there without the other. Secrets never come here: callers say `hasSecret`, and what is named like one is left out.
 */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';

/** Who changes something. */
export interface Actor {
  /** Null for what nobody signed in has done (an import on its own, the command line on the database). */
  userId: string | null;
  name: string;
  via: 'session' | 'token' | 'apply' | 'import' | 'system';
}

export type AuditSubject =
  | 'location'
  | 'group'
  | 'groupFunction'
  | 'profile'
  | 'predefinedTarget'
  | 'user'
  | 'extension'
  | 'account'
  | 'phoneSystem'
  | 'webhook'
  | 'workGroup'
  | 'relationship'
  | 'importSource'
  | 'identityProvider'
  | 'graphApplication'
  | 'exchangeServer'
  | 'apiToken'
  | 'session'
  | 'network'
  | 'auditLog'
  | 'presence'
  | 'sampleCompany'
  | 'alert'
  | 'signIn'
  | 'configuration';

export interface Change {
  action: 'create' | 'change' | 'delete' | 'run' | 'signIn' | 'refuse';
  subject: AuditSubject;
  subjectId: string | null;
  /** As people know it, when it happened. */
  subjectName: string;
  /** Whose administrators may read the entry; null: only those of the whole system. */
  locationId?: string | null;
  before?: Record<string, unknown> | null;
  after?: Record<string, unknown> | null;
}

export const actorOf = (viewer: { userId: string; displayName: string; via: 'session' | 'token' }): Actor => ({
  userId: viewer.userId,
  name: viewer.displayName,
  via: viewer.via,
});
export const systemActor: Actor = { userId: null, name: 'Whenabouts', via: 'system' };

/** Writes one entry, of a change only the fields that differ; nothing at all when a change changed nothing. */
export const recordChange = (executor: Executor, actor: Actor, change: Change): Promise<void> =>
  recordChanges(executor, actor, [change]);

/** The same for many, in one statement. */
export async function recordChanges(executor: Executor, actor: Actor, changes: readonly Change[]): Promise<void> {
  const entries = changes.flatMap((change) => {
    const [before, after] = differing(change.before ?? null, change.after ?? null);
    if (change.action === 'change' && before !== null && Object.keys(before).length === 0) return [];
    const { action, subject, subjectId, subjectName, locationId = null } = change;
    return [{ action, subject, subjectId, subjectName, locationId, before, after }];
  });
  if (entries.length === 0) return;
  await sql`
    insert into audit_entry (actor_id, actor_name, via, action, subject_kind, subject_id, subject_name, location_id,
                             before, after)
    select ${actor.userId}::uuid, ${actor.name}, ${actor.via}, action, subject, "subjectId", "subjectName",
           "locationId", nullif(before, 'null'), nullif(after, 'null')
      from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)
           as e(action text, subject text, "subjectId" text, "subjectName" text, "locationId" uuid, before jsonb,
                after jsonb)`.execute(executor);
}

const secretName = /secret|password|passphrase|token|privateKey|recovery/i;

/** What is named like a secret, however deep, isn't written: callers leave secrets out, this is the second lock. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (value === null || typeof value !== 'object' || 'toJSON' in value) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) => (secretName.test(name) ? [] : [[name, withoutSecrets(part)]])),
  );
}

/** Pure: the fields that differ, on both sides, without anything that is named like a secret. */
export function differing(
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
): [Record<string, unknown> | null, Record<string, unknown> | null] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  const differs = [...names].filter(
    (name) => !secretName.test(name) && JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]),
  );
  const pick = (side: Record<string, unknown> | null) =>
    side &&
    Object.fromEntries(differs.filter((name) => name in side).map((name) => [name, withoutSecrets(side[name])]));
  return [pick(before), pick(after)];
}
