import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Segment } from '../../../server/src/api/schemas/presence.ts';
import { useNow } from '../shell/now.ts';
import { addDays, dateIn, startOfDay } from '../shell/time.ts';
import { useFormat } from '../shell/use-format.ts';
import { timelineQuery } from './presence.queries.ts';
import { StatusMark } from './status.tsx';
import { forwards, usePresenceWords } from './words.ts';

const firstHour = 7;
const lastHour = 20;
const hourMs = 3_600_000;

/** Today's timeline as it is told: clipped to the day, in the order of time. */
function useToday(userId: string) {
  const format = useFormat();
  const now = useNow(60_000);
  const date = dateIn(now, format.zone);
  const dayStart = startOfDay(date, format.zone);
  const dayEnd = startOfDay(addDays(date, 1), format.zone);
  const { data: segments = [] } = useQuery(timelineQuery(userId, dayStart, dayEnd));
  const shown = segments
    .map((segment) => clip(segment, dayStart, dayEnd))
    .filter((segment) => segment.end > segment.start);
  return { format, now, dayStart: dayStart.getTime(), dayEnd: dayEnd.getTime(), shown };
}

/** The working hours (more, if the day is longer) as a bar of statuses with the now-line. */
export function TodayBar({ userId }: { userId: string }) {
  const { format, now, dayStart, shown } = useToday(userId);
  const busy = shown.filter((segment) => segment.status !== 'available');
  const from = Math.min(dayStart + firstHour * hourMs, now.getTime(), ...busy.map((segment) => segment.start));
  const to = Math.max(dayStart + lastHour * hourMs, now.getTime(), ...busy.map((segment) => segment.end));
  const place = (at: number) => ((Math.min(Math.max(at, from), to) - from) / (to - from)) * 100;
  return (
    <div className="today-bar" aria-hidden="true">
      {shown.map((segment) => (
        <span
          key={segment.start}
          data-status={segment.status}
          className="today-segment"
          style={{ left: `${place(segment.start)}%`, width: `${place(segment.end) - place(segment.start)}%` }}
        />
      ))}
      <span className="today-now" style={{ left: `${place(now.getTime())}%` }} />
      {hoursBetween(from, to).map((hour) => (
        <span key={hour} className="today-hour" style={{ left: `${place(hour)}%` }}>
          {format.time(new Date(hour)).replace(/[:.]00/, '')}
        </span>
      ))}
    </div>
  );
}

/** The same in words, from now on. */
export function TodayList({ userId }: { userId: string }) {
  const { t } = useTranslation('presence');
  const { format, now, dayEnd, shown } = useToday(userId);
  const words = usePresenceWords(format, now);
  return (
    <section aria-labelledby="today-list">
      <h3 id="today-list">{t('restOfDay')}</h3>
      <ol className="today-list">
        {shown
          .filter((segment) => segment.end > now.getTime())
          .map((segment) => (
            <li key={segment.start}>
              <StatusMark status={segment.status} />
              <span className="today-times">
                {segment.start <= now.getTime() ? t('fromNow') : format.time(new Date(segment.start))} –{' '}
                {segment.end >= dayEnd ? t('endOfDay') : format.time(new Date(segment.end))}
              </span>
              <span>
                {segment.reason?.title ?? t(`status.${segment.status}`)}
                {forwards(segment.forwarding) && <small>{words.calls(segment.forwarding)}</small>}
              </span>
            </li>
          ))}
      </ol>
    </section>
  );
}

function clip(segment: Segment, from: Date, to: Date): Omit<Segment, 'start' | 'end'> & { start: number; end: number } {
  const end = segment.end === null ? to.getTime() : Date.parse(segment.end);
  return { ...segment, start: Math.max(Date.parse(segment.start), from.getTime()), end: Math.min(end, to.getTime()) };
}

/** Every third full hour of the bar. */
function hoursBetween(from: number, to: number): number[] {
  const first = Math.ceil(from / hourMs) * hourMs;
  const all = Array.from({ length: Math.floor((to - first) / hourMs) + 1 }, (_, index) => first + index * hourMs);
  return all.filter((hour, index) => index % 3 === 1 && to - hour > hourMs / 2);
}
