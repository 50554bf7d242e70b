import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useNow } from '../shell/now.ts';
import { useMe } from '../shell/session.ts';
import { useShortcut } from '../shell/shortcuts.ts';
import { addDays, dateIn, minutesUntil, startOfDay } from '../shell/time.ts';
import { useFormat } from '../shell/use-format.ts';
import { agendaQuery } from './agenda.queries.ts';
import { nextUp } from './days.ts';
import { JoinLink } from './join-link.tsx';

/** What comes next, whatever day is being looked at. */
export function NextUp() {
  const { t } = useTranslation('agenda');
  const me = useMe();
  const now = useNow(5000);
  const format = useFormat();
  const today = dateIn(now, me.timeZone);
  const period = [startOfDay(today, me.timeZone), startOfDay(addDays(today, 2), me.timeZone)] as const;
  const { data } = useQuery(agendaQuery(me.id, ...period));
  const next = data && nextUp(data.appointments, now);
  useShortcut('j', () => {
    if (next?.joinUrl) open(next.joinUrl, '_blank', 'noreferrer');
  });
  if (!next) return null;
  const minutes = minutesUntil(now, new Date(next.start));
  return (
    <section className="card next-up" aria-labelledby="next-up">
      <h2 id="next-up">{t(minutes <= 0 ? 'running' : 'next')}</h2>
      <p className="next-when">
        {minutes <= 0
          ? t('begun', { time: format.time(next.start) })
          : minutes <= 90
            ? t('startsIn', { span: format.span(minutes) })
            : format.moment(next.start, now)}
      </p>
      <p className="next-title">{next.title ?? t('private')}</p>
      <p className="row-meta">
        <span>
          {format.time(next.start)} – {format.time(next.end)}
        </span>
        {next.location && <span>{next.location}</span>}
      </p>
      {next.joinUrl && <JoinLink appointment={next} url={next.joinUrl} now={now} />}
    </section>
  );
}
