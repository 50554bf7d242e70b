import { useTranslation } from 'react-i18next';
import { Icon } from '../shell/icons.tsx';
import { addDays } from '../shell/time.ts';
import { useFormat } from '../shell/use-format.ts';
import { type Day, takesPart } from './days.ts';

/** The week at a glance: seven days with how full they are; each goes to its day. */
export function WeekStrip(props: { week: string; day: string; today: string; days: Day[]; goTo(date: string): void }) {
  const { t, i18n } = useTranslation('agenda');
  const format = useFormat();
  const weekday = new Intl.DateTimeFormat(i18n.language, { timeZone: 'UTC', weekday: 'short' });
  return (
    <nav className="week" aria-label={t('week.label')}>
      <button
        type="button"
        className="icon-button"
        aria-label={t('week.previous')}
        onClick={() => props.goTo(addDays(props.day, -7))}
      >
        <Icon name="left" />
      </button>
      <ol>
        {props.days.map(({ date, rows, allDay }) => {
          const count = rows.filter((row) => row.kind === 'appointment' && takesPart(row.appointment)).length;
          return (
            <li key={date}>
              <button
                type="button"
                aria-current={date === props.day ? 'date' : undefined}
                className={date === props.today ? 'week-day is-today' : 'week-day'}
                onClick={() => props.goTo(date)}
              >
                <span className="sr-only">
                  {t('week.day', { day: format.day(date), count: count + allDay.length })}
                </span>
                <span className="week-name" aria-hidden="true">
                  {weekday.format(new Date(`${date}T12:00Z`))}
                </span>
                <strong aria-hidden="true">{Number(date.slice(8))}</strong>
                <span className="week-load" style={{ '--load': Math.min(count, 6) } as React.CSSProperties} />
              </button>
            </li>
          );
        })}
      </ol>
      <button
        type="button"
        className="icon-button"
        aria-label={t('week.next')}
        onClick={() => props.goTo(addDays(props.day, 7))}
      >
        <Icon name="right" />
      </button>
      <label className="week-jump">
        <span className="sr-only">{t('week.jump')}</span>
        <input
          type="date"
          value={props.day}
          onChange={(event) => event.target.value !== '' && props.goTo(event.target.value)}
        />
      </label>
      <button
        type="button"
        className="button"
        disabled={props.day === props.today}
        onClick={() => props.goTo(props.today)}
      >
        {t('week.today')}
      </button>
    </nav>
  );
}
