import { useTranslation } from 'react-i18next';
import type { Forwarding, Phone, Presence, Reason } from '../../../server/src/api/schemas/presence.ts';
import type { Format } from '../shell/use-format.ts';

/** Presence in sentences: why, until when, and where the calls go. */
export function usePresenceWords(format: Format, now: Date) {
  const { t } = useTranslation('presence');

  function untilWhen(until: string | null): string {
    return until === null ? t('untilChanged') : t('until', { time: format.moment(until, now) });
  }

  function why(reason: Reason | undefined, note: string | null, setBy?: Presence['setBy']): string {
    if (!reason) return note ?? '';
    if (reason.origin === 'manual' && setBy) return t('reason.manualBy', { name: setBy.displayName });
    if (reason.origin === 'appointment' && reason.title) return t('reason.appointmentTitle', { title: reason.title });
    return t(`reason.${reason.origin}`);
  }

  function target(forwarding: Forwarding): string {
    return forwarding.target === 'voicemail' ? t('target.voicemail') : (forwarding.target ?? '');
  }

  function calls(forwarding: Forwarding | undefined): string {
    if (!forwarding || forwarding.mode === 'off') return t('calls.off');
    return t(`calls.${forwarding.mode}`, { target: target(forwarding) });
  }

  /** Where the phone stands on its way to the wished forwarding. */
  function phase(phone: Phone): string {
    return t(`phase.${phone.phase}`);
  }

  function sentence(presence: Presence): string {
    return `${t(`status.${presence.status}`)}, ${untilWhen(presence.until)}`;
  }

  return { untilWhen, why, calls, target, phase, sentence };
}
