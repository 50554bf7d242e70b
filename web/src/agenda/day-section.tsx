import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { addDays, daysBetween } from '../shell/time.ts';
import type { Format } from '../shell/use-format.ts';
import { AllDayRow, AppointmentRow } from './appointment-row.tsx';
import { type Day, nowIn } from './days.ts';

interface Props {
  day: Day;
  today: string;
  now: Date;
  format: Format;
  showCalendar: boolean;
  nextId: string | undefined;
}

export function DaySection({ day, today, now, format, showCalendar, nextId }: Props) {
  const { t } = useTranslation('agenda');
  const isToday = day.date === today;
  const line = isToday ? nowIn(day.rows, now) : undefined;
  const heading = `day-${day.date}`;
  const distance = daysBetween(today, day.date);
  return (
    <section className={day.date < today ? 'day is-past' : 'day'} aria-labelledby={heading}>
      <h2 id={heading}>
        {format.day(day.date)}
        {(distance === 0 || distance === 1) && <small>{t(distance === 0 ? 'today' : 'tomorrow')}</small>}
      </h2>
      {day.allDay.length > 0 && (
        <ul className="all-day" aria-label={t('allDay')}>
          {day.allDay.map((appointment) => (
            <AllDayRow
              key={appointment.id}
              appointment={appointment}
              through={
                appointment.endDate && appointment.endDate > addDays(day.date, 1)
                  ? format.shortDay(addDays(appointment.endDate, -1))
                  : undefined
              }
            />
          ))}
        </ul>
      )}
      {day.rows.length === 0 && day.allDay.length === 0 && <p className="day-free">{t('nothing')}</p>}
      {(day.rows.length > 0 || isToday) && (
        <ol className="rows">
          {day.rows.map((row, index) => {
            const here = line?.index === index;
            if (row.kind === 'gap')
              return (
                <li key={`gap-${row.start.toISOString()}`} className="gap" style={gapHeight(row.start, row.end)}>
                  <span>{t('free', { span: format.span((row.end.getTime() - row.start.getTime()) / 60_000) })}</span>
                  {here && line.through !== null && <NowLine now={now} format={format} at={line.through} />}
                </li>
              );
            return (
              <Fragment key={row.appointment.id}>
                {here && line.through === null && <NowRow now={now} format={format} />}
                <AppointmentRow
                  row={row}
                  now={now}
                  format={format}
                  showCalendar={showCalendar}
                  isToday={isToday}
                  isNext={row.appointment.id === nextId}
                  nowAt={here ? line.through : null}
                />
              </Fragment>
            );
          })}
          {line && line.index === day.rows.length && <NowRow now={now} format={format} />}
        </ol>
      )}
    </section>
  );
}

/** Longer free time looks longer, within reason. */
function gapHeight(start: Date, end: Date): React.CSSProperties {
  const minutes = (end.getTime() - start.getTime()) / 60_000;
  return { minHeight: `${Math.round(Math.min(64, 24 + minutes / 6))}px` };
}

function NowLine({ now, format, at }: { now: Date; format: Format; at: number }) {
  const { t } = useTranslation('agenda');
  return (
    <div className="now-line" style={{ top: `${(at * 100).toFixed(1)}%` }}>
      <span className="sr-only">{t('now')}</span>
      <time dateTime={now.toISOString()}>{format.time(now)}</time>
    </div>
  );
}

function NowRow({ now, format }: { now: Date; format: Format }) {
  return (
    <li className="now-row">
      <NowLine now={now} format={format} at={0.5} />
    </li>
  );
}
