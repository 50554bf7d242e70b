import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Reminder } from '../../../server/src/api/schemas/agenda.ts';
import { Icon } from '../shell/icons.tsx';
import { notify } from '../shell/notices.tsx';
import { useNow } from '../shell/now.ts';
import { useErrorText } from '../shell/parts.tsx';
import { useMe } from '../shell/session.ts';
import { minutesUntil } from '../shell/time.ts';
import { useFormat } from '../shell/use-format.ts';
import { remindersQuery, useChangeReminder } from './agenda.queries.ts';

const hourMs = 3_600_000;
const snoozeMinutes = [5, 15, 60];

/** The reminders that are due, beside the agenda and never in its way. */
export function RemindersPanel() {
  const { t } = useTranslation('agenda');
  const me = useMe();
  const now = useNow(5000);
  const hour = Math.floor(now.getTime() / hourMs) * hourMs;
  const { data } = useQuery(remindersQuery(me.id, new Date(hour - 12 * hourMs), new Date(hour + 26 * hourMs)));
  const due = (data ?? []).filter((reminder) => reminder.dismissedAt === null && new Date(reminder.due) <= now);
  return (
    <section className="reminders" aria-label={t('reminders.title')} aria-live="polite">
      {due.length > 0 && (
        <div className="card">
          <h2>
            <Icon name="bell" />
            {t('reminders.title')}
            <span className="count">{due.length}</span>
          </h2>
          <ul>
            {due.map((reminder) => (
              <ReminderRow key={reminder.id} reminder={reminder} now={now} userId={me.id} />
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function ReminderRow({ reminder, now, userId }: { reminder: Reminder; now: Date; userId: string }) {
  const { t } = useTranslation('agenda');
  const format = useFormat();
  const change = useChangeReminder(userId);
  const errorText = useErrorText();
  const field = useId();
  const start = new Date(reminder.start);
  const minutes = minutesUntil(now, start);
  const fail = (error: unknown) => notify(errorText(error), { tone: 'problem' });

  function dismiss(): void {
    change.mutate(
      { reminder, change: { kind: 'dismiss' } },
      {
        onError: fail,
        onSuccess: () =>
          notify(t('reminders.dismissed', { title: reminder.title }), {
            action: {
              label: t('reminders.undo'),
              run: () => change.mutate({ reminder, change: { kind: 'undismiss' } }, { onError: fail }),
            },
          }),
      },
    );
  }

  function snooze(value: string): void {
    const untilStart = { until: start.toISOString() };
    const choice = value === 'start' ? untilStart : { minutes: Number(value) };
    change.mutate({ reminder, change: { kind: 'snooze', snooze: choice } }, { onError: fail });
  }

  return (
    <li className="reminder">
      <p>
        <strong>{reminder.title}</strong>
        <span>
          {minutes > 0
            ? t(reminder.kind === 'task' ? 'dueIn' : 'startsIn', { span: format.span(minutes) })
            : t(reminder.kind === 'task' ? 'wasDue' : 'begun', { time: format.moment(start, now) })}
          {reminder.location && ` · ${reminder.location}`}
        </span>
      </p>
      <div className="reminder-actions">
        <label className="sr-only" htmlFor={field}>
          {t('reminders.snoozeTitle', { title: reminder.title })}
        </label>
        <select id={field} value="" disabled={change.isPending} onChange={(event) => snooze(event.target.value)}>
          <option value="" disabled>
            {t('reminders.snooze')}
          </option>
          {minutes > 1 && <option value="start">{t('reminders.untilStart')}</option>}
          {snoozeMinutes.map((choice) => (
            <option key={choice} value={choice}>
              {format.span(choice)}
            </option>
          ))}
        </select>
        <button
          type="button"
          className="icon-button"
          disabled={change.isPending}
          aria-label={t('reminders.dismiss', { title: reminder.title })}
          onClick={dismiss}
        >
          <Icon name="check" />
        </button>
      </div>
    </li>
  );
}
