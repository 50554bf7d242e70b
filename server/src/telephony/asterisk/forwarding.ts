/**
 * Forwarding in AstDB, the way FreePBX keeps it (modules callforward and donotdisturb): `CF/<extension>` is the target of
 * all calls, `CFB/` that of calls which find the user busy, `CFU/` that of unanswered ones and of phones that can't be
 * reached; `DND/<extension>` = YES is do not disturb. Calls pass CF first, then DND, which counts as busy.
 *
 * CF and DND have lamps, `Custom:CF<extension>` and `Custom:DND<extension>` for the user and `Custom:DEVCF<device>` and
 * `Custom:DEVDND<device>` for each of the user's phones; a BLF key and the toggles (*72, *78) agree with us only where they
 * follow. CFB and CFU have none: in FreePBX Callforward::setNumberByExtension lights lamps for CF alone.
 */
import { ConnectorError } from '../../calendars/connector.ts';
import { type Slot, type SlotForwarding, slotOff } from '../../presence/presence.ts';
import type { PhoneForwarding } from '../connector.ts';
import type { Devices } from './devices.ts';
import type { AmiSession, AstDb } from './session.ts';

const families = ['CF', 'DND', 'CFB', 'CFU'] as const;
type Family = (typeof families)[number];
const slotFamilies = { busy: 'CFB', unanswered: 'CFU' } as const satisfies Record<Exclude<Slot, 'always'>, Family>;

export const neither =
  'Asterisk keeps one forwarding for all callers (AstDB): it cannot tell internal from external callers. Use "all".';

export interface ForwardingInAstDb {
  read(extension: string, signal: AbortSignal): Promise<PhoneForwarding>;
  readAll(extensions: readonly string[], signal: AbortSignal): Promise<Map<string, PhoneForwarding>>;
  apply(extension: string, slot: Slot, forwarding: SlotForwarding, signal: AbortSignal): Promise<void>;
}

/** @param voicemail what is dialled to reach a voice mailbox, with {{extension}}; '': there is none. */
export function forwardingInAstDb(
  session: AmiSession,
  db: AstDb,
  devices: Devices,
  voicemail: string,
): ForwardingInAstDb {
  const voicemailOf = (extension: string) => voicemail.replace('{{extension}}', extension);
  /** Entries of all families when they were last listed. */
  let familySize = 0;

  function targetMeant(extension: string, target: string): string | null {
    return target && target === voicemailOf(extension) ? 'voicemail' : target || null;
  }
  function toTarget(extension: string, target: string): SlotForwarding {
    const meant = targetMeant(extension, target);
    return meant ? { mode: 'all', target: meant } : slotOff;
  }
  function phone(extension: string, of: (family: Family) => string): PhoneForwarding {
    return {
      // A target beneath do not disturb stays on record, so that giving back loses neither.
      always:
        of('DND').toUpperCase() === 'YES'
          ? { mode: 'doNotDisturb', target: targetMeant(extension, of('CF')) }
          : toTarget(extension, of('CF')),
      busy: toTarget(extension, of('CFB')),
      unanswered: toTarget(extension, of('CFU')),
    };
  }
  async function read(extension: string, signal: AbortSignal): Promise<PhoneForwarding> {
    const key = checkedKey(extension);
    const values = await Promise.all(families.map((family) => db.get(family, key, signal)));
    return phone(extension, (family) => values[families.indexOf(family)]!);
  }

  return {
    read,
    async readAll(extensions, signal) {
      // Asterisk lists a family whole or not at all: for a few of many, asking for each is less.
      const list = extensions.length > 2 && extensions.length >= familySize / 4;
      const listed = list ? await Promise.all(families.map((family) => db.tree(family, signal))) : [];
      const whole = listed.filter((values) => values !== null);
      if (whole.length === families.length) {
        familySize = whole.reduce((size, values) => size + values.size, 0);
        const entry = (family: Family, extension: string) => whole[families.indexOf(family)]!.get(extension) ?? '';
        return new Map(
          extensions.map((extension) => [extension, phone(extension, (family) => entry(family, extension))]),
        );
      }
      // On one connection all questions are under way at once, and answered in order.
      const values = extensions.map(
        async (extension): Promise<[string, PhoneForwarding]> => [extension, await read(extension, signal)],
      );
      return new Map(await Promise.all(values));
    },
    async apply(extension, slot, { mode, target }, signal) {
      const key = checkedKey(extension);
      if (mode === 'internal' || mode === 'external') throw new ConnectorError('refused', neither);
      const dialled = target === 'voicemail' ? voicemailOf(extension) : (target ?? '');
      if (target === 'voicemail' && !dialled)
        throw new ConnectorError('refused', 'No voicemail number is set for this phone system.');
      checkTarget(dialled);
      if (slot !== 'always') return db.put(slotFamilies[slot], key, dialled, signal);
      const doNotDisturb = mode === 'doNotDisturb';
      const phones = await devices.devicesOf(key, signal);
      const lit = (kind: 'CF' | 'DND', on: boolean) =>
        [kind + key, ...phones.map((device) => `DEV${kind}${device}`)].map((lamp) => {
          const Variable = `DEVICE_STATE(Custom:${lamp})`;
          return session.run({ Action: 'Setvar', Variable, Value: on ? 'BUSY' : 'NOT_INUSE' }, signal);
        });
      // All at once: Asterisk does what comes on one connection in order. A lamp that is refused (a manager user
      // without "call") is told by the check; the forwarding itself stands.
      await Promise.all([
        db.put('CF', key, dialled, signal),
        db.put('DND', key, doNotDisturb ? 'YES' : '', signal),
        ...lit('CF', dialled !== ''),
        ...lit('DND', doNotDisturb),
      ]);
    },
  };
}

/** AstDB keys are paths, and Setvar's variable is a function call: nothing but letters and digits gets in. */
function checkedKey(extension: string): string {
  if (/^[A-Za-z0-9_.+*#-]{1,64}$/.test(extension)) return extension;
  throw new ConnectorError(
    'refused',
    `"${extension}" can't be an extension of Asterisk: use letters, digits and + * # . _ -`,
  );
}

/** The target is dialled by the dialplan, where , & | ( $ mean something. */
function checkTarget(target: string): void {
  if (!/^[A-Za-z0-9_.+*#@:-]{0,128}$/.test(target))
    throw new ConnectorError(
      'refused',
      `"${target}" can't be dialled: a forwarding target has digits, letters and + * # only.`,
    );
}
