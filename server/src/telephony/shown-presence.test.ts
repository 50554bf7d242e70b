/** Presence on phones while a phone system is paused and resumed, on a phone system whose answers the test holds back. */
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { until } from '../../../test/product.ts';
import { openTestStore } from '../../../test/store.ts';
import { makeOffice, off, officeContext, want } from '../../../test/telephony/office.ts';
import { systemActor } from '../organization/audit.ts';
import { retrying } from '../store/retrying.ts';
import type { Capabilities, PhonePresence, PhoneSystemConnection } from './connector.ts';
import type { PhoneSystemKinds } from './connectors.ts';
import { takesPresenceBack } from './reconciler.queries.ts';
import { startReconciler } from './reconciler.ts';
import { takeBackPresence } from './shown-presence.ts';
import { pauseForwarding, resumeForwarding } from './trust/pausing.ts';

const store = await openTestStore();
const context = officeContext(store);
afterAll(() => store.close());

const phones = new Map<string, PhonePresence>();
let takenBack = 0;
/** Set: what takes everything back waits for it before it does. */
let held: { asked: PromiseWithResolvers<void>; goOn: PromiseWithResolvers<void> } | null = null;

const capabilities = {
  ...{ modes: { off: true, all: true, internal: 'No.', external: 'No.', doNotDisturb: 'No.' } },
  ...{ slots: { always: true, busy: 'No.', unanswered: 'No.' }, voicemail: false },
} as unknown as Capabilities;
const connection = {
  capabilities,
  bootId: async () => null,
  read: async () => ({ always: { mode: 'off', target: null } }),
  readAll: async (extensions: readonly string[]) =>
    new Map(extensions.map((extension) => [extension, { always: { mode: 'off', target: null } }])),
  apply: async () => {},
  async showPresence(wanted: ReadonlyMap<string, PhonePresence | null>, all: boolean) {
    if (all && wanted.size === 0) {
      held?.asked.resolve();
      await held?.goOn.promise;
      takenBack++;
    }
    if (all) for (const extension of phones.keys()) if (!wanted.has(extension)) phones.delete(extension);
    for (const [extension, presence] of wanted)
      if (presence) phones.set(extension, presence);
      else phones.delete(extension);
  },
  close: async () => {},
} as unknown as PhoneSystemConnection;
const connectors = new Map([
  ['held', { settings: z.any(), secret: z.any(), connector: { kind: 'held', connect: async () => connection } }],
]) as unknown as PhoneSystemKinds;

const shown = (number: string) =>
  until(
    `presence on ${number}`,
    async () => phones.get(number)?.status,
    (status) => status !== undefined,
  );
const gone = (number: string) =>
  until(
    `nothing on ${number}`,
    async () => phones.has(number),
    (has) => !has,
  );

test('is shown again though an older desk takes it back after the system was resumed, and taken back without a desk', async () => {
  const office = await makeOffice(context, { name: 'Held', kind: 'held', settings: {} }, ['501']);
  const scope = { kind: 'phoneSystem', id: office.systemId } as const;
  const pause = (giveBack: boolean) =>
    retrying(store.db, (transaction) =>
      pauseForwarding(transaction, scope, { reason: null, giveBack, until: null }, systemActor),
    );
  const resume = () => retrying(store.db, (transaction) => resumeForwarding(transaction, scope, systemActor));
  await want(store.db, '501', off);
  const reconciler = await startReconciler(context, { connectors, pollMs: 300, leaseMs: 5_000 });
  try {
    expect(await shown('501')).toBe('available');
    await pause(true);
    await gone('501');
    await resume();
    await shown('501');

    held = { asked: Promise.withResolvers(), goOn: Promise.withResolvers() };
    await pause(true);
    await held.asked.promise;
    phones.clear(); // what the new desk shows is told apart from what stood there
    await resume();
    await shown('501');
    const before = takenBack;
    held.goOn.resolve();
    held = null;
    await until(
      'the older desk is done',
      async () => takenBack,
      (count) => count > before,
    );
    await shown('501');

    expect(await takesPresenceBack(store.db, office.systemId), 'active').toBe(false);
    await pause(false);
    expect(await takesPresenceBack(store.db, office.systemId), 'left as it is').toBe(false);
    await pause(true);
    expect(await takesPresenceBack(store.db, office.systemId), 'given back').toBe(true);
    await resume();
    await shown('501');
  } finally {
    held?.goOn.resolve();
    await reconciler.stop();
  }
  phones.set('501', { status: 'available', message: null });
  await takeBackPresence(context, connectors, office.systemId);
  expect(phones.has('501')).toBe(false);
}, 60_000);
