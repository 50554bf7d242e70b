/** Run by leaving-crashes.test.ts: reconciles and carries removals out until it dies, or until none is under way. */
import fs from 'node:fs';
import type { CalendarConnector } from '../../server/src/calendars/connector.ts';
import { startLeavings } from '../../server/src/organization/leaving/leavings.ts';
import { openStore } from '../../server/src/store/database.ts';
import { freeLeasesOfTheDead, nameProcess } from '../../server/src/store/processes.ts';
import { phoneSystemKinds } from '../../server/src/telephony/connectors.ts';
import { startReconciler } from '../../server/src/telephony/reconciler.ts';
import { until } from '../product.ts';
import { officeContext } from './office.ts';

const { target, revokedFile, userId, foundFile } = JSON.parse(process.env.LEAVING!) as {
  target: { url: string } | { folder: string };
  revokedFile: string;
  userId: string;
  /** What the one before has left is written there. */
  foundFile: string;
};
// Dies with its parent.
process.stdin.resume().on('end', () => process.exit(1));
const store = await openStore(target);
// As the server does at its start: what a process that was killed had leased is free at once.
await freeLeasesOfTheDead(store.db);
const context = officeContext(store, { processName: nameProcess() });
const user = await store.db.selectFrom('users').select('id').where('id', '=', userId).executeTakeFirst();
fs.appendFileSync(foundFile, user ? 'user ' : 'nobody ');
const source = {
  kind: 'tokens',
  revoke: async ({ id }: { id: string }) => fs.appendFileSync(revokedFile, `${id}\n`),
} as unknown as CalendarConnector;
const reconciler = await startReconciler(context, {
  connectors: phoneSystemKinds(context.outbound),
  pollMs: 300,
  leaseMs: 5_000,
});
const leavings = await startLeavings(context, { connectors: [source] });
const underWay = () => store.db.selectFrom('leaving').select('id').where('state', '=', 'running').execute();
await until('nothing is under way', underWay, (rows) => rows.length === 0, 60);
await leavings.stop();
await reconciler.stop();
await store.close();
process.exit(0);
