/** The proof that a phone system is still ours to write to (rule 10), as part of the transaction that needs it. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import type { Lease } from './records.queries.ts';
import { LeaseLost } from './records.ts';

/** On phone_system: it does what it did when its records were loaded, and isn't paused and left as it is. */
const unswitched = ({ mode }: Lease) =>
  sql`${mode ? sql`mode = ${mode}` : sql`true`} and (mode <> 'paused' or (paused_reason ->> 'giveBack')::boolean)`;

/**
 * So much of a lease has to be left, or it is renewed: more than writing may take after it was proven (reconcile.ts), and
 * less than is left when it is renewed at its time (reconciler.ts), because renewing waits for all who hold on to it.
 */
const freshShare = 0.7;

interface Proof {
  /** Paused so that everything is given back. */
  givenBack: boolean;
}

/**
 * From now until the transaction ends nobody else can take the phone system over or switch it, and so much of the lease is
 * left that it may be written to afterwards.
 * @param afterWriting phones were written to already: then it counts for nothing what the phone system was switched to since.
 * @throws LeaseLost it isn't ours any more, or was switched.
 */
export async function proveLease(transaction: Executor, lease: Lease, afterWriting: boolean): Promise<Proof> {
  const ours = sql`
    id = ${lease.systemId} and leased_by = ${lease.processName} and ${afterWriting ? sql`true` : unswitched(lease)}`;
  const given = sql`coalesce((paused_reason ->> 'giveBack')::boolean, false) as "givenBack"`;
  const seconds = lease.leaseMs / 1000;
  // A lease that was renewed just now is only held on to: so batches are stored side by side.
  const { rows: fresh } = await sql<Proof>`
    select ${given} from phone_system
     where ${ours} and leased_until > now() + make_interval(secs => ${seconds * freshShare}) for share`.execute(
    transaction,
  );
  if (fresh[0]) return fresh[0];
  const { rows: renewed } = await sql<Proof>`
    update phone_system set leased_until = now() + make_interval(secs => ${seconds})
     where ${ours} and leased_until > now() returning ${given}`.execute(transaction);
  if (renewed[0]) return renewed[0];
  throw new LeaseLost('Another process has taken over this phone system, or somebody has switched it.');
}
