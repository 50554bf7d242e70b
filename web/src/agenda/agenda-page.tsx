import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Agenda } from '../../../server/src/api/schemas/agenda.ts';
import { Icon } from '../shell/icons.tsx';
import { localeOf } from '../shell/language.ts';
import { useNow } from '../shell/now.ts';
import { Empty, Problem, Skeleton } from '../shell/parts.tsx';
import { useMe } from '../shell/session.ts';
import { useShortcut } from '../shell/shortcuts.ts';
import { addDays, dateIn, startOfDay } from '../shell/time.ts';
import { type Format, useFormat } from '../shell/use-format.ts';
import { useTitle } from '../shell/use-title.ts';
import { accountsQuery, agendaQuery } from './agenda.queries.ts';
import { DaySection } from './day-section.tsx';
import { dayOf, daysOf, nextUp, startOfWeek, takesPart } from './days.ts';
import { NextUp } from './next-up.tsx';
import { RemindersPanel } from './reminders-panel.tsx';
import { SyncState } from './sync-state.tsx';
import { WeekStrip } from './week-strip.tsx';

const PresenceCard = lazy(() => import('../presence/presence-card.tsx'));
const daysShown = 7;

export function AgendaPage() {
  const { t, i18n } = useTranslation('agenda');
  useTitle(t('title'));
  const me = useMe();
  const format = useFormat();
  const now = useNow(10_000);
  const navigate = useNavigate();
  const { day: chosen } = useSearch({ from: '/home/' });
  const today = dateIn(now, me.timeZone);
  const day = chosen ?? today;
  const week = startOfWeek(day, firstWeekday(localeOf(i18n.language)));
  const from = startOfDay(week, me.timeZone);
  const to = startOfDay(addDays(day, daysShown), me.timeZone);
  const agenda = useQuery(agendaQuery(me.id, from, to));
  const goTo = (date: string) => void navigate({ to: '/', search: date === today ? {} : { day: date } });
  useShortcut('t', () => goTo(today));
  useShortcut('ArrowLeft', () => goTo(addDays(day, -1)));
  useShortcut('ArrowRight', () => goTo(addDays(day, 1)));

  return (
    <div className="page agenda-page">
      <header className="agenda-head">
        <div className="agenda-title">
          <h1>{day === today ? t('today') : format.day(day)}</h1>
          <p>{agenda.data && <Summary agenda={agenda.data} day={day} format={format} />}</p>
        </div>
        <SyncState />
        <WeekStrip week={week} day={day} today={today} days={weekOf(agenda.data, week, me.timeZone)} goTo={goTo} />
      </header>
      <aside className="agenda-aside" aria-label={t('aside')}>
        <NextUp />
        <RemindersPanel />
        <Suspense>
          <PresenceCard />
        </Suspense>
      </aside>
      <div className="agenda-days">
        {agenda.isPending ? (
          <Skeleton rows={7} />
        ) : agenda.isError && !agenda.data ? (
          <Problem error={agenda.error} retry={() => void agenda.refetch()} />
        ) : (
          <Days agenda={agenda.data!} from={day} today={today} now={now} format={format} />
        )}
      </div>
    </div>
  );
}

/** The day in a line: how many appointments, and from when on nothing more. */
function Summary({ agenda, day, format }: { agenda: Agenda; day: string; format: Format }) {
  const { t } = useTranslation('agenda');
  const rows = dayOf(agenda.appointments, day, format.zone).rows.filter(
    (row) => row.kind === 'appointment' && takesPart(row.appointment),
  );
  if (rows.length === 0) return t('nothing');
  const last = new Date(Math.max(...rows.map((row) => row.end.getTime())));
  return t('summary', { count: rows.length, time: format.time(last) });
}

function Days(props: { agenda: Agenda; from: string; today: string; now: Date; format: Format }) {
  const { t } = useTranslation('agenda');
  const { agenda, from, today, now, format } = props;
  const accounts = useQuery(accountsQuery);
  const days = useMemo(
    () => daysOf(agenda.appointments, from, daysShown, format.zone),
    [agenda.appointments, from, format.zone],
  );
  const nextId = nextUp(agenda.appointments, now)?.id;
  const several = new Set(agenda.appointments.flatMap((a) => a.sources.map((source) => source.calendarId))).size > 1;
  if (days.every((day) => day.rows.length === 0 && day.allDay.length === 0)) {
    if (accounts.data?.length === 0)
      return (
        <Empty icon="accounts" title={t('empty.noAccount')} text={t('empty.noAccountText')}>
          <Link className="button primary" to="/accounts/add">
            {t('empty.connect')}
          </Link>
        </Empty>
      );
    return <Empty icon="agenda" title={t('empty.free')} text={t('empty.freeText')} />;
  }
  return (
    <>
      {days.map((day) => (
        <DaySection key={day.date} {...{ day, today, now, format, nextId }} showCalendar={several} />
      ))}
      <Link className="agenda-more" to="/" search={{ day: addDays(from, daysShown) }}>
        {t('more')} <Icon name="right" size={16} />
      </Link>
    </>
  );
}

function weekOf(agenda: Agenda | undefined, week: string, zone: string) {
  return daysOf(agenda?.appointments ?? [], week, 7, zone);
}

/** 1 (Monday) to 7 (Sunday), as the locale begins its weeks; Monday where the browser doesn't say. */
function firstWeekday(locale: string): number {
  const known = new Intl.Locale(locale) as Intl.Locale & { getWeekInfo?: () => { firstDay: number } };
  return known.getWeekInfo?.().firstDay ?? 1;
}
