/** What a phone is set to, understood from answers. Pure: anything that isn't understood is an error, never "off". */
import { ConnectorError } from '../../calendars/connector.ts';
import { type ForwardingMode, forwardingModes, type SlotForwarding, slotOff } from '../../presence/presence.ts';
import { atPlace, type Place, textOf } from './places.ts';
import type { Scalar } from './request-settings.ts';
import type { HttpSettings, HttpState } from './settings.ts';
import { fillText, type Values } from './templates.ts';

/** By slot; null where the system has no such slot. */
export interface PhoneState {
  always: SlotForwarding;
  busy: SlotForwarding | null;
  unanswered: SlotForwarding | null;
}

/**
 * @param answers to `read` ('') and to its further requests, by name.
 * @param values with `extension` (and `id`).
 * @throws ConnectorError 'malformed'
 */
export function phoneState(settings: HttpSettings, answers: ReadonlyMap<string, unknown>, values: Values): PhoneState {
  const extension = String(values.extension);
  const at = (place: Place) => atPlace(answers, place, (text) => fillText(text, values));
  const malformed = (what: string) =>
    new ConnectorError('malformed', `The state of extension ${extension} can't be read: ${what}.`);
  for (const answer of answers.values())
    if (typeof answer !== 'object' || answer === null)
      throw new ConnectorError('malformed', `The state of extension ${extension} isn't JSON.`);

  const { proof } = settings.read;
  if (proof) {
    const found = textOf(at(proof.at));
    const wanted = proof.is === null ? found : fillText(proof.is, values);
    if (found === null || found !== wanted) throw malformed('the answer isn’t about it (see "proof")');
  }

  /** On, off, or nothing that can be understood. */
  function isOn({ at: place, is }: { at: Place; is: Scalar }): boolean {
    const found = at(place);
    if (typeof found !== typeof is) throw malformed(`there is ${wordFor(is)} missing at "${shown(place)}"`);
    return found === is;
  }
  function target({ target, toVoicemail }: HttpState): string | null {
    if (toVoicemail && textOf(at(toVoicemail.at)) === String(toVoicemail.is)) return 'voicemail';
    const found = at(target);
    if (found === null || found === undefined || found === '') return null;
    const text = textOf(found);
    if (text === null) throw malformed(`what stands at "${shown(target)}" is no number`);
    return settings.voicemail && text === voicemailOf(settings, extension) ? 'voicemail' : text;
  }
  function forwarded(state: HttpState): string | null {
    if (state.on && !isOn(state.on)) return null;
    const to = target(state);
    if (state.on && to === null) throw malformed(`it is forwarded, but nothing stands at "${shown(state.target)}"`);
    return to;
  }
  function always(): SlotForwarding {
    const { read } = settings;
    const to = forwarded(read);
    if (read.mode === null) return to ? { mode: 'all', target: to } : slotOff;
    const word = textOf(at(read.mode));
    const said = word ?? (read.on ? null : (settings.modes.off ?? ''));
    const mode = forwardingModes.find((each) => settings.modes[each] === said);
    if (said === null || !mode)
      throw new ConnectorError(
        'malformed',
        `The phone system says "${(said ?? '').slice(0, 40)}" for the mode of ${extension}; no word in "modes" is that.`,
      );
    return { mode, target: mode === 'off' ? null : to };
  }
  function slot(name: 'busy' | 'unanswered'): SlotForwarding | null {
    const own = settings[name];
    if (!own) return null;
    const to = forwarded(own.read);
    return to ? { mode: 'all', target: to } : slotOff;
  }

  const all = always();
  return {
    // A target beneath do not disturb stays on record, so that giving back loses neither.
    always:
      settings.doNotDisturb && isOn(settings.doNotDisturb.on) ? { mode: 'doNotDisturb', target: all.target } : all,
    busy: slot('busy'),
    unanswered: slot('unanswered'),
  };
}

/** Reached by calls to the mailbox of an extension; '' when there is none. */
export const voicemailOf = ({ voicemail }: Pick<HttpSettings, 'voicemail'>, extension: string): string =>
  (voicemail ?? '').replace(/\{\{\s*extension\s*\}\}/g, extension);

const shown = (place: Place) => (typeof place === 'string' ? place : place.at);
const wordFor = (is: Scalar) =>
  typeof is === 'boolean' ? 'true or false' : typeof is === 'number' ? 'number' : 'text';

/** For each mode: true, or why this system can't do it. */
export function modesOf(settings: HttpSettings): Record<ForwardingMode, true | string> {
  function able(mode: ForwardingMode): true | string {
    const has = mode === 'off' || settings.modes[mode] !== undefined;
    if (has || (mode === 'doNotDisturb' && settings.doNotDisturb !== null)) return true;
    const oneForAll = (mode === 'internal' || mode === 'external') && settings.modes.all !== undefined;
    const usual = oneForAll
      ? `This phone system is set up with one forwarding for all callers: it has no word for "${mode}".`
      : `The settings of this phone system have no word for "${mode}".`;
    return settings.unable[mode] ?? usual;
  }
  return Object.fromEntries(forwardingModes.map((mode) => [mode, able(mode)])) as Record<ForwardingMode, true | string>;
}

/** For each slot: true, or why this system can't do it. */
export function slotsOf(settings: HttpSettings): Record<'busy' | 'unanswered', true | string> {
  const able = (slot: 'busy' | 'unanswered'): true | string =>
    settings[slot] !== null
      ? true
      : (settings.unable[slot] ??
        (slot === 'busy'
          ? 'The settings of this phone system don’t say how calls are forwarded while the user is busy.'
          : 'The settings of this phone system don’t say how calls are forwarded that nobody answers.'));
  return { busy: able('busy'), unanswered: able('unanswered') };
}

/** True, or why a forwarding can't go to the user's own mailbox. */
export function voicemailAble(settings: HttpSettings): true | string {
  const able = settings.voicemail !== null || settings.setVoicemail !== null;
  return able || (settings.unable.voicemail ?? 'No voicemail number is set for this phone system.');
}
