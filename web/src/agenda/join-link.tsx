import { useTranslation } from 'react-i18next';
import type { Appointment } from '../../../server/src/api/schemas/agenda.ts';
import { Icon } from '../shell/icons.tsx';
import { minutesUntil } from '../shell/time.ts';

const prominentMinutes = 5;

/** Joins the meeting; it steps forward from five minutes before the start until the end. */
export function JoinLink({ appointment, url, now }: { appointment: Appointment; url: string; now: Date }) {
  const { t } = useTranslation('agenda');
  const soon = minutesUntil(now, new Date(appointment.start)) <= prominentMinutes && now < new Date(appointment.end);
  return (
    <a className={soon ? 'button primary join' : 'button quiet join'} href={url} target="_blank" rel="noreferrer">
      <Icon name="join" />
      <span>
        {t('join')}
        <span className="sr-only">: {appointment.title ?? t('private')}</span>
      </span>
    </a>
  );
}
