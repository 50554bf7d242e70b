/** `whenabouts release` as a program, without a server: automatic replies leave the mailbox, and what can't is named. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReplies } from '../server/src/automatic-replies/worker.ts';
import { connectors as calendarKinds } from '../server/src/calendars/connectors.ts';
import { systemActor } from '../server/src/organization/audit.ts';
import { createApplication } from '../server/src/organization/graph-applications/applications.ts';
import { registeredApplication } from '../server/src/organization/graph-applications/registered.ts';
import { createOutbound } from '../server/src/outbound/client.ts';
import { createActivation } from '../server/src/presence/activation.ts';
import { setManual } from '../server/src/presence/manual.ts';
import { loadOrCreateKeys, secretsWith } from '../server/src/store/secrets.ts';
import { alignGroupAccounts } from '../server/src/sync/group-accounts.ts';
import { tame } from '../simulators/microsoft365/habits.ts';
import { type Microsoft365, startMicrosoft365 } from '../simulators/microsoft365/microsoft365.ts';
import { makeUser, testContext } from './context.ts';
import { dropTarget, inStore, makeTarget, type TestTarget } from './store.ts';

const cli = path.resolve(import.meta.dirname, '../server/src/cli.ts');
const address = 'ada@contoso.example';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-release-'));
let target: TestTarget;
let data: string;
let cloud: Microsoft365;
let userId: string;

beforeAll(async () => {
  target = await makeTarget();
  data = 'url' in target ? folder : path.dirname(target.folder);
  cloud = await startMicrosoft365({ habits: tame });
  const tenantId = cloud.world.addTenant().id;
  const { clientId } = cloud.world.addApplication({
    ...{ tenantId, secrets: [{ value: 'right', expiresAt: Date.now() + 1e9 }] },
    adminConsent: { scopes: [], roles: ['Calendars.Read', 'MailboxSettings.ReadWrite'] },
  });
  cloud.world.addUser({ tenantId, name: 'Ada', address });
  await inContext(async (context) => {
    const { db } = context.store;
    const graphApplicationId = await db.transaction().execute((transaction) =>
      createApplication(transaction, context.secrets, systemActor, {
        ...{ name: 'Server-side', clientId, tenantId, cloud: 'custom' },
        ...{ loginAddress: cloud.url, graphAddress: cloud.url, credential: { kind: 'secret', secret: 'right' } },
      }),
    );
    const microsoft365 = { graphApplicationId, automaticReplies: true };
    const settings = { synchronization: { source: 'microsoft365', microsoft365 } };
    ({ userId } = await makeUser(db, { email: address, settings }));
    await alignGroupAccounts(context);
    await db.transaction().execute((transaction) => {
      const end = { rule: 'untilChanged' } as const;
      return setManual(transaction, userId, { status: 'outOfOffice', end }, Temporal.Now.instant());
    });
    const activation = createActivation(context);
    while ((await activation.round()) === 0);
    await setReplies(context);
  });
});
afterAll(async () => {
  await cloud?.stop();
  if (target) await dropTarget(target);
  fs.rmSync(folder, { recursive: true, force: true });
});

type Context = ReturnType<typeof testContext>;

/** With the keys that the program will find. */
const inContext = (work: (context: Context) => Promise<void>) =>
  inStore(target, async (store) => {
    const outbound = createOutbound({ allowedNetworks: [] });
    try {
      await work(testContext(store, { outbound, secrets: secretsWith(loadOrCreateKeys(data)) }));
    } finally {
      await outbound.close();
    }
  });

async function setReplies(context: Context): Promise<void> {
  const { store, outbound, secrets } = context;
  const connectors = [...calendarKinds(outbound, (id) => registeredApplication(store.db, secrets, id)).values()];
  await createReplies(context, { connectors }).round(new AbortController().signal);
}

const status = () => cloud.world.userBy(address)!.mailbox!.automaticReplies.status;

async function whenabouts(...parameters: string[]): Promise<{ code: number; output: string }> {
  const env = { ...process.env, DATABASE_URL: 'url' in target ? target.url : '', WHENABOUTS_DATA: data };
  const child = spawn(process.execPath, [cli, ...parameters], { env, stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part) => {
      output += part;
    });
  const [code] = await once(child, 'close');
  return { code, output };
}

test('replies are taken back until they are resumed, and what is away is named', {
  timeout: 120_000,
}, async () => {
  expect(status()).toBe('scheduled');
  expect(await whenabouts('release', '--all')).toMatchObject({ code: 0 });
  expect(status()).toBe('disabled');
  expect(await whenabouts('resume', '--all')).toMatchObject({ code: 0 });
  await inContext(setReplies);
  expect(status()).toBe('scheduled');

  cloud.world.habits = { ...tame, faults: 1 };
  const { code, output } = await whenabouts('release', '--all', '--wait', '1');
  expect(code).toBe(1);
  expect(output).toContain(`Automatic replies of ${address}: `);
});
