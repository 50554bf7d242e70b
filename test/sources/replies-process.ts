/**
 * A process that does nothing but look after automatic replies, to be killed: replies-process.ts TARGET-JSON MAILBOX-FILE.
 * Says "ready" when it has looked once.
 */
import { createReplies } from '../../server/src/automatic-replies/worker.ts';
import { openStore } from '../../server/src/store/database.ts';
import { testContext } from '../context.ts';
import { fileMailbox } from './file-mailbox.ts';

const [target, file] = process.argv.slice(2);
const store = await openStore(JSON.parse(target!));
const replies = createReplies(testContext(store), { connectors: [fileMailbox(file!)] });
const stopping = new AbortController();
process.on('SIGTERM', () => stopping.abort());
await replies.round(stopping.signal);
console.log('ready');
while (!stopping.signal.aborted) {
  await new Promise((resolve) => setTimeout(resolve, 20));
  await replies.round(stopping.signal).catch(() => {});
}
await store.close();
