import { z } from '@hono/zod-openapi';
import { effect, rules } from '../../presence/rules/rule.ts';
import { Id, Instant } from './common.ts';
import { Forwarding, RuleReason, Status } from './presence.ts';

export const Effect = effect.clone().openapi('Effect', {
  description: 'Ignored, or a profile of the user’s set by key or name, from some minutes before until some after.',
});
export type Effect = z.infer<typeof Effect>;

export const Rules = rules.clone().openapi('Rules', {
  description:
    'In order: the first rule of which all conditions hold decides. What a condition leaves out doesn’t matter.',
  example: [
    {
      name: 'Focus',
      when: { showAs: ['busy'], title: { words: ['focus'] } },
      effect: { profile: 'doNotDisturb', leadMinutes: 5, lagMinutes: 0 },
    },
    { name: 'Marked', when: { title: { mark: '!' } }, effect: { ignore: true } },
  ],
});
export type Rules = z.infer<typeof Rules>;

export const OwnRules = z
  .object({
    allowed: z.boolean().openapi({ description: 'Whether the group allows own rules. Else they rest.' }),
    rules: Rules,
    freeBusyOnly: z.boolean().openapi({
      description: 'Of this user’s appointments only when they are is stored: rules that look at subjects rest.',
    }),
    groupRules: Rules.openapi({ description: 'Asked after one’s own.' }),
    tentativeCounts: z.boolean().openapi({ description: 'Of the default mapping, which comes last.' }),
  })
  .openapi('OwnRules');
export type OwnRules = z.infer<typeof OwnRules>;

export const OwnRulesChange = z.object({ rules: Rules }).openapi('OwnRulesChange');
export type OwnRulesChange = z.input<typeof OwnRulesChange>;

export const Outcome = z
  .object({
    presence: z
      .object({
        status: Status,
        profile: z.object({ id: Id, name: z.string() }).nullable(),
        forwarding: Forwarding,
        start: Instant.openapi({ description: 'With what the rule adds before.' }),
        end: Instant,
      })
      .nullable()
      .openapi({ description: 'Null: it makes no presence.' }),
    rule: RuleReason.nullable().openapi({ description: 'What decides; null: the default mapping.' }),
  })
  .openapi('Outcome', { description: 'What an appointment asks for by itself, whatever else goes on at the time.' });
export type Outcome = z.infer<typeof Outcome>;

export const DryRunEntry = z
  .object({
    start: Instant,
    end: Instant,
    allDay: z.boolean(),
    title: z.string().nullable().openapi({ description: 'Only in one’s own dry run.' }),
    before: Outcome,
    after: Outcome,
    changed: z.boolean(),
  })
  .openapi('DryRunEntry');
export type DryRunEntry = z.infer<typeof DryRunEntry>;

const ShownPresence = z.object({
  status: Status,
  profile: z.object({ id: Id, name: z.string() }).nullable(),
  forwarding: Forwarding,
  rule: RuleReason.nullable().openapi({ description: 'By which an appointment brings it.' }),
});
export const ChangedStretch = z
  .object({ start: Instant, end: Instant, before: ShownPresence, after: ShownPresence })
  .openapi('ChangedStretch');
export type ChangedStretch = z.infer<typeof ChangedStretch>;

export const DryRun = z
  .object({
    days: z.int(),
    users: z.array(
      z.object({
        userId: Id,
        displayName: z.string(),
        entries: z.array(DryRunEntry),
        hidden: z.int().openapi({ description: 'How many private appointments aren’t told of.' }),
        presence: z.array(ChangedStretch).openapi({
          description:
            'When presence would be another one, in order: of all that is claimed at a time the strongest, so with overlaps, choices by hand as long as they last, and the working day.',
        }),
      }),
    ),
  })
  .openapi('DryRun', { description: 'The appointments ahead, with what comes of them before and after the change.' });
export type DryRun = z.infer<typeof DryRun>;

const userIds = z
  .array(Id)
  .min(1)
  .max(10)
  .optional()
  .openapi({ description: 'Of whom; left out: the first ten by name.' });
const value = z.record(z.string(), z.unknown()).openapi({ description: 'Of the function `activation`.' });
export const LocationDryRun = z.object({ value, userIds }).openapi('LocationDryRun');
export const GroupDryRun = z
  .discriminatedUnion('mode', [
    z.object({ mode: z.literal('default'), userIds }),
    z.object({ mode: z.literal('individual'), value, userIds }),
  ])
  .openapi('GroupDryRun');

const key = {
  uid: z.string().min(1, 'The appointment is missing.').max(1000),
  occurrence: z
    .string()
    .max(100)
    .default('')
    .openapi({ description: 'As the agenda has it; empty: the whole series, or an appointment that belongs to none.' }),
};
export const AppointmentChoice = z
  .object({ ...key, effect: Effect })
  .openapi('AppointmentChoice', { example: { uid: '7f3c@example.com', effect: { ignore: true } } });
export type AppointmentChoice = z.input<typeof AppointmentChoice>;
export const AppointmentKey = z.object(key);

export const AppointmentOutcome = z
  .object({
    ...{ uid: z.string(), occurrence: z.string(), start: Instant, end: Instant },
    outcome: Outcome,
    choice: z
      .object({ scope: z.enum(['occurrence', 'series']), effect: Effect })
      .nullable()
      .openapi({ description: 'What was chosen for it, or for its series.' }),
  })
  .openapi('AppointmentOutcome');
export const AppointmentOutcomes = z
  .object({ appointments: z.array(AppointmentOutcome) })
  .openapi('AppointmentOutcomes');
export type AppointmentOutcomes = z.infer<typeof AppointmentOutcomes>;
