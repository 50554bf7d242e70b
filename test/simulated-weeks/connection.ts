/** What a server sees of a simulated phone system: the face of a connector, with its time limits and errors. */
import { ConnectorError } from '../../server/src/calendars/connector.ts';
import { type Slot, type SlotForwarding, slotOff } from '../../server/src/presence/presence.ts';
import type {
  Capabilities,
  PhoneChange,
  PhoneForwarding,
  PhoneSystemConnection,
} from '../../server/src/telephony/connector.ts';
import { sameForwarding } from '../../server/src/telephony/decide.ts';
import { type PhoneSystem, Unreachable } from './phone-system.ts';
import type { Server } from './server.ts';

const deadlines = new WeakMap<AbortSignal, number>();

/** A limit in simulated time. */
export function limitAt(deadline: number): AbortSignal {
  // Nobody here listens to it, and making a real one is dear.
  const signal = Object.create(AbortSignal.prototype) as AbortSignal;
  deadlines.set(signal, deadline);
  return signal;
}

export interface Ability {
  voicemail: boolean;
  internal: boolean;
  slots: boolean;
  readAll: boolean;
}

export const capabilitiesOf = ({ voicemail, internal, slots, readAll }: Ability): Capabilities => ({
  modes: { off: true, all: true, doNotDisturb: true, internal: internal || 'No.', external: internal || 'No.' },
  slots: { busy: slots || 'No.', unanswered: slots || 'No.' },
  ...{ voicemail, readAll, watch: true },
});

/** @param writing told of every write before it is on its way. */
export function connectionOf(
  phones: PhoneSystem,
  ability: Ability,
  server: Server,
  writing: (what: string) => void,
): PhoneSystemConnection {
  const limit = (signal: AbortSignal) => deadlines.get(signal)!;
  /** The answer is of use only to a process that is alive and awake. */
  async function answer<Value>(asked: Promise<Value>): Promise<Value> {
    try {
      const value = await asked;
      await server.awake();
      return value;
    } catch (error) {
      await server.awake();
      if (error instanceof Unreachable) throw new ConnectorError('unreachable', error.message);
      throw error;
    }
  }
  const readAll = async (extensions: readonly string[], signal: AbortSignal) => {
    const values = await answer(phones.read(server.name, extensions, limit(signal)));
    // A slot that a system hasn't got is off.
    return new Map(
      [...values].map(([extension, slots]) => [
        extension,
        { always: slotOff, busy: slotOff, unanswered: slotOff, ...(slots as Partial<PhoneForwarding>) },
      ]),
    );
  };
  const write = (extension: string, slot: Slot, { mode, target }: SlotForwarding, signal: AbortSignal) => {
    writing(`${extension}/${slot} ${mode} ${target ?? ''}`);
    return answer(phones.write(server.name, extension, slot, { mode, target }, limit(signal)));
  };
  /** All are on their way at once, those of an extension in order; where one isn't answered, nobody knows of the others. */
  const applyAll = async (changes: readonly PhoneChange[], signal: AbortSignal) => {
    const writes = [...Map.groupBy(changes, ({ extension }) => extension).values()].map(async (some) => {
      for (const { extension, slot, from, to } of some)
        if (!sameForwarding(from, to)) await write(extension, slot, to, signal);
    });
    for (const ended of await Promise.allSettled(writes)) if (ended.status === 'rejected') throw ended.reason;
    return changes.map(() => null);
  };
  return {
    capabilities: capabilitiesOf(ability),
    ...(ability.readAll && { applyAll }),
    bootId: (signal) => answer(phones.bootId(limit(signal))),
    readAll,
    async read(extension, signal) {
      const found = (await readAll([extension], signal)).get(extension);
      if (!found) throw new ConnectorError('refused', `There is no ${extension}.`);
      return found;
    },
    apply: (extension, slot, to, _context, signal) => write(extension, slot, to, signal),
    async close() {},
  };
}
