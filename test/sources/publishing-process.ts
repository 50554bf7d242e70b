/** A process that does nothing but tell webhooks, to be killed: publishing-process.ts TARGET-JSON KEY-IN-HEX. */
import { createOutbound } from '../../server/src/outbound/client.ts';
import { startPublishing } from '../../server/src/publishing/webhooks.ts';
import { openStore } from '../../server/src/store/database.ts';
import { freeLeasesOfTheDead, nameProcess } from '../../server/src/store/processes.ts';
import { secretsWith } from '../../server/src/store/secrets.ts';
import { testContext } from '../context.ts';
import { until } from '../product.ts';

const [target, key] = process.argv.slice(2);
// Dies with its parent.
process.stdin.resume().on('end', () => process.exit(1));
const store = await openStore(JSON.parse(target!));
// As the server does at its start.
await freeLeasesOfTheDead(store.db);
const context = testContext(store, {
  processName: nameProcess(),
  secrets: secretsWith(new Map([['test', Buffer.from(key!, 'hex')]])),
  outbound: createOutbound({ allowedNetworks: [] }),
});
const publishing = await startPublishing(context);
// Asked to end, it first notes what the last receipt says.
process.on('SIGTERM', async () => {
  await until(
    'the last note',
    () => store.db.selectFrom('webhook').select('delivered_number').executeTakeFirstOrThrow(),
    ({ delivered_number }) => delivered_number === 3,
  );
  await publishing.stop();
  await store.close();
  process.exit(0);
});
