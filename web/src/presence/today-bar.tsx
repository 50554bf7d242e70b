import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Segment } from '../../../server/src/api/schemas/presence.ts';
import { useNow } from '../shell/now.ts';
import { addDays, dateIn, startOfDay } from '../shell/time.ts';
import { useFormat } from '../shell/use-format.ts';
import { timelineQuery } from './presence.queries.ts';
import { StatusMark } from './status.tsx';
import { usePresenceWords } from './words.ts';

const firstHour = 7;
const lastHour = 20;
const hourMs = 3_600_000;

/** Today's timeline: a bar of the working hours, and the same as a list from now on. */
export function TodayBar({ userId }: { userId: string }) {
  const { t } = useTranslation('presence');
  const format = useFormat();
  const now = useNow(60_000);
  const words = usePresenceWords(format, now);
  const date = dateIn(now, format.zone);
  const dayStart = startOfDay(date, format.zone);
  const dayEnd = startOfDay(addDays(date, 1), format.zone);
  const { data: segments } = useQuery(timelineQuery(userId, dayStart, dayEnd));
  if (!segments) return null;
  const shown = segments
    .map((segment) => clip(segment, dayStart, dayEnd))
    .filter((segment) => segment.end > segment.start);
  const busy = shown.filter((segment) => segment.status !== 'available');
  const from = Math.min(dayStart.getTime() + firstHour * hourMs, ...busy.map((segment) => segment.start));
  const to = Math.max(dayStart.getTime() + lastHour * hourMs, ...busy.map((segment) => segment.end));
  const place = (at: number) => ((Math.min(Math.max(at, from), to) - from) / (to - from)) * 100;
  const hours = hoursBetween(from, to);
  const ahead = shown.filter((segment) => segment.end > now.getTime());
  return (
    <section aria-label={t('today')}>
      <h3>{t('today')}</h3>
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
        {hours.map((hour) => (
          <span key={hour} className="today-hour" style={{ left: `${place(hour)}%` }}>
            {format.time(new Date(hour)).replace(/[:.]00/, '')}
          </span>
        ))}
      </div>
      <ol className="today-list">
        {ahead.map((segment) => (
          <li key={segment.start}>
            <StatusMark status={segment.status} />
            <span className="today-times">
              {format.time(new Date(Math.max(segment.start, dayStart.getTime())))} –{' '}
              {segment.end >= dayEnd.getTime() ? t('endOfDay') : format.time(new Date(segment.end))}
            </span>
            <span>
              {t(`status.${segment.status}`)}
              <small>
                {segment.reason && segment.reason.origin !== 'default' && words.why(segment.reason, segment.note)}
                {segment.forwarding && segment.forwarding.mode !== 'off' && <> · {words.calls(segment.forwarding)}</>}
              </small>
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
  return all.filter((_, index) => index % 3 === 1);
}
