/**
 * What the telephony suites share: a phone system with users and extensions in a store, presence's wishes as activation
 * writes them, and a reconciler in a process of its own that can be killed as by kill -9.
 */
import { spawn } from 'node:child_process';
import { sql } from 'kysely';
import type { Context } from '../../server/src/context.ts';
import { createOutbound } from '../../server/src/outbound/client.ts';
import { type Forwarding, noForwarding, type Slot, slots } from '../../server/src/presence/presence.ts';
import type { CrashPoint } from '../../server/src/store/crash-points.ts';
import type { Database, Store } from '../../server/src/store/database.ts';
import { secretsWith } from '../../server/src/store/secrets.ts';
import type { Phase } from '../../server/src/telephony/decide.ts';
import { makeUser, testContext } from '../context.ts';

export const off: Forwarding = noForwarding;
export const to = (target: string): Forwarding => ({ ...noForwarding, mode: 'all', target });

/** The key is the same in every process of a test. */
export function officeContext(store: Store, overrides: Partial<Context> = {}): Context {
  const secrets = secretsWith(new Map([['test', Buffer.alloc(32, 7)]]));
  return testContext(store, { secrets, outbound: createOutbound({ allowedNetworks: [] }), ...overrides });
}

export interface Office {
  systemId: string;
  /** By number. */
  users: Map<string, { userId: string; extensionId: string }>;
}

export async function makeOffice(
  context: Context,
  system: {
    name: string;
    kind: string;
    settings: unknown;
    secret?: unknown;
    mode?: 'active' | 'observe' | 'paused';
    guardShare?: number;
  },
  numbers: readonly string[],
): Promise<Office> {
  const { db } = context.store;
  const { id: systemId } = await db
    .insertInto('phone_system')
    .values({
      name: system.name,
      kind: system.kind,
      settings: JSON.stringify(system.settings),
      mode: system.mode ?? 'active',
      guard_share: system.guardShare ?? 0, // a test changes everything at once
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  if (system.secret) {
    const secret = context.secrets.seal(JSON.stringify(system.secret), systemId);
    await db.updateTable('phone_system').set({ secret }).where('id', '=', systemId).execute();
  }
  const users: Office['users'] = new Map();
  for (const number of numbers) {
    const { userId } = await makeUser(db);
    const { id: extensionId } = await db
      .insertInto('extension')
      .values({ user_id: userId, phone_system_id: systemId, number })
      .returning('id')
      .executeTakeFirstOrThrow();
    users.set(number, { userId, extensionId });
  }
  return { systemId, users };
}

/** What activation writes when a user's forwarding changes. */
export async function want(
  db: Database,
  number: string,
  forwarding: Forwarding,
  { unplanned = false } = {},
): Promise<void> {
  const { mode, target, busy, unanswered } = forwarding;
  const any = mode !== 'off' || busy !== null || unanswered !== null;
  await db.transaction().execute(async (transaction) => {
    await sql`
      insert into presence_state (user_id, status, forwarding_mode, forwarding_target, forwarding_busy,
                                  forwarding_unanswered, since)
      select user_id, ${any ? 'appointment' : 'available'}, ${mode}, ${target}, ${busy}, ${unanswered}, now()
        from extension where number = ${number}
      on conflict (user_id) do update set status = excluded.status, forwarding_mode = excluded.forwarding_mode,
        forwarding_target = excluded.forwarding_target, forwarding_busy = excluded.forwarding_busy,
        forwarding_unanswered = excluded.forwarding_unanswered, since = excluded.since`.execute(transaction);
    await sql`
      insert into forwarding_record (extension_id, slot, unplanned)
      select id, slot, ${unplanned} from extension cross join unnest(${[...slots]}::text[]) slot where number = ${number}
       order by id, slot
      on conflict (extension_id, slot) do update set due_at = now(), unplanned = excluded.unplanned`.execute(
      transaction,
    );
    await sql`select pg_notify('forwarding', '')`.execute(transaction);
  });
}

/** The events of an extension's log, the oldest first. */
export async function logOf(db: Database, office: Office, number: string): Promise<string[]> {
  const { extensionId } = office.users.get(number)!;
  const rows = await db
    .selectFrom('forwarding_log')
    .select('event')
    .where('extension_id', '=', extensionId)
    .orderBy('id')
    .execute();
  return rows.map((row) => row.event);
}

export async function recordOf(db: Database, office: Office, number: string, slot: Slot = 'always') {
  const { extensionId } = office.users.get(number)!;
  return db
    .selectFrom('forwarding_record')
    .selectAll()
    .where('extension_id', '=', extensionId)
    .where('slot', '=', slot)
    .executeTakeFirst();
}

export interface ReconcilerProcess {
  /** How it ended: SIGKILL at its crash point or by `kill`, 0 when all records were in the phase asked for. */
  ended: Promise<NodeJS.Signals | number | null>;
  kill(): Promise<void>;
}

/** A process that sets the wishes and then reconciles, until it comes to its crash point or to the phase, or is killed. */
export function startReconcilerProcess(
  target: { url: string } | { folder: string },
  wishes: Record<string, Forwarding>,
  end: { crashAt: CrashPoint } | { phase: Phase },
): ReconcilerProcess {
  const child = spawn(process.execPath, [new URL('./reconciler-process.ts', import.meta.url).pathname], {
    env: {
      ...process.env,
      OFFICE: JSON.stringify({ target, wishes, ...end }),
      ...('crashAt' in end ? { WHENABOUTS_CRASH_AT: end.crashAt } : {}),
    },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) =>
    child.once('exit', (code, signal) => resolve(signal ?? code)),
  );
  return {
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
