/**
 * The sample company: 12 people whose calendars pass through the real pipeline and move a (simulated) phone system, so
 * that a newcomer sees everything at work. Made and removed at a click; while it is there it keeps moving.
 */

import { ApiError } from '../../api/errors.ts';
import type { Context, Running } from '../../context.ts';
import { retrying } from '../../store/retrying.ts';
import type { PhoneSystemKinds } from '../../telephony/connectors.ts';
import { releaseSystem } from '../../telephony/release.ts';
import { systemActor } from '../audit.ts';
import { changePhoneSystem, createPhoneSystem } from '../phone-systems.ts';
import { hasRealPhone } from './apart.ts';
import { sampleEvents } from './calendars.ts';
import { everybody, makeGroup, makePerson, removeEverything } from './make.ts';
import { keepMoving, soonMinutes } from './moving.ts';
import { forgetSamplePhones, type SamplePhones, startSamplePhones } from './phones.ts';
import { soonEvents } from './soon.ts';
import { clearState, interrupted, readState, type SampleState, writeState } from './state.ts';

export interface SampleCompany extends Running {
  state(): Promise<SampleState | null>;
  /**
   * Begins; `state` tells how far it is. The administrator joins, unless a real phone of theirs would be forwarded for
   * made-up meetings. @throws ApiError conflict when it is there already.
   */
  make(administratorId: string): Promise<SampleState>;
  /** Begins. @throws ApiError conflict while it is being made or removed. */
  remove(): Promise<SampleState | null>;
  /** Resolves when what was begun is done, well or not. */
  settled(): Promise<void>;
}

export interface SampleCompanyOptions {
  phoneSystemKinds: PhoneSystemKinds;
  dataFolder: string;
}

const readWithinMs = 90_000;

export async function startSampleCompany(
  context: Context,
  { phoneSystemKinds, dataFolder }: SampleCompanyOptions,
): Promise<SampleCompany> {
  const { store, log } = context;
  const { db } = store;
  let phones: SamplePhones | null = null;
  let work: Promise<void> = Promise.resolve();

  async function startPhones(state: SampleState): Promise<void> {
    phones ??= await startSamplePhones(dataFolder, state.pbxPort);
    state.pbxPort = phones.port;
    const { settings } = phones;
    if (state.phoneSystemId)
      await db
        .transaction()
        .execute((transaction) =>
          changePhoneSystem(context, transaction, systemActor, phoneSystemKinds, state.phoneSystemId!, { settings }),
        );
  }

  async function step(state: SampleState, text: string): Promise<void> {
    state.step = text;
    state.done++;
    await writeState(db, state);
  }

  /** Failures are told by the state: nobody waits for the end of the work. */
  function begin(state: SampleState, doing: () => Promise<void>): void {
    work = doing().catch(async (error: unknown) => {
      log.error({ error }, 'The sample company could not be made or removed.');
      const message = error instanceof Error ? error.message : 'Something went wrong; the server’s log says more.';
      await writeState(db, { ...state, state: 'failed', message }).catch(() => {});
    });
  }

  async function makeAll(state: SampleState): Promise<void> {
    const administratorId = state.administrator?.userId ?? null;
    await step(state, 'Starting the phone system');
    await startPhones(state);
    state.phoneSystemId = await db.transaction().execute((transaction) =>
      createPhoneSystem(context, transaction, systemActor, phoneSystemKinds, {
        ...{ name: 'Sample phone system', kind: 'http', settings: phones!.settings, mode: 'active' },
        guardShare: 0, // all of it is made at once, and its phones are no real ones
      }),
    );
    await step(state, 'Founding the company');
    await retrying(db, async (transaction) => {
      Object.assign(state, await makeGroup(transaction));
      await writeState(transaction, state);
    });
    const people = await everybody(db, administratorId ?? undefined);
    // From the click on: however long the making takes, a colleague's first meeting starts within two minutes of it.
    const now = Temporal.Instant.from(state.madeAt);
    const events = sampleEvents(people, now, state.seed);
    const soon = soonEvents(people, now, soonMinutes, state.seed);
    state.soonMadeAt = [now.toString()];
    // Colleagues first: when the administrator's agenda fills, the team is there.
    for (const person of people.toReversed()) {
      await step(state, person.name);
      await retrying(db, async (transaction) => {
        const joins = person === people[0] ? administratorId : null;
        const made = await makePerson(context, transaction, person, { state, events, soon, administratorId: joins });
        state.accounts[person.extension] = { calendar: made.calendar, soon: made.soon };
        await writeState(transaction, state);
      });
    }
    await step(state, 'Reading the calendars');
    await calendarsRead(state);
    await writeState(db, { ...state, state: 'present', step: null, done: state.total });
  }

  async function calendarsRead(state: SampleState): Promise<void> {
    const ids = Object.values(state.accounts).flatMap(({ calendar, soon }) => [calendar, soon]);
    for (const deadline = Date.now() + readWithinMs; Date.now() < deadline; ) {
      const unread = await db
        .selectFrom('account')
        .select('id')
        .where('id', 'in', ids)
        .where('status', '=', 'new')
        .limit(1)
        .executeTakeFirst();
      if (!unread) return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    log.warn('Not all sample calendars were read in time: is a process with the role "sync" running?');
  }

  async function removeAll(state: SampleState): Promise<void> {
    await step(state, 'Giving call forwarding back');
    if (state.phoneSystemId) {
      const { phoneSystemId } = state;
      await startPhones(state).catch(() => {});
      await releaseSystem(context, phoneSystemId, 10_000).catch((error) =>
        log.warn({ error }, 'The sample phones are removed as they are.'),
      );
    }
    await step(state, 'Removing people and calendars');
    await retrying(db, async (transaction) => {
      await removeEverything(transaction, state);
      await clearState(transaction);
    });
    await phones?.stop();
    phones = null;
    forgetSamplePhones(dataFolder);
  }

  const found = await readState(db, Temporal.Now.instant());
  if (found && found.state !== 'present' && found.state !== 'failed') await writeState(db, interrupted(found));
  if (found?.state === 'present') {
    // A server whose sample can't be had is still a server.
    await startPhones(found)
      .then(() => writeState(db, found))
      .catch((error) => log.warn({ error }, 'The phones of the sample company could not be started.'));
    work = keepMoving(context, Temporal.Now.instant()).catch((error) =>
      log.warn({ error }, 'The sample company stands still.'),
    );
  }
  const timer = setInterval(() => {
    work = work
      .then(() => keepMoving(context, Temporal.Now.instant()))
      .catch((error) => log.warn({ error }, 'The sample company stands still; the next minute tries again.'));
  }, 60_000);
  timer.unref();

  return {
    state: () => readState(db, Temporal.Now.instant()),
    settled: () => work,
    async make(administratorId) {
      const known = await readState(db, Temporal.Now.instant());
      if (known) throw new ApiError('conflict', refusal[known.state]);
      const { group_id } = await db
        .selectFrom('users')
        .select('group_id')
        .where('id', '=', administratorId)
        .executeTakeFirstOrThrow();
      const joins = !(await hasRealPhone(db, administratorId, null));
      const state: SampleState = {
        ...{ state: 'making', step: null, done: 0, total: joins ? 16 : 15, message: null, seed: 'alpenblick' },
        ...{ madeAt: Temporal.Now.instant().toString(), groupId: null, locationId: null, phoneSystemId: null },
        ...{
          pbxPort: 0,
          administrator: joins ? { userId: administratorId, groupId: group_id } : null,
          accounts: {},
          soonMadeAt: [],
        },
      } satisfies SampleState;
      await writeState(db, state);
      begin(state, () => makeAll(state));
      return state;
    },
    async remove() {
      const known = await readState(db, Temporal.Now.instant());
      if (!known) return null;
      if (known.state === 'making' || known.state === 'removing') throw new ApiError('conflict', refusal[known.state]);
      const state: SampleState = { ...known, state: 'removing', message: null, done: 0, total: 3 };
      await writeState(db, state);
      begin(state, () => removeAll(state));
      return state;
    },
    async stop() {
      clearInterval(timer);
      await work;
      await phones?.stop();
    },
  };
}

const refusal = {
  making: 'The sample company is being made already.',
  present: 'The sample company is there already.',
  removing: 'The sample company is being removed: wait a moment.',
  failed: 'Remove what is left of the sample company first.',
} as const;
