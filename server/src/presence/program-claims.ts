/**
 * Claims that other programs make about a user's presence: a door panel, a chat, a scheduler. Each has a name, by which it
 * finds its claim again, and a lease: a program that dies leaves nothing behind.
 */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import { endClaim, putClaim } from './claims.ts';
import { loadInputs } from './inputs.queries.ts';
import { ChoiceRefused } from './manual.ts';
import type { Status } from './presence.ts';
import { profileNamed } from './profiles.ts';

/** Seconds. Long enough that renewing costs nobody anything, short enough that what is forgotten ends within a day. */
export const leaseRange = { least: 10, usual: 600, most: 86_400 } as const;
/** Of one user at a time: more is a program that makes up names. */
const mostPrograms = 100;

export interface ProgramClaim {
  /** The program's name for its claim, told as the reason. */
  name: string;
  /** Either a status or a profile of the user's set, by key or name. */
  status?: Status | undefined;
  profile?: string | undefined;
  note?: string | null | undefined;
  leaseSeconds: number;
  /** At the latest then, however often it is renewed. */
  until?: Temporal.Instant | undefined;
}

/**
 * Makes the program's claim or renews it; idempotent. A renewed claim that asks for the same keeps its beginning. Run it
 * in a transaction. @returns whether something else is asked for than before. @throws ChoiceRefused
 */
export async function putProgramClaim(
  executor: Executor,
  userId: string,
  asked: ProgramClaim,
  now: Temporal.Instant,
  by: string,
): Promise<boolean> {
  const inputs = (await loadInputs(executor, [userId], { from: now, to: now.add({ milliseconds: 1 }) })).get(userId);
  if (!inputs) throw new ChoiceRefused('userId', 'There is no such user.');
  const profile = asked.profile === undefined ? null : profileNamed(asked.profile, inputs.profiles);
  if (asked.profile !== undefined && !profile)
    throw new ChoiceRefused('profile', `The user has no profile "${asked.profile}", or it is switched off.`);
  if (asked.until && Temporal.Instant.compare(asked.until, now) <= 0)
    throw new ChoiceRefused('until', 'The end lies in the past. Choose a later one.');
  const status = profile?.status ?? asked.status!;
  const profileId = profile?.id ?? null;
  const note = asked.note ?? null;

  // One program after the other: two that renew at once would each not see the other.
  await sql`select from users where id = ${userId}::uuid for no key update`.execute(executor);
  const claims = await runningClaims(executor, userId, now);
  const before = claims.find(({ name }) => name === asked.name);
  if (!before && claims.length >= mostPrograms)
    throw new ChoiceRefused('origin', `${mostPrograms} programs claim this user’s presence already. End one of them.`);
  const sameLook = before?.status === status && before.profileId === profileId;
  await putClaim(executor, {
    ...{ userId, origin: 'api', key: asked.name, profileId, status, note },
    end: asked.until ?? null,
    leasedUntil: now.add({ seconds: asked.leaseSeconds }),
    start: sameLook ? before.since : now,
    createdBy: by,
  });
  return !sameLook || before.note !== note;
}

/** Ends the program's claim. Run it in a transaction. @returns whether one was running. */
export async function endProgramClaim(
  executor: Executor,
  userId: string,
  name: string,
  now: Temporal.Instant,
): Promise<boolean> {
  const running = (await runningClaims(executor, userId, now)).some((claim) => claim.name === name);
  if (running) await endClaim(executor, { userId, origin: 'api', key: name }, now);
  return running;
}

export interface RunningProgramClaim {
  name: string;
  status: Status;
  profileId: string | null;
  profileName: string | null;
  note: string | null;
  since: Temporal.Instant;
  /** Null: as long as the program renews it. */
  until: Temporal.Instant | null;
  /** It ends then unless it is renewed. */
  leasedUntil: Temporal.Instant;
  /** Whose token or session made it; null: somebody who is gone. */
  by: { id: string; displayName: string } | null;
}

/** What programs claim now, in the order of their names. */
export async function runningClaims(
  executor: Executor,
  userId: string,
  now: Temporal.Instant,
): Promise<RunningProgramClaim[]> {
  const rows = await executor
    .selectFrom('claim')
    .leftJoin('profile', 'profile.id', 'claim.profile_id')
    .leftJoin('users as maker', 'maker.id', 'claim.created_by')
    .select([
      'claim.key',
      'claim.status',
      'claim.profile_id',
      'profile.name',
      'claim.note',
      'starts_at',
      'ends_at',
      'leased_until',
    ])
    .select(['maker.id as makerId', 'maker.display_name as makerName'])
    .where('claim.user_id', '=', userId)
    .where('claim.origin', '=', 'api')
    .where('leased_until', '>', now)
    .where((where) => where.or([where('ends_at', 'is', null), where('ends_at', '>', now)]))
    .orderBy('claim.key')
    .execute();
  return rows.map((row) => ({
    name: row.key,
    status: row.status as Status,
    profileId: row.profile_id,
    profileName: row.name,
    note: row.note,
    since: row.starts_at,
    until: row.ends_at,
    leasedUntil: row.leased_until!,
    by: row.makerId === null ? null : { id: row.makerId, displayName: row.makerName! },
  }));
}
