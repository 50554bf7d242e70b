/** Deletes what is too old to be of use, once a day. Presence changes are activation's own (presence/upkeep.ts). */
import { sql } from 'kysely';
import type { Context, Running } from '../context.ts';
import type { Database } from '../store/database.ts';
import { dropOldAlerts } from './alerts.ts';
import { dropOldAuditEntries } from './audit.queries.ts';
import { dropOldFailures } from './sign-in/tries.queries.ts';

/** How long the forwarding log is kept for its users. */
export const forwardingLogKept = Temporal.Duration.from({ hours: 90 * 24 });
/** Tokens that have run out are shown as such for a while. */
const endedTokensKept = Temporal.Duration.from({ hours: 30 * 24 });
/** How long removals that are done are shown. */
const leavingsKept = Temporal.Duration.from({ hours: 90 * 24 });
/** How long runs of imports are shown with their rows. */
const importRunsKept = Temporal.Duration.from({ hours: 90 * 24 });
const dayMs = 24 * 60 * 60 * 1000;

export async function dropExpired(db: Database, now: Temporal.Instant): Promise<void> {
  await db.deleteFrom('login_session').where('expires_at', '<', now).execute();
  await db.deleteFrom('invitation').where('expires_at', '<', now).execute();
  await db.deleteFrom('provider_sign_in').where('expires_at', '<', now).execute();
  await dropOldFailures(db, now);
  await db.deleteFrom('api_token').where('expires_at', '<', now.subtract(endedTokensKept)).execute();
  await dropOldAuditEntries(db, now);
  await dropOldAlerts(db, now);
  // They hold the names of who is gone; the audit log keeps what was done.
  // That accounts which rest are to be kept stays known.
  await db
    .deleteFrom('leaving')
    .where('finished_at', '<', now.subtract(leavingsKept))
    .where((of) => of.not(of.and([of('kind', '=', 'groupMethod'), of('state', '=', 'cancelled')])))
    .execute();
  await db.deleteFrom('import_run').where('finished_at', '<', now.subtract(importRunsKept)).execute();
  // In portions: the log of a large company must not hold its table for minutes.
  for (;;) {
    const { numAffectedRows } = await sql`
      delete from forwarding_log where id in (
        select id from forwarding_log where at < ${now.subtract(forwardingLogKept)} order by id limit 5000)`.execute(
      db,
    );
    if (Number(numAffectedRows ?? 0) < 5_000) return;
  }
}

export function startRetention({ store, log }: Context): Running {
  const run = () =>
    dropExpired(store.db, Temporal.Now.instant()).catch((error) => {
      log.warn({ error }, 'Old sessions and log lines could not be removed; tomorrow tries again.');
    });
  const timer = setInterval(run, dayMs);
  let running = run();
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
      running = Promise.resolve();
    },
  };
}
