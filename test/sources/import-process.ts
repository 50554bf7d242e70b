/** A process that does nothing but work on imports, to be killed: import-process.ts TARGET-JSON KEY-IN-HEX CA-FILE. */
import fs from 'node:fs';
import { startImports } from '../../server/src/organization/import/imports.ts';
import { createOutbound } from '../../server/src/outbound/client.ts';
import { openStore } from '../../server/src/store/database.ts';
import { freeLeasesOfTheDead, nameProcess } from '../../server/src/store/processes.ts';
import { secretsWith } from '../../server/src/store/secrets.ts';
import { testContext } from '../context.ts';

const [target, key, authority] = process.argv.slice(2);
// Dies with its parent.
process.stdin.resume().on('end', () => process.exit(1));
const store = await openStore(JSON.parse(target!));
// As the server does at its start.
await freeLeasesOfTheDead(store.db);
const context = testContext(store, {
  processName: nameProcess(),
  secrets: secretsWith(new Map([['test', Buffer.from(key!, 'hex')]])),
  outbound: createOutbound({ allowedNetworks: [], ca: [fs.readFileSync(authority!, 'utf8')] }),
});
await startImports(context);
