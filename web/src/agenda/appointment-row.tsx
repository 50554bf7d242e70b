import { lazy, Suspense, useState } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';
import type { Appointment } from '../../../server/src/api/schemas/agenda.ts';
import { Icon } from '../shell/icons.tsx';
import { minutesUntil } from '../shell/time.ts';
import type { Format } from '../shell/use-format.ts';
import { type Row, takesPart } from './days.ts';
import { JoinLink } from './join-link.tsx';

const AppointmentDetails = lazy(() => import('../rules/appointment-details.tsx'));

interface Props {
  row: Row;
  now: Date;
  format: Format;
  showCalendar: boolean;
  isToday: boolean;
  /** The one that the card beside the agenda tells about, with its own way in. */
  isNext: boolean;
  /** How far through it is now, where the now-line crosses it. */
  nowAt: number | null;
}

export function AppointmentRow({ row, now, format, showCalendar, isToday, isNext, nowAt }: Props) {
  const { t } = useTranslation('agenda');
  const { appointment } = row;
  const running = row.start <= now && now < row.end;
  const past = row.end <= now;
  const is = { past, running, next: isNext, off: !takesPart(appointment) };
  const classes = ['row', ...Object.entries(is).flatMap(([name, so]) => (so ? [`is-${name}`] : []))].join(' ');
  return (
    <li
      className={classes}
      data-show-as={appointment.showAs}
      style={{ '--lane': row.lane, '--lanes': row.lanes, '--through': nowAt ?? 0 } as React.CSSProperties}
    >
      {nowAt !== null && <span className="row-now" aria-hidden="true" />}
      <div className="row-time">
        <time dateTime={appointment.start}>{row.continued ? '…' : format.time(row.start)}</time>
        {row.end > row.start && (
          <time dateTime={appointment.end}>
            <span className="sr-only">{t('to')} </span>
            {row.continues ? '…' : format.time(row.end)}
          </time>
        )}
      </div>
      <span className="row-rail" aria-hidden="true">
        <span className="row-bar" />
      </span>
      <div className="row-body">
        <p className="row-title">
          <Title appointment={appointment} />
          <Marks appointment={appointment} />
          {isToday && <Countdown row={row} now={now} format={format} />}
        </p>
        <Meta appointment={appointment} showCalendar={showCalendar} />
        {row.overlaps.length > 0 && (
          <p className="row-overlap">
            <Icon name="warning" size={16} />
            {row.overlaps.length === 1 && row.overlaps[0]!.title
              ? t('overlapsWith', { title: row.overlaps[0]!.title })
              : t('overlaps', { count: row.overlaps.length })}
          </p>
        )}
      </div>
      <div className="row-actions">
        {appointment.joinUrl && !past && takesPart(appointment) && (
          <JoinLink appointment={appointment} url={appointment.joinUrl} now={now} />
        )}
        {appointment.openUrl && (
          <a
            className="icon-button"
            href={appointment.openUrl}
            target="_blank"
            rel="noreferrer"
            aria-label={t('open', { title: appointment.title ?? t('private') })}
          >
            <Icon name="open" />
          </a>
        )}
      </div>
    </li>
  );
}

function Countdown({ row, now, format }: { row: Row; now: Date; format: Format }) {
  const { t } = useTranslation('agenda');
  if (!takesPart(row.appointment)) return null;
  const minutes = minutesUntil(now, row.start);
  if (minutes > 0 && minutes <= 60)
    return (
      <span className={minutes <= 5 ? 'row-soon is-near' : 'row-soon'}>
        {t('startsIn', { span: format.span(minutes) })}
      </span>
    );
  if (row.start <= now && now < row.end)
    return <span className="row-soon">{t('left', { span: format.span(minutesUntil(now, row.end)) })}</span>;
  return null;
}

/** Opens what there is to know of it, and what it does to one's presence. */
function Title({ appointment }: { appointment: Appointment }) {
  const { t } = useTranslation('agenda');
  const [isOpen, setOpen] = useState(false);
  const title = appointment.title === null ? t('private') : appointment.title || t('noTitle');
  const shown = appointment.cancelled || appointment.completed ? <s>{title}</s> : <strong>{title}</strong>;
  if (appointment.kind === 'task' || appointment.uid === '') return shown;
  return (
    <>
      <button type="button" className="row-open" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {shown}
      </button>
      {isOpen &&
        createPortal(
          <Suspense>
            <AppointmentDetails appointment={appointment} onClose={() => setOpen(false)} />
          </Suspense>,
          document.body, // a title is a paragraph, which can't hold a dialog
        )}
    </>
  );
}

function Marks({ appointment }: { appointment: Appointment }) {
  const { t } = useTranslation('agenda');
  const state = stateOf(appointment);
  return (
    <span className="row-marks">
      {appointment.series && (
        <span title={t('series')}>
          <Icon name="series" size={16} />
          <span className="sr-only">{t('series')}</span>
        </span>
      )}
      {appointment.sensitivity !== 'normal' && (
        <span title={t(`sensitivity.${appointment.sensitivity}`)}>
          <Icon name="private" size={16} />
          <span className="sr-only">{t(`sensitivity.${appointment.sensitivity}`)}</span>
        </span>
      )}
      {state && <span className="tag">{t(`state.${state}`)}</span>}
    </span>
  );
}

function stateOf(appointment: Appointment) {
  if (appointment.cancelled) return 'cancelled';
  if (appointment.completed) return 'completed';
  if (appointment.response === 'declined') return 'declined';
  if (appointment.response === 'notResponded') return 'notResponded';
  if (appointment.showAs === 'busy' || appointment.showAs === 'unknown')
    return appointment.kind === 'task' ? 'task' : null;
  return appointment.showAs;
}

function Meta({ appointment, showCalendar }: { appointment: Appointment; showCalendar: boolean }) {
  const { t } = useTranslation('agenda');
  const source = appointment.sources[0];
  const others = appointment.attendeeCount;
  return (
    <p className="row-meta">
      {appointment.location && (
        <span>
          <Icon name="place" size={16} />
          {appointment.location}
        </span>
      )}
      {(appointment.organizer || others > 1) && (
        <span>
          <Icon name="person" size={16} />
          {[appointment.organizer, others > 1 && t('people', { count: others })].filter(Boolean).join(', ')}
        </span>
      )}
      {showCalendar && source && (
        <span>
          <i className="calendar-dot" style={{ background: source.color ?? 'var(--ink-3)' }} aria-hidden="true" />
          {appointment.sources.map((one) => one.calendarName).join(', ')}
        </span>
      )}
    </p>
  );
}

export function AllDayRow({ appointment, through }: { appointment: Appointment; through: string | undefined }) {
  const { t } = useTranslation('agenda');
  return (
    <li className={takesPart(appointment) ? 'all-day-row' : 'all-day-row is-off'} data-show-as={appointment.showAs}>
      <Title appointment={appointment} />
      <Marks appointment={appointment} />
      {through && <span className="all-day-through">{t('through', { day: through })}</span>}
      {appointment.location && <span className="all-day-through">{appointment.location}</span>}
      {appointment.openUrl && (
        <a
          href={appointment.openUrl}
          target="_blank"
          rel="noreferrer"
          aria-label={t('open', { title: appointment.title ?? t('private') })}
        >
          <Icon name="open" size={16} />
        </a>
      )}
    </li>
  );
}
