/** Run by office.ts: opens the store, sets the wishes, reconciles until it dies. */

import type { Forwarding } from '../../server/src/presence/presence.ts';
import { openStore } from '../../server/src/store/database.ts';
import { freeLeasesOfTheDead, nameProcess } from '../../server/src/store/processes.ts';
import { phoneSystemKinds } from '../../server/src/telephony/connectors.ts';
import type { Phase } from '../../server/src/telephony/decide.ts';
import { startReconciler } from '../../server/src/telephony/reconciler.ts';
import { until } from '../product.ts';
import { officeContext, want } from './office.ts';

const { target, wishes, phase } = JSON.parse(process.env.OFFICE!) as {
  target: { url: string } | { folder: string };
  wishes: Record<string, Forwarding>;
  phase?: Phase;
};
// Dies with its parent.
process.stdin.resume().on('end', () => process.exit(1));
const store = await openStore(target);
// As the server does at its start: what a process that was killed had leased is free at once.
await freeLeasesOfTheDead(store.db);
const context = officeContext(store, { processName: nameProcess() });
for (const [number, forwarding] of Object.entries(wishes)) await want(store.db, number, forwarding);
const reconciler = await startReconciler(context, {
  connectors: phoneSystemKinds(context.outbound),
  pollMs: 300,
  leaseMs: 2_000,
});
if (phase) {
  const open = () =>
    store.db.selectFrom('forwarding_record').select('extension_id').where('phase', '<>', phase).execute();
  await until(`every record is ${phase}`, open, (records) => records.length === 0, 60);
  await reconciler.stop();
  await store.close();
  process.exit(0);
}
