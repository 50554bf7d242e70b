/** VALARM (RFC 5545, 3.6.6) to minutes before the start, or before a task's due time. */
import type { Component } from './content-lines.ts';
import { parseDate, parseDuration, property, textOf } from './values.ts';

export interface Alarm {
  /** What `seconds` is counted from; 'absolute' for an instant. */
  from: 'start' | 'end' | 'absolute';
  seconds: number;
}

const MAX_REMINDERS = 20;
const MAX_REPEATS = 10;
/** E-mail alarms are sent by the calendar's server; Apple marks a deliberate silence with NONE. */
const notShown = new Set(['EMAIL', 'NONE', 'PROCEDURE']);

/** One alarm that can't be read costs that alarm only. */
export function alarmsOf(component: Component): Alarm[] {
  return component.components.flatMap((alarm) => (alarm.name === 'VALARM' ? readAlarm(alarm) : []));
}

function readAlarm(component: Component): Alarm[] {
  const trigger = property(component, 'TRIGGER');
  if (!trigger || notShown.has(textOf(component, 'ACTION')?.toUpperCase() ?? '')) return [];
  try {
    const first = readTrigger(trigger.value, trigger.parameters?.get('RELATED') ?? 'START');
    const repeats = Math.min(MAX_REPEATS, Number.parseInt(textOf(component, 'REPEAT') ?? '0', 10) || 0);
    const pause = textOf(component, 'DURATION');
    if (repeats < 1 || !pause) return [first];
    const seconds = secondsOf(pause);
    return Array.from({ length: repeats + 1 }, (_, index) => ({ ...first, seconds: first.seconds + index * seconds }));
  } catch {
    return [];
  }
}

function readTrigger(value: string, related: string): Alarm {
  if (!/^\d/.test(value.trim()))
    return { from: related.toUpperCase() === 'END' ? 'end' : 'start', seconds: secondsOf(value) };
  const date = parseDate(value, null, 'TRIGGER');
  if (date.kind !== 'utc') throw new Error('An absolute trigger is in UTC (RFC 5545, 3.8.6.3).');
  return { from: 'absolute', seconds: date.instant };
}

function secondsOf(duration: string): number {
  const { days, seconds } = parseDuration(duration);
  return days * 86_400 + seconds;
}

/**
 * Whole minutes before `anchor`, negative after it; the earliest first. All times are seconds on one scale. An absolute
 * alarm belongs to a single appointment: of a series it would ring once for all.
 */
export function remindersAt(
  alarms: readonly Alarm[],
  times: { start: number; end: number; anchor: number; single: boolean },
): number[] {
  const minutes = new Set<number>();
  for (const { from, seconds } of alarms) {
    if (from === 'absolute' && !times.single) continue;
    const due = from === 'absolute' ? seconds : seconds + (from === 'end' ? times.end : times.start);
    minutes.add(Math.round((times.anchor - due) / 60));
  }
  return [...minutes].sort((a, b) => b - a).slice(0, MAX_REMINDERS);
}
