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
import type { PhoneChange, PhoneForwarding } from '../connector.ts';
import { asConnectorError } from '../outcomes.ts';
import type { AmiAction } from './ami.ts';
import { askedTogether } from './asked-together.ts';
import type { Devices } from './devices.ts';
import type { OwnLamps } from './own-lamps.ts';
import { type AmiSession, type AstDb, notPut, putting } from './session.ts';

const families = ['CF', 'DND', 'CFB', 'CFU'] as const;
type Family = (typeof families)[number];
const slotFamilies = { busy: 'CFB', unanswered: 'CFU' } as const satisfies Record<Exclude<Slot, 'always'>, Family>;

export const neither =
  'Asterisk keeps one forwarding for all callers (AstDB): it cannot tell internal from external callers. Use "all".';

export interface ForwardingInAstDb {
  read(extension: string, signal: AbortSignal): Promise<PhoneForwarding>;
  readAll(extensions: readonly string[], signal: AbortSignal): Promise<Map<string, PhoneForwarding>>;
  /** @returns what each was refused for; null where it was accepted. @throws ConnectorError when Asterisk can't be reached. */
  applyAll(changes: readonly PhoneChange[], signal: AbortSignal): Promise<(ConnectorError | null)[]>;
}

/** @param voicemail what is dialled to reach a voice mailbox, with {{extension}}; '': there is none. */
export function forwardingInAstDb(
  session: AmiSession,
  db: AstDb,
  devices: Devices,
  lamps: OwnLamps,
  voicemail: string,
): ForwardingInAstDb {
  const voicemailOf = (extension: string) => voicemail.replace('{{extension}}', extension);
  const listed = askedTogether((signal) => Promise.all(families.map((family) => db.tree(family, signal))));
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
  async function readEach(extensions: readonly string[], signal: AbortSignal): Promise<Map<string, PhoneForwarding>> {
    const keys = extensions.map(checkedKey).flatMap((key) => families.map((family) => ({ family, key })));
    const values = await db.getAll(keys, signal);
    return new Map(
      extensions.map((extension, at) => [
        extension,
        phone(extension, (family) => values[at * families.length + families.indexOf(family)]!),
      ]),
    );
  }
  /** What is to stand in the families of a slot. @throws ConnectorError 'refused' */
  function entries(extension: string, slot: Slot, { mode, target }: SlotForwarding): Partial<Record<Family, string>> {
    if (mode === 'internal' || mode === 'external') throw new ConnectorError('refused', neither);
    const dialled = target === 'voicemail' ? voicemailOf(extension) : (target ?? '');
    if (target === 'voicemail' && !dialled)
      throw new ConnectorError('refused', 'No voicemail number is set for this phone system.');
    checkTarget(dialled);
    if (slot !== 'always') return { [slotFamilies[slot]]: dialled };
    return { CF: dialled, DND: mode === 'doNotDisturb' ? 'YES' : '' };
  }
  function setLamps(family: 'CF' | 'DND', extension: string, phones: readonly string[], lit: boolean): AmiAction[] {
    const names = [family + extension, ...phones.map((device) => `DEV${family}${device}`)];
    const state = lit ? 'BUSY' : 'NOT_INUSE';
    lamps.set(`Custom:${family}${extension}`, state);
    return names.map((name) => ({ Action: 'Setvar', Variable: `DEVICE_STATE(Custom:${name})`, Value: state }));
  }
  /**
   * What turns one into the other, in this order: lamps first, so that wherever the connection breaks a value that stands
   * has its lamp. A lamp that is refused (a manager user without "call") is told by the check; the forwarding itself stands.
   */
  function actionsOf({ extension, slot, from, to, cutOff }: PhoneChange, phones: readonly string[]): AmiAction[] {
    const before = from ? entries(extension, slot, from) : {};
    const wanted = Object.entries(entries(extension, slot, to)) as [Family, string][];
    const differing = wanted.filter(([family, value]) => before[family] !== value);
    return [
      ...(cutOff ? wanted : differing).flatMap(([family, value]) =>
        family === 'CF' || family === 'DND' ? setLamps(family, extension, phones, value !== '') : [],
      ),
      ...differing.map(([family, value]) => putting(family, extension, value)),
    ];
  }

  return {
    async read(extension, signal) {
      return (await readEach([extension], signal)).get(extension)!;
    },
    async readAll(extensions, signal) {
      // Asterisk lists a family whole or not at all: for a few of many, asking for each is less.
      const list = extensions.length > 2 && extensions.length >= familySize / 12;
      const whole = list ? (await listed(signal)).filter((values) => values !== null) : [];
      if (whole.length === families.length) {
        familySize = whole.reduce((size, values) => size + values.size, 0);
        const entry = (family: Family, extension: string) => whole[families.indexOf(family)]!.get(extension) ?? '';
        return new Map(
          extensions.map((extension) => [extension, phone(extension, (family) => entry(family, extension))]),
        );
      }
      return readEach(extensions, signal);
    },
    async applyAll(changes, signal) {
      const errors = changes.map(({ extension }) => refusalOf(() => checkedKey(extension)));
      const able = [...new Set(changes.filter((_, at) => !errors[at]).map(({ extension }) => extension))];
      const phonesOf = await devices.devicesOf(able, signal);
      const actions: AmiAction[] = [];
      const changeOf: number[] = [];
      for (const [at, change] of changes.entries())
        errors[at] ??= refusalOf(() => {
          for (const action of actionsOf(change, phonesOf.get(change.extension)!)) {
            actions.push(action);
            changeOf.push(at);
          }
        });
      for (const [at, answer] of (await session.runAll(actions, signal)).entries())
        if (actions[at]!.Action !== 'Setvar') errors[changeOf[at]!] ??= notPut(actions[at]!, answer);
      return errors;
    },
  };
}

function refusalOf(work: () => void): ConnectorError | null {
  try {
    work();
    return null;
  } catch (error) {
    return asConnectorError(error);
  }
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
