/**
 * The company of these figures: mailboxes with 12 appointments a week, and what their owners change in a day. Dealt from
 * a seed, mailbox by mailbox, so that the same company can be had again.
 */
import type { Mailbox } from '../../simulators/microsoft365/mailbox/mailbox.ts';
import type { Recurrence, Weekday } from '../../simulators/microsoft365/mailbox/recurrence.ts';
import { randomFrom } from '../../simulators/pbx/habits.ts';

type Dice = () => number;
export interface Person {
  address: string;
  mailbox: Mailbox;
}

const weeks = 13;
/** Beside the series: a stand-up on three days, two weekly meetings, one every other week, which are 5.5 of the 12. */
const singlesAWeek = 6.5;

const pick = <T>(list: readonly T[], dice: Dice): T => list[Math.floor(dice() * list.length)]!;
/** Wall time at a quarter of an hour of the working day. */
function slot(date: Temporal.PlainDate, dice: Dice): { start: string; end: string } {
  const start = date.toPlainDateTime({ hour: 8 + Math.floor(dice() * 9), minute: 15 * Math.floor(dice() * 4) });
  return { start: start.toString(), end: start.add({ minutes: pick([15, 30, 45, 60, 90], dice) }).toString() };
}
const workday = (monday: Temporal.PlainDate, dice: Dice) => monday.add({ days: Math.floor(dice() * 5) });

/**
 * @param addUser to the simulated source.
 * @param today appointments lie from two weeks before to eleven weeks after.
 */
export function foundCompany<Member extends Person>(
  addUser: (user: { name: string; address: string }) => Member,
  { size, today, seed }: { size: number; today: Temporal.PlainDate; seed: number },
): Member[] {
  return Array.from({ length: size }, (_, index) => {
    const person = addUser({ name: `Person ${index + 1}`, address: `person-${index + 1}@contoso.example` });
    furnish(person.mailbox, today, randomFrom(seed + index));
    return person;
  });
}

function furnish(mailbox: Mailbox, today: Temporal.PlainDate, dice: Dice): void {
  const monday = today.subtract({ days: today.dayOfWeek - 1 + 14 });
  const weekly = (subject: string, daysOfWeek: Weekday[], interval = 1) => {
    const first = monday.add({
      days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'].indexOf(daysOfWeek[0]!),
    });
    const recurrence: Recurrence = {
      pattern: { type: 'weekly', interval, daysOfWeek, firstDayOfWeek: 'monday' },
      range: { type: 'noEnd', startDate: first.toString() },
    };
    mailbox.create({ subject, ...slot(first, dice) }, { recurrence });
  };
  weekly('Stand-up', ['monday', 'wednesday', 'friday']);
  weekly('Team', ['tuesday']);
  weekly('Project', ['thursday']);
  weekly('One to one', [pick(['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as const, dice)], 2);
  for (let week = 0; week < weeks; week++) {
    const singles = Math.floor(singlesAWeek) + (dice() < singlesAWeek % 1 ? 1 : 0);
    for (let at = 0; at < singles; at++)
      mailbox.create({
        ...{ subject: `Meeting ${week}.${at}`, ...slot(workday(monday.add({ weeks: week }), dice), dice) },
        ...{ location: 'Room 4', attendees: [{ name: 'Grace Hopper', address: 'grace@contoso.example' }] },
      });
  }
}

/** Three changes of one mailbox in a day, in one to three bursts. */
export interface Day {
  changes: { /** Milliseconds after midnight UTC. */ at: number; burst: number }[];
  bursts: number;
}

const [opens, closes] = [7 * 3_600_000, 17 * 3_600_000];
/** Milliseconds between the changes of a burst, from and to. */
export const withinBurst = [500, 5_000] as const;

/** 45 % of days have three changes by themselves, 35 % one and two in one go, 20 % three in one go. */
export function dealDay(dice: Dice): Day {
  const die = dice();
  const sizes = die < 0.45 ? [1, 1, 1] : die < 0.8 ? [1, 2] : [3];
  const changes = sizes.flatMap((size, burst) => {
    let at = opens + dice() * (closes - opens);
    return Array.from({ length: size }, () => {
      const now = at;
      at += withinBurst[0] + dice() * (withinBurst[1] - withinBurst[0]);
      return { at: now, burst };
    });
  });
  return { changes: changes.sort((a, b) => a.at - b.at), bursts: sizes.length };
}

/**
 * One change: of a hundred 30 are a new appointment, 25 one that is moved, 15 one that is answered, 10 one that is
 * deleted, 10 an occurrence that is moved, 5 one that is cancelled, 5 a series that gets another time.
 * @returns the number of the series that was touched; null where none was.
 */
export function change(mailbox: Mailbox, today: Temporal.PlainDate, dice: Dice): number | null {
  const items = [...mailbox.items.values()];
  const soon = today.add({ days: 14 }).toString();
  const single = () => {
    const near = items.filter(
      ({ recurrence, fields }) => !recurrence && fields.start >= today.toString() && fields.start < soon,
    );
    return near.length > 0 ? pick(near, dice) : null;
  };
  const die = dice();
  if (die < 0.8) {
    const item = die < 0.3 ? null : single();
    if (item === null) mailbox.create({ subject: 'New', ...slot(today.add({ days: Math.floor(dice() * 14) }), dice) });
    else if (die < 0.55) mailbox.update(item.number, slot(today.add({ days: Math.floor(dice() * 14) }), dice));
    else if (die < 0.7) mailbox.update(item.number, { response: pick(['accepted', 'tentativelyAccepted'], dice) });
    else mailbox.delete(item.number);
    return null;
  }
  const series = pick(
    items.filter(({ recurrence }) => recurrence),
    dice,
  );
  const dates = mailbox
    .instancesOf(series, Date.parse(soon))
    .flatMap(({ date }) => (date !== null && date >= today.toString() ? [date] : []));
  const date = dates.length > 0 ? pick(dates, dice) : null;
  if (die < 0.95 && date !== null) {
    if (die < 0.9) mailbox.updateOccurrence(series.number, date, slot(Temporal.PlainDate.from(date), dice));
    else mailbox.cancelOccurrence(series.number, date);
  } else mailbox.update(series.number, slot(Temporal.PlainDate.from(series.recurrence!.range.startDate), dice));
  return series.number;
}

/** Its owner is out of the office from a moment ago on. @returns when it was entered, epoch milliseconds, and its number. */
export function leave(mailbox: Mailbox): { at: number; number: number } {
  const at = Date.now();
  const { number } = mailbox.create({
    ...{ subject: 'Out of office', showAs: 'oof', timeZone: 'UTC' },
    ...{ start: local(at - 300_000), end: local(at + 1_800_000) },
  });
  return { at, number };
}
const local = (at: number) =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('UTC').toPlainDateTime().toString();
