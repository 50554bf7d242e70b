/**
 * The audit log: who changed what, from what, to what. Written in the transaction of the change itself, so that neither
 * is there without the other. Secrets never come here: callers say `hasSecret`, and what is named like one is left out.
 */
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
  | 'apiToken'
  | 'session'
  | 'network'
  | 'auditLog'
  | 'sampleCompany'
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
export async function recordChange(executor: Executor, actor: Actor, change: Change): Promise<void> {
  const [before, after] = differing(change.before ?? null, change.after ?? null);
  if (change.action === 'change' && before !== null && Object.keys(before).length === 0) return;
  await executor
    .insertInto('audit_entry')
    .values({
      actor_id: actor.userId,
      actor_name: actor.name,
      via: actor.via,
      action: change.action,
      subject_kind: change.subject,
      subject_id: change.subjectId,
      subject_name: change.subjectName,
      location_id: change.locationId ?? null,
      before: before && JSON.stringify(before),
      after: after && JSON.stringify(after),
    })
    .execute();
}

const secretName = /secret|password|token|private|recovery/i;

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
    side && Object.fromEntries(differs.filter((name) => name in side).map((name) => [name, side[name]]));
  return [pick(before), pick(after)];
}
