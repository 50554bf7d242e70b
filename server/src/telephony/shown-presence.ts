/** What phones and operator panels are to show of their users' presence, for phone systems that can show it. */
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { lastChangeNumber } from '../presence/changes.ts';
import { renderNote } from '../presence/note-template.ts';
import type { Status } from '../presence/presence.ts';
import type { Executor } from '../store/database.ts';
import type { PhonePresence, PhoneSystemConnection } from './connector.ts';
import { connectTo, type PhoneSystemKinds } from './connectors.ts';
import { asConnectorError } from './outcomes.ts';
import { backOff, type Paced, paced } from './pace.ts';

/** What stands on the phone system is compared so often: writes get lost, and people set things by hand. Milliseconds. */
const compareMs = 600_000;
const limitMs = 30_000;

export interface PresenceShown extends Paced {
  /** Extensions came or went. */
  compare(): void;
}

/** Keeps phones showing presence, from the first comparison on; only for a system that may be written to. */
export function showPresence(
  { store: { db }, log }: Pick<Context, 'store' | 'log'>,
  system: { id: string; name: string },
  connection: PhoneSystemConnection,
): PresenceShown {
  let seen = 0;
  let comparedAt = -Infinity;
  /** Extensions that nothing is shown on any more, and that were told so. */
  const cleared = new Set<string>();
  const work = paced(
    async () => {
      const all = performance.now() - comparedAt >= compareMs;
      // Before the work: who asks for a comparison meanwhile gets one.
      if (all) comparedAt = performance.now();
      // Before the reading: what changes meanwhile is newer and comes again.
      const last = await lastChangeNumber(db);
      const wanted = await presenceWanted(db, system.id, all ? null : seen, Temporal.Now.instant());
      for (const [extension, presence] of wanted)
        if (presence) cleared.delete(extension);
        else if (!all && cleared.has(extension)) wanted.delete(extension);
      if (all || wanted.size > 0) await connection.showPresence!(wanted, all, AbortSignal.timeout(limitMs));
      for (const [extension, presence] of wanted) if (!presence) cleared.add(extension);
      seen = last;
      return compareMs;
    },
    (error, times) => {
      const { errorClass, message } = asConnectorError(error);
      if (times === 1 && errorClass !== 'unreachable')
        log.warn({ phoneSystem: system.name, err: error }, `Phones can't be made to show presence: ${message}`);
      // What was told and what wasn't is unknown.
      comparedAt = -Infinity;
      return backOff(times, 30_000);
    },
  );
  return {
    ...work,
    wake() {
      if (connection.capabilities.presence !== false) work.wake();
    },
    compare() {
      comparedAt = -Infinity;
      work.wake();
    },
  };
}

/**
 * Phones show nothing of ours any more; for `whenabouts release`, where no server runs that would do it. A phone system
 * that can't be reached is told to the log.
 * @param systemId null: all.
 */
export async function takeBackPresence(
  { store: { db }, secrets, log }: Pick<Context, 'store' | 'secrets' | 'log'>,
  kinds: PhoneSystemKinds,
  systemId: string | null,
): Promise<void> {
  let query = db.selectFrom('phone_system').select(['id', 'name', 'kind', 'settings', 'secret']);
  if (systemId !== null) query = query.where('id', '=', systemId);
  await Promise.all(
    (await query.execute()).map(async (system) => {
      let connection: PhoneSystemConnection | null = null;
      try {
        connection = await connectTo(kinds, secrets, system);
        const nothing = await nothingShown(db, system.id);
        await connection.showPresence?.(nothing, true, AbortSignal.timeout(limitMs));
      } catch (error) {
        log.warn({ phoneSystem: system.name, err: error }, 'What phones show could not be taken back.');
      } finally {
        await connection?.close().catch(() => {});
      }
    }),
  );
}

/** Of every extension by name: a phone system that can't be read doesn't know where something of ours stands. */
async function nothingShown(db: Executor, systemId: string): Promise<Map<string, null>> {
  const rows = await db.selectFrom('extension').select('number').where('phone_system_id', '=', systemId).execute();
  return new Map(rows.map(({ number }) => [number, null]));
}

interface Row {
  number: string;
  shown: boolean;
  status: Status;
  note: string | null;
  since: Temporal.Instant;
  until: Temporal.Instant | null;
  display_name: string;
  language: 'en' | 'de';
  time_zone: string;
}

/**
 * By extension; null: nothing of ours, because the extension is being given back or its user is switched off.
 * @param after only what changed after this change; null: all.
 */
export async function presenceWanted(
  executor: Executor,
  systemId: string,
  after: number | null,
  now: Temporal.Instant,
): Promise<Map<string, PhonePresence | null>> {
  const { rows } = await sql<Row>`
    select e.number, r.released_at is null and u.active as shown, coalesce(p.status, 'available') as status, p.note,
           coalesce(p.since, u.created_at) as since, p.until, u.display_name, u.language, u.time_zone
      from extension e
      join users u on u.id = e.user_id
      left join presence_state p on p.user_id = u.id
      left join forwarding_record r on r.extension_id = e.id and r.slot = 'always'
     where e.phone_system_id = ${systemId}
       and (${after}::bigint is null or p.change_number > ${after}::bigint or r.released_at is not null or not u.active)`.execute(
    executor,
  );
  return new Map(rows.map((row) => [row.number, row.shown ? presenceOf(row, now) : null]));
}

const untilWords = { en: 'until {{until}}', de: 'bis {{until}}' } as const;

/** In the words and the zone of the user whose phone it is. */
function presenceOf(row: Row, now: Temporal.Instant): PhonePresence {
  const { status, since, until, display_name: name, language, time_zone: timeZone } = row;
  const template = row.note ?? (until && status !== 'available' ? untilWords[language] : null);
  const message = template && renderNote(template, { status, since, until, name }, { language, timeZone }, now);
  return { status, message };
}
