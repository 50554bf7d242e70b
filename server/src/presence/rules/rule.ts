/** A rule from appointments to presence, as it is sent, stored and written into files. */
import { z } from 'zod';
import { responseValues, sensitivityValues, showAsValues } from '../../agenda/appointment.ts';
import { sourceKinds } from '../../agenda/merge.ts';

/** Minutes; half a day, so that the journey to a customer fits in. */
export const longestLead = 720;
export const mostRules = 50;

const wordsError = 'Write at least one word.';
const text = (most: number, missing: string) => z.string().trim().min(1, missing).max(most);
const some = <Item extends z.ZodType>(item: Item, missing: string) => z.array(item).min(1, missing).max(50);

const titleWords = z.strictObject({
  words: some(text(100, wordsError), wordsError).describe('Whole words or phrases; case and accents don’t matter.'),
});
const titleMark = z.strictObject({
  mark: z
    .string()
    .regex(/^[^\p{L}\p{N}\s]{1,5}$/u, 'A mark is one to five signs that are neither letters nor digits, such as "!".')
    .describe('What the title begins with.'),
});

const organizer = z
  .string()
  .trim()
  .toLowerCase()
  .max(320)
  .regex(/^(me|([^\s@]+)?@?[^\s@.]+(\.[^\s@.]+)+)$/, 'Write "me", an e-mail address, or a domain such as example.com.')
  .describe('"me", an e-mail address, or a domain, whose subdomains aren’t meant.');

const people = z.int('Write a whole number of people.').min(0, 'Write a whole number of people.').max(100_000);
const minutes = z
  .int('Write a whole number of minutes.')
  .min(0, 'Write a whole number of minutes.')
  .max(60 * 24 * 366);

const attendees = z
  .strictObject({ min: people.optional(), max: people.optional() })
  .refine(({ min, max }) => min !== undefined || max !== undefined, 'Write the least or the greatest number of people.')
  .refine(({ min = 0, max = Infinity }) => min <= max, 'The greatest number is smaller than the least.');

const length = z
  .strictObject({ minMinutes: minutes.optional(), maxMinutes: minutes.optional() })
  .refine(
    ({ minMinutes, maxMinutes }) => minMinutes !== undefined || maxMinutes !== undefined,
    'Write the least or the greatest length.',
  )
  .refine(
    ({ minMinutes = 0, maxMinutes = Infinity }) => minMinutes <= maxMinutes,
    'The greatest length is smaller than the least.',
  );

const oneOf = <const Values extends readonly string[]>(values: Values) =>
  some(z.enum(values), 'Choose at least one, or leave the condition out.');

/** All conditions must hold; of the values of one condition any. What is left out doesn't matter. */
export const conditions = z.strictObject({
  showAs: oneOf(showAsValues).optional(),
  response: oneOf(responseValues)
    .optional()
    .describe('Only a rule that names `declined` applies to declined appointments; to cancelled ones none does.'),
  allDay: z.boolean().optional(),
  sensitivity: oneOf(sensitivityValues).optional(),
  categories: some(text(200, 'Write at least one category.'), 'Write at least one category.').optional(),
  title: z.union([titleWords, titleMark], 'Write words, or the mark that the title begins with.').optional(),
  organizer: some(organizer, 'Write at least one organizer.').optional(),
  attendees: attendees.optional().describe('How many are invited, the user among them; bounds included.'),
  online: z.boolean().optional().describe('Whether there is a link to join by.'),
  calendars: some(text(200, 'Write at least one calendar.'), 'Write at least one calendar.')
    .optional()
    .describe('By name, as the source calls them.'),
  sources: oneOf(sourceKinds).optional(),
  length: length.optional().describe('Bounds included.'),
  workingHours: z
    .enum(['inside', 'outside'])
    .optional()
    .describe('inside: a part of it lies within the group’s working day, in the user’s zone. outside: none does.'),
});
export type Conditions = z.infer<typeof conditions>;

const lead = z
  .int(`Write a whole number of minutes from 0 to ${longestLead}.`)
  .min(0, `Write a whole number of minutes from 0 to ${longestLead}.`)
  .max(longestLead, `Write a whole number of minutes from 0 to ${longestLead}.`)
  .default(0);

/** What becomes of an appointment. */
export const effect = z.union(
  [
    z.strictObject({ ignore: z.literal(true).describe('It makes no presence.') }),
    z.strictObject({
      profile: text(100, 'Choose a profile.').describe(
        'Of a built-in profile the key (`doNotDisturb`), of others the name, among the user’s own and the central ones.',
      ),
      leadMinutes: lead.describe('How long before its start.'),
      lagMinutes: lead.describe('How long after its end.'),
    }),
  ],
  'Choose a profile, or that the appointment is ignored.',
);
export type Effect = z.infer<typeof effect>;

export const rule = z.strictObject({
  name: text(100, 'A rule needs a name.'),
  when: conditions.default({}),
  effect,
});
export type Rule = z.infer<typeof rule>;

/** In order: the first that applies decides. */
export const rules = z
  .array(rule)
  .max(mostRules, `At most ${mostRules} rules.`)
  .superRefine((all, context) => {
    const seen = new Set<string>();
    for (const [index, { name }] of all.entries()) {
      const folded = name.toLowerCase();
      if (seen.has(folded))
        context.addIssue({ code: 'custom', message: 'There is a rule of this name already.', path: [index, 'name'] });
      seen.add(folded);
    }
  });

/** Conditions on what groups that keep only when users are busy don't store. In the order of the form. */
const subjectConditions = ['categories', 'title', 'organizer', 'attendees', 'online'] as const;
export type SubjectCondition = (typeof subjectConditions)[number];

/** The conditions of a rule that look at subjects. Whether the user called the meeting is known without. */
export const subjectConditionsOf = ({ when }: Rule): SubjectCondition[] =>
  subjectConditions.filter((name) =>
    name === 'organizer' ? when.organizer?.some((who) => who !== 'me') : when[name] !== undefined,
  );
