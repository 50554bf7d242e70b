/** What a role is started with, for tests: a store, a key made for the test, no way out, no log. */
import { randomBytes, randomUUID } from 'node:crypto';
import pino from 'pino';
import type { Context } from '../server/src/context.ts';
import type { Outbound } from '../server/src/outbound/outbound.ts';
import type { Executor, Store } from '../server/src/store/database.ts';
import { secretsWith } from '../server/src/store/secrets.ts';

const noWayOut: Outbound = {
  fetch: () => Promise.reject(new Error('This test has no way out.')),
  session: () => {
    throw new Error('This test has no way out.');
  },
  connect: () => Promise.reject(new Error('This test has no way out.')),
  close: async () => {},
};

export function testContext(store: Store, overrides: Partial<Context> = {}): Context {
  return {
    store,
    secrets: secretsWith(new Map([['test', randomBytes(32)]])),
    outbound: noWayOut,
    log: pino({ level: 'silent' }),
    processName: `test-${randomUUID()}`,
    ...overrides,
  };
}

/** A user with a location and a group of its own; returns the ids. @param settings by function, the group's own. */
export async function makeUser(
  executor: Executor,
  { timeZone = 'Europe/Berlin', email = `${randomUUID()}@example.com`, settings = {} as Record<string, unknown> } = {},
): Promise<{ userId: string; groupId: string }> {
  const location = await executor
    .insertInto('location')
    .values({ name: randomUUID(), time_zone: timeZone })
    .returning('id')
    .executeTakeFirstOrThrow();
  const group = await executor
    .insertInto('configuration_group')
    .values({
      location_id: location.id,
      name: 'Default',
      individual: JSON.stringify(settings),
      settings: JSON.stringify(settings),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const user = await executor
    .insertInto('users')
    .values({ group_id: group.id, email, display_name: 'Ada Example', time_zone: timeZone })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { userId: user.id, groupId: group.id };
}
