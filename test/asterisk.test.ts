/** Real calls (INVITEs by sipp) through a real Asterisk whose forwarding the reconciler sets and gives back. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Context, Running } from '../server/src/context.ts';
import { type Forwarding, type SlotForwarding, slotOff } from '../server/src/presence/presence.ts';
import { openStore, type Store } from '../server/src/store/database.ts';
import { asteriskConnector } from '../server/src/telephony/asterisk/connector.ts';
import { checkPhoneSystem } from '../server/src/telephony/check.ts';
import type { PhoneSystemConnection } from '../server/src/telephony/connector.ts';
import { phoneSystemKinds } from '../server/src/telephony/connectors.ts';
import { startReconciler } from '../server/src/telephony/reconciler.ts';
import { until } from './product.ts';
import { type AsteriskLab, startAsterisk } from './servers/asterisk.ts';
import { describeWith } from './servers/needs.ts';
import { type Phones, startPhones } from './servers/sipp.ts';
import { dropTarget, makeTarget } from './store.ts';
import {
  logOf,
  makeOffice,
  type Office,
  off,
  officeContext,
  recordOf,
  startReconcilerProcess,
  to,
  want,
} from './telephony/office.ts';

const signal = () => AbortSignal.timeout(5_000);

describeWith(['asterisk', 'sipp'], 'calls through Asterisk', () => {
  const numbers = ['101', '102', '103', '104', '105', '106', '107', '108', '109'];
  let target: Awaited<ReturnType<typeof makeTarget>>;
  let store: Store;
  let context: Context;
  let office: Office;
  let reconciler: Running;
  let lab: AsteriskLab;
  let phones: Phones;
  /** A second manager, to look at what the first one did. */
  let watcher: PhoneSystemConnection;
  const settings = () => ({ host: lab.ami.host, port: lab.ami.port, username: lab.ami.username });
  const secret = () => ({ password: lab.ami.password });

  beforeAll(async () => {
    lab = await startAsterisk();
    phones = await startPhones(lab);
    watcher = await asteriskConnector.connect({
      id: 'watcher',
      settings: { ...settings(), tls: false, voicemail: '*{{extension}}', calls: true, presence: true },
      secret: secret(),
    });
    target = await makeTarget();
    store = await openStore(target);
    context = officeContext(store);
    office = await makeOffice(
      context,
      { name: 'Asterisk', kind: 'asterisk', settings: settings(), secret: secret() },
      numbers,
    );
    await startReconciling();
  });
  afterAll(async () => {
    await reconciler?.stop();
    await watcher?.close();
    await phones?.stop();
    await lab?.stop();
    await store?.close();
    if (target) await dropTarget(target);
  });

  async function startReconciling(): Promise<void> {
    const connectors = phoneSystemKinds(context.outbound);
    reconciler = await startReconciler(context, { connectors, pollMs: 3_000, leaseMs: 4_000 });
  }
  const phase = (number: string, wanted: string) =>
    until(
      `the record of ${number} is ${wanted}`,
      () => recordOf(store.db, office, number),
      (record) => record?.phase === wanted,
    );
  const wanted = async (number: string, forwarding: Forwarding) => {
    await want(store.db, number, forwarding);
    await phase(number, forwarding.mode === 'off' ? 'idle' : 'applied');
  };
  const inAsterisk = async (number: string) => (await watcher.read(number, signal())).always;
  const calls = (number: string) => phones.placeCall(number);
  /** The user dials the feature codes *72<number> and *73 at their own phone. */
  const forwardByHand = (number: string, target: string) => phones.placeCall(`*72${target}`, number);
  const clearByHand = (number: string) => phones.placeCall('*73', number);

  test('the target rings during the appointment, the user afterwards', async () => {
    expect(await calls('101')).toBe('101');
    await wanted('101', to('200'));
    expect(await calls('101')).toBe('200');
    await wanted('101', off);
    expect(await calls('101')).toBe('101');
  });

  test('the user’s own earlier forwarding is back afterwards', async () => {
    await forwardByHand('102', '300');
    expect(await calls('102')).toBe('300');
    await wanted('102', to('200'));
    expect(await calls('102')).toBe('200');
    await wanted('102', off);
    expect(await calls('102')).toBe('300');
  });

  test('the user changes the target in the meeting: it stays, then and afterwards', async () => {
    await wanted('103', to('200'));
    await forwardByHand('103', '400');
    await phase('103', 'overridden');
    expect(await calls('103')).toBe('400');
    await wanted('103', off);
    expect(await calls('103')).toBe('400');
    expect(await logOf(store.db, office, '103')).toEqual(['taken', 'overridden', 'leftAlone']);
  });

  test('the user clears the forwarding in the meeting: the phone rings, then and afterwards', async () => {
    await forwardByHand('104', '300');
    await wanted('104', to('200'));
    await clearByHand('104');
    await phase('104', 'overridden');
    expect(await calls('104')).toBe('104');
    await wanted('104', off);
    expect(await calls('104')).toBe('104');
  });

  test('overlapping and back-to-back appointments: the first earlier forwarding comes back', async () => {
    await forwardByHand('105', '300');
    await wanted('105', to('200'));
    await want(store.db, '105', to('201'));
    await until(
      'the next target',
      () => inAsterisk('105'),
      ({ target }) => target === '201',
    );
    expect(await calls('105')).toBe('201');
    await wanted('105', off);
    expect(await calls('105')).toBe('300');
  });

  test('voicemail and do not disturb', async () => {
    await wanted('106', to('voicemail'));
    expect(await calls('106')).toBe('voicemail106');
    expect(await inAsterisk('106')).toEqual({ mode: 'all', target: 'voicemail' });
    await wanted('106', off);
    await wanted('106', { ...off, mode: 'doNotDisturb' });
    expect(await calls('106')).toBe('486');
    await wanted('106', off);
    expect(await calls('106')).toBe('106');
  });

  test('Asterisk is killed right after the write: it is made again, and given back in the end', async () => {
    await forwardByHand('107', '300');
    await want(store.db, '107', to('200'));
    await until(
      'the write',
      () => inAsterisk('107'),
      ({ target }) => target === '200',
    );
    await lab.kill();
    await lab.start();
    await until(
      'the forwarding again',
      () => inAsterisk('107').catch(() => slotOff),
      ({ target }) => target === '200',
    );
    expect(await calls('107')).toBe('200');
    await wanted('107', off);
    expect(await calls('107')).toBe('300');
  });

  test('Asterisk comes back without its database: forwarded again, and the user’s own setting isn’t lost', async () => {
    await forwardByHand('108', '300');
    await wanted('108', to('200'));
    await lab.kill();
    await lab.start({ keepDatabase: false });
    await until(
      'the forwarding again',
      () => inAsterisk('108').catch(() => slotOff),
      ({ target }) => target === '200',
    );
    expect(await calls('108')).toBe('200');
    await phase('108', 'applied');
    await wanted('108', off);
    expect(await calls('108')).toBe('300');
    expect(await logOf(store.db, office, '108')).toContain('appliedAgain');
  });

  test('we are killed before the write, and after it with the appointment ending while we are down', async () => {
    await forwardByHand('109', '300');
    await reconciler.stop();
    await store.close();
    const crash = startReconcilerProcess(target, { '109': to('200') }, { crashAt: 'reconciler.intentWritten' });
    expect(await crash.ended).toBe('SIGKILL');
    expect(await calls('109')).toBe('300');
    const again = startReconcilerProcess(target, {}, { crashAt: 'reconciler.phoneWritten' });
    expect(await again.ended).toBe('SIGKILL');
    expect(await calls('109')).toBe('200');
    store = await openStore(target);
    context = { ...context, store };
    await want(store.db, '109', off);
    await startReconciling();
    await until(
      'the earlier forwarding',
      () => inAsterisk('109'),
      ({ target }) => target === '300',
    );
    expect(await calls('109')).toBe('300');
    await phase('109', 'idle');
  }, 120_000);

  test('a wrong password is told by name, without the password', async () => {
    const kinds = phoneSystemKinds(context.outbound);
    const sealed = context.secrets.seal(JSON.stringify({ password: 'not-it-4711' }), 'new');
    const system = { id: 'new', kind: 'asterisk', settings: settings(), secret: sealed };
    const { steps } = await checkPhoneSystem(context, kinds, system, '101');
    expect(steps[1]).toMatchObject({
      ok: false,
      message: expect.stringContaining('refuses the manager user "whenabouts"'),
    });
    expect(JSON.stringify(steps)).not.toContain('4711');
    const right = { ...system, secret: context.secrets.seal(JSON.stringify(secret()), 'new') };
    expect((await checkPhoneSystem(context, kinds, right, '110')).steps.map((step) => step.ok)).toEqual([
      true,
      true,
      true,
      true,
      true,
    ]);
  });

  test('a lamp that changes is a hint', async () => {
    const hints: (string | null)[] = [];
    watcher.watch!(({ extension }) => hints.push(extension));
    await watcher.read('110', signal());
    await forwardByHand('110', '300');
    await clearByHand('110');
    await until(
      'the hints',
      async () => hints,
      (seen) => seen.filter((extension) => extension === '110').length >= 2,
    );
  });

  test('a lamp that we set ourselves is none', async () => {
    const hints: (string | null)[] = [];
    const apply = (forwarding: SlotForwarding) =>
      watcher.apply('110', 'always', forwarding, { status: '', note: null, until: null }, signal());
    watcher.watch!(({ extension }) => hints.push(extension));
    await apply(to('300'));
    // Events come in their order: when this one is here, ours have been.
    await forwardByHand('111', '300');
    await until(
      'the hint',
      async () => hints,
      (seen) => seen.includes('111'),
    );
    expect(hints).not.toContain('110');
    await apply(slotOff);
    await clearByHand('111');
  });

  test('nothing but a number gets into Asterisk', async () => {
    for (const bad of ['200\r\nAction: Originate', '200,hangup', '$(id)', '200&201'])
      await expect(
        watcher.apply('110', 'always', to(bad), { status: '', note: null, until: null }, signal()),
      ).rejects.toThrow();
    await expect(watcher.read('110\r\nAction: Logoff', signal())).rejects.toThrow(/extension/);
    expect(await inAsterisk('110')).toEqual(slotOff);
  });
});
