/** A process that does nothing but keep presence true, to be killed: activation-process.ts TARGET-JSON. */
import { startActivation } from '../../server/src/presence/activation.ts';
import { openStore } from '../../server/src/store/database.ts';
import { testContext } from '../context.ts';

// Dies with its parent.
process.stdin.resume().on('end', () => process.exit(1));
const store = await openStore(JSON.parse(process.argv[2]!));
const activation = await startActivation(testContext(store));
process.on('SIGTERM', async () => {
  await activation.stop();
  await store.close();
  process.exit(0);
});
// One that has nothing left to do says so.
for (;;) {
  const late = await store.db
    .selectFrom('presence_state')
    .innerJoin('users', 'users.id', 'presence_state.user_id')
    .innerJoin('configuration_group as group', 'group.id', 'users.group_id')
    .select('user_id')
    .whereRef('presence_state.settings_revision', '<>', 'group.settings_revision')
    .limit(1)
    .executeTakeFirst();
  if (!late) break;
  await new Promise((resolve) => setTimeout(resolve, 50));
}
process.stdout.write('done\n');
