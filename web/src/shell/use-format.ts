import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { localeOf } from './language.ts';
import { useMe } from './session.ts';
import { dateIn } from './time.ts';

/** Dates, times and spans in the user's zone and language. */
export interface Format {
  zone: string;
  time(instant: string | Date): string;
  /** "Monday, 23 November". */
  day(date: string): string;
  /** "Mon 23 Nov". */
  shortDay(date: string): string;
  /** A time today, else day and time. */
  moment(instant: string | Date, now: Date): string;
  /** "1 h 15 min". */
  span(minutes: number): string;
  /** "3 minutes ago", "in 2 hours". */
  relative(instant: string | Date, now: Date): string;
}

export function useFormat(): Format {
  const { timeZone } = useMe();
  const { i18n } = useTranslation();
  return useMemo(() => formatOf(timeZone, localeOf(i18n.language)), [timeZone, i18n.language]);
}

export function formatOf(zone: string, locale: string): Format {
  const time = new Intl.DateTimeFormat(locale, { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  const day = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long' });
  const shortDay = new Intl.DateTimeFormat(locale, {
    timeZone: 'UTC',
    weekday: 'short',
    day: 'numeric',
    month: 'short',
  });
  // By language alone: regional English would write "mins".
  const language = new Intl.Locale(locale).language;
  const hours = new Intl.NumberFormat(language, { style: 'unit', unit: 'hour', unitDisplay: 'short' });
  const minutes = new Intl.NumberFormat(language, { style: 'unit', unit: 'minute', unitDisplay: 'short' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const self: Format = {
    zone,
    time: (instant) => time.format(new Date(instant)),
    day: (date) => day.format(new Date(`${date}T12:00Z`)),
    shortDay: (date) => shortDay.format(new Date(`${date}T12:00Z`)),
    moment(instant, now) {
      const at = new Date(instant);
      const date = dateIn(at, zone);
      if (date === dateIn(now, zone)) return time.format(at);
      return `${self.shortDay(date)}, ${time.format(at)}`;
    },
    span(total) {
      const whole = Math.max(0, Math.round(total));
      const parts = [];
      if (whole >= 60) parts.push(hours.format(Math.floor(whole / 60)));
      if (whole % 60 > 0 || whole === 0) parts.push(minutes.format(whole % 60));
      return parts.join(' ');
    },
    relative(instant, now) {
      const seconds = Math.round((new Date(instant).getTime() - now.getTime()) / 1000);
      const size = Math.abs(seconds);
      if (size < 60) return relative.format(Math.trunc(seconds / 60), 'minute');
      if (size < 3600) return relative.format(Math.round(seconds / 60), 'minute');
      if (size < 86_400) return relative.format(Math.round(seconds / 3600), 'hour');
      return relative.format(Math.round(seconds / 86_400), 'day');
    },
  };
  return self;
}
