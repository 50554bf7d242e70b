import { useTranslation } from 'react-i18next';
import type { Forwarding, Phone, Presence, Reason, SlotForwarding } from '../../../server/src/api/schemas/presence.ts';
import type { Format } from '../shell/use-format.ts';

type Shown = SlotForwarding & Partial<Pick<Forwarding, 'busy' | 'unanswered'>>;
type Slot = Phone['slot'];

/** Whether any calls go somewhere else, or don't ring. */
export const forwards = (forwarding: Shown | undefined): boolean =>
  forwarding !== undefined && (forwarding.mode !== 'off' || Boolean(forwarding.busy ?? forwarding.unanswered));

/** Presence in sentences: why, until when, and where the calls go. */
export function usePresenceWords(format: Format, now: Date) {
  const { t } = useTranslation('presence');

  function untilWhen(until: string | null): string {
    return until === null ? t('untilChanged') : t('until', { time: format.moment(until, now) });
  }

  function why(reason: Reason | undefined, note: string | null, setBy?: Presence['setBy']): string {
    if (!reason) return note ?? '';
    if (reason.origin === 'manual' && setBy) return t('reason.manualBy', { name: setBy.displayName });
    if (reason.origin === 'appointment') {
      const { title, rule } = reason;
      const appointment = title ? t('reason.appointmentTitle', { title }) : t('reason.appointment');
      return rule ? `${appointment}, ${byRule(rule)}` : appointment;
    }
    if (reason.program !== undefined) return t('reason.program', { name: reason.program });
    if (reason.client) return t(`clients.${reason.client}`);
    return t(`reason.${reason.origin}`);
  }

  /** What led from the appointment to its profile. */
  function byRule({ from, name, profileMissing }: NonNullable<Reason['rule']>): string {
    if (profileMissing) return t('reason.profileMissing', { name });
    if (from === 'choice') return t('reason.byChoice');
    return name === '' ? t('reason.byOwnRule') : t('reason.byRule', { name });
  }

  const target = (to: string | null) => (to === 'voicemail' ? t('target.voicemail') : (to ?? ''));

  function calls(forwarding: Shown | undefined): string {
    if (!forwarding) return t('calls.off');
    const { mode, busy, unanswered } = forwarding;
    return [
      mode === 'off' ? t('calls.off') : t(`calls.${mode}`, { target: target(forwarding.target) }),
      busy && t('calls.busy', { target: target(busy) }),
      unanswered && t('calls.unanswered', { target: target(unanswered) }),
    ]
      .filter(Boolean)
      .join(', ');
  }

  /** What one slot of a phone does. */
  function callsIn(slot: Slot, forwarding: SlotForwarding | undefined): string {
    if (slot === 'always') return calls(forwarding);
    if (!forwarding?.target) return t(`calls.${slot}Off`);
    return t(`calls.${slot}All`, { target: target(forwarding.target) });
  }

  /** What is said of one slot only: it names the slot. */
  const ofSlot = (slot: Slot | null | undefined, text: string): string =>
    !slot || slot === 'always' ? text : `${t(`slot.${slot}`)}: ${text}`;

  /** Where the phone stands on its way to the wished forwarding. */
  function phase(phone: Phone): string {
    return t(`phase.${phone.phase}`);
  }

  function sentence(presence: Presence): string {
    return `${t(`status.${presence.status}`)}, ${untilWhen(presence.until)}`;
  }

  return { untilWhen, why, calls, callsIn, ofSlot, phase, sentence };
}
