/** A process that does nothing but sync, to be killed: sync-process.ts TARGET-JSON STATE-FILE. Says "ready" when it began. */
import fs from 'node:fs';
import { openStore } from '../../server/src/store/database.ts';
import { startSync } from '../../server/src/sync/sync.ts';
import { testContext } from '../context.ts';
import { type ModelState, modelConnector } from './model-source.ts';

const [target, stateFile] = process.argv.slice(2);
const store = await openStore(JSON.parse(target!));
const read = () => JSON.parse(fs.readFileSync(stateFile!, 'utf8')) as ModelState;
const engine = await startSync(testContext(store), { connectors: [modelConnector(read)] });
console.log('ready');
process.on('SIGTERM', async () => {
  await engine.stop();
  await store.close();
  process.exit(0);
});
