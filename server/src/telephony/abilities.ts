/** What the phone systems of a location's users, or of one user, can't do, for whoever makes profiles. */
import type { Context } from '../context.ts';
import type { Capabilities } from './connector.ts';
import { connectTo, type PhoneSystemKinds } from './connectors.ts';
import { asConnectorError } from './outcomes.ts';

/** Parts of a profile's forwarding: its modes, its slots, and the target "voicemail". */
export const forwardingParts = [
  'all',
  'internal',
  'external',
  'doNotDisturb',
  'busy',
  'unanswered',
  'voicemail',
] as const;
export type ForwardingPart = (typeof forwardingParts)[number];

export interface PhoneAbilities {
  id: string;
  name: string;
  /** How many of those asked for have an extension there. */
  users: number;
  unable: { part: ForwardingPart; reason: string }[];
  /** Why nothing can be told; null: it can. */
  problem: string | null;
}

/**
 * Without asking the phone systems: what they can do follows from their kinds and settings. By name.
 * @param of whose extensions count: those of everybody at a location, or one user's.
 */
export async function abilitiesOf(
  { store: { db }, secrets }: Pick<Context, 'store' | 'secrets'>,
  kinds: PhoneSystemKinds,
  of: { locationId: string } | { userId: string },
): Promise<PhoneAbilities[]> {
  const systems = await db
    .selectFrom('phone_system')
    .innerJoin('extension', 'extension.phone_system_id', 'phone_system.id')
    .innerJoin('users', 'users.id', 'extension.user_id')
    .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
    .select([
      'phone_system.id',
      'phone_system.name',
      'phone_system.kind',
      'phone_system.settings',
      'phone_system.secret',
    ])
    .select(({ fn }) => fn.count<number>('users.id').distinct().as('users'))
    .where((where) =>
      'userId' in of ? where('users.id', '=', of.userId) : where('configuration_group.location_id', '=', of.locationId),
    )
    .groupBy('phone_system.id')
    .orderBy('phone_system.name')
    .execute();
  return Promise.all(
    systems.map(async (system): Promise<PhoneAbilities> => {
      const { id, name } = system;
      const users = Number(system.users);
      try {
        const connection = await connectTo(kinds, secrets, system);
        await connection.close();
        return { id, name, users, unable: unableOf(connection.capabilities), problem: null };
      } catch (error) {
        return { id, name, users, unable: [], problem: asConnectorError(error).message };
      }
    }),
  );
}

/** Pure. In the order in which a form names the parts. */
export function unableOf({ modes, slots, voicemail }: Capabilities): PhoneAbilities['unable'] {
  const { off: _, ...others } = modes;
  const answers: Record<ForwardingPart, true | string> = {
    ...{ ...others, ...slots },
    voicemail: voicemail || 'This phone system has no voicemail number in its settings.',
  };
  return forwardingParts.flatMap((part) => {
    const answer = answers[part];
    return answer === true ? [] : [{ part, reason: answer }];
  });
}
