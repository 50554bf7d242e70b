/**
 * Presence on phones: `PRESENCE_STATE(CustomPresence:<extension>)`, which phones and operator panels show beside a lamp
 * (func_presencestate; FreePBX's module "presencestate" writes the same). The value is "state,subtype,message,e", e
 * meaning that subtype and message are in base64; Asterisk keeps it in AstDB as `CustomPresence/<extension>`.
 *
 * It is ours while phones are to show presence, except that what somebody sets at the phone or in a panel stays until our
 * presence next changes. What we wrote is kept on the phone system, as `whenabouts-presence/<extension>`: so any process,
 * and one that comes after a crash, can tell our value from another and take back what is nobody's any more.
 */
import type { PhonePresence } from '../connector.ts';
import type { AmiSession, AstDb } from './session.ts';

const shownFamily = 'CustomPresence';
const oursFamily = 'whenabouts-presence';
/** AMI actions on their way at once. */
const portion = 100;
/** So many are asked for one by one rather than all listed. */
const few = 20;
/** Asterisk decodes into 256 bytes. */
const longestMessage = 180;

const states: Record<PhonePresence['status'], [state: string, subtype: string]> = {
  available: ['available', ''],
  beRightBack: ['away', 'be right back'],
  appointment: ['dnd', 'meeting'],
  doNotDisturb: ['dnd', 'do not disturb'],
  onThePhone: ['dnd', 'on the phone'],
  outOfOffice: ['xa', 'out of office'],
  unavailable: ['unavailable', ''],
};

export function presenceValue({ status, message }: PhonePresence): string {
  const [state, subtype] = states[status];
  return `${state},${encoded(subtype)},${encoded(shortened(message ?? ''))},e`;
}

export interface PresenceOnPhones {
  /**
   * Makes phones show what is wanted; null: nothing of ours. @param all compares with what stands there, and takes back
   * what we wrote on phones that aren't named any more. @throws ConnectorError
   */
  show(wanted: ReadonlyMap<string, PhonePresence | null>, all: boolean, signal: AbortSignal): Promise<void>;
}

export function presenceOnPhones(session: AmiSession, db: Omit<AstDb, 'getAll'>): PresenceOnPhones {
  async function write(extension: string, value: string | null, isOurs: boolean, signal: AbortSignal): Promise<void> {
    const Variable = `PRESENCE_STATE(CustomPresence:${extension})`;
    // The value before the mark: a mark without its value would look as if somebody had changed it.
    if (value !== null) {
      await Promise.all([
        session.must({ Action: 'Setvar', Variable, Value: value }, signal),
        db.put(oursFamily, extension, value, signal),
      ]);
      return;
    }
    if (isOurs) {
      await session.must({ Action: 'Setvar', Variable, Value: 'not_set' }, signal);
      await db.put(shownFamily, extension, '', signal);
    }
    await db.put(oursFamily, extension, '', signal);
  }

  async function standing(extensions: readonly string[], all: boolean, signal: AbortSignal) {
    const list = all || extensions.length > few;
    const [shown, ours] = list
      ? await Promise.all([db.tree(shownFamily, signal), db.tree(oursFamily, signal)])
      : [null, null];
    if (shown && ours) return { shown, ours };
    const asked = await Promise.all(
      extensions.map(async (extension) => ({
        extension,
        value: await db.get(shownFamily, extension, signal),
        mark: await db.get(oursFamily, extension, signal),
      })),
    );
    return {
      shown: new Map(asked.flatMap(({ extension, value }) => (value ? [[extension, value] as const] : []))),
      ours: new Map(asked.flatMap(({ extension, mark }) => (mark ? [[extension, mark] as const] : []))),
    };
  }

  return {
    async show(wanted, all, signal) {
      const values = new Map(
        [...wanted]
          .filter(([extension]) => /^[A-Za-z0-9_.+-]{1,64}$/.test(extension))
          .map(([extension, presence]) => [extension, presence && presenceValue(presence)]),
      );
      const { shown, ours } = await standing([...values.keys()], all, signal);
      if (all) for (const extension of ours.keys()) if (!values.has(extension)) values.set(extension, null);
      const steps = [...values].filter(([extension, value]) => {
        const mark = ours.get(extension) ?? null;
        if (value === null) return mark !== null;
        // The same as before, and something else is shown: somebody's doing.
        return value !== mark || !shown.has(extension);
      });
      for (let at = 0; at < steps.length; at += portion)
        await Promise.all(
          steps
            .slice(at, at + portion)
            .map(([extension, value]) => write(extension, value, shown.get(extension) === ours.get(extension), signal)),
        );
    },
  };
}

const encoded = (text: string) => Buffer.from(text, 'utf8').toString('base64');

/** Cut between characters, not within one. */
function shortened(text: string): string {
  let kept = '';
  for (const character of text.replace(/\s+/g, ' ').trim()) {
    if (Buffer.byteLength(kept + character) > longestMessage) return `${kept.trimEnd()}…`;
    kept += character;
  }
  return kept;
}
