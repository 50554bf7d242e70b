/** What people may do to a mailbox on the page of a simulator, and the form that does it. */
import { escaped } from '../identity/pages.ts';
import type { Mailbox } from './mailbox.ts';

/** @param fields of the form. @param now epoch milliseconds */
export function actByHand(mailbox: Mailbox, fields: Record<string, string>, now: number): void {
  const number = Number(fields.item);
  if (fields.action === 'add') {
    const start = Temporal.Instant.fromEpochMilliseconds(now + Number(fields.minutes ?? 1) * 60_000)
      .toZonedDateTimeISO('Europe/Berlin')
      .round('minute')
      .toPlainDateTime();
    const end = start.add({ minutes: 30 });
    mailbox.create({ subject: fields.subject || 'Meeting', start: start.toString(), end: end.toString() });
  }
  if (!mailbox.items.has(number)) return;
  if (fields.action === 'delete') mailbox.delete(number);
  if (fields.action === 'later') {
    const { start, end } = mailbox.item(number).fields;
    const later = (text: string) => Temporal.PlainDateTime.from(text).add({ minutes: 30 }).toString();
    mailbox.update(number, { start: later(start), end: later(end) });
  }
}

/** A button that posts to /do. @param more further fields */
export function actionButton(user: string, action: string, label: string, more: Record<string, string | number> = {}) {
  const fields = Object.entries({ user, action, ...more }).map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(String(value))}">`,
  );
  return `<form method="post" action="/do" style="display:inline">${fields.join('')}<button>${label}</button></form>`;
}

/** Yesterday's evening to the day after tomorrow, with what may be done to each. @param now epoch milliseconds */
export function calendarByHand(user: string, mailbox: Mailbox, now: number): string {
  const day = 86_400_000;
  const items = mailbox
    .view(mailbox.defaultCalendar.id, now - day / 2, now + 2 * day)
    .map(
      ({ item: { number: item }, fields, start }) =>
        `<li>${new Date(start).toLocaleString('en-GB')} ${escaped(fields.subject)} (${fields.showAs}) ${actionButton(user, 'later', '30 minutes later', { item })} ${actionButton(user, 'delete', 'Delete', { item })}</li>`,
    );
  return `<ul>${items.join('')}</ul>${actionButton(user, 'add', 'Add a meeting in a minute')}`;
}
