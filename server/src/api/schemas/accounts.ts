import { z } from '@hono/zod-openapi';
import { repliesStates } from '../../automatic-replies/shown.ts';
import { errorClasses } from '../../calendars/connector.ts';
import { restReasons } from '../../sync/rest.ts';
import { Id, Instant } from './common.ts';

const name = z.string().trim().min(1).max(100);
const secretText = z.string().min(1).max(4096);

export const CalDavSecret = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('basic'), username: z.string().min(1).max(300), password: secretText }),
  z.object({ kind: z.literal('bearer'), token: secretText }),
]);

const ICalendarAddressConnection = z.object({
  kind: z.literal('icalendar-address'),
  settings: z.object({
    url: z.string().trim().min(1, 'The address is missing.').max(2000).openapi({
      description: 'http, https or webcal.',
      example: 'https://calendar.example.com/ada.ics',
    }),
  }),
  secret: z
    .object({ kind: z.literal('basic'), username: z.string().max(300), password: secretText })
    .optional()
    .openapi({ description: 'Where the address asks for a password.' }),
});
const CalDavConnection = z.object({
  kind: z.literal('caldav'),
  settings: z.object({
    address: z.string().trim().min(1, 'The address is missing.').max(2000).openapi({
      description: 'A server’s address, or an e-mail address or domain whose calendars are looked up.',
      example: 'https://caldav.example.com/',
    }),
  }),
  secret: CalDavSecret.optional(),
});

const chosenCalendars = z
  .array(z.string().min(1).max(2000))
  .max(1000)
  .openapi({
    description:
      'The `remoteId`s (see checkAccount) of the calendars to read. Left out: those that are selected by default. ' +
      'Which ones are read can be changed later.',
    example: ['/ada/work/'],
  });

/** What is needed to reach a calendar source, by kind. */
export const Connection = z.discriminatedUnion('kind', [ICalendarAddressConnection, CalDavConnection]);
export type Connection = z.input<typeof Connection>;

export const NewAccount = z
  .discriminatedUnion('kind', [
    ICalendarAddressConnection.extend({ name: name.optional() }),
    CalDavConnection.extend({ name: name.optional(), calendars: chosenCalendars.optional() }),
  ])
  .openapi('NewAccount');
export type NewAccount = z.input<typeof NewAccount>;

export const AccountCheck = Connection.openapi('AccountCheck');

export const CheckStep = z
  .object({
    name: z.string(),
    ok: z.boolean(),
    message: z.string(),
    errorClass: z.enum(errorClasses).optional(),
    command: z.string().optional().openapi({
      description: 'What mends it, or shows why, typed into the shell of the server that was checked.',
    }),
  })
  .openapi('CheckStep', { description: 'In plain words what was found, or what failed and what mends it.' });
export type CheckStep = z.infer<typeof CheckStep>;

export const AccountCheckResult = z
  .object({
    steps: z.array(CheckStep),
    calendars: z.array(
      z.object({
        remoteId: z.string(),
        name: z.string(),
        color: z.string().nullable(),
        selectedByDefault: z.boolean(),
      }),
    ),
  })
  .openapi('AccountCheckResult');
export type AccountCheckResult = z.infer<typeof AccountCheckResult>;

export const Skipped = z
  .object({
    uid: z.string().nullable(),
    recurrenceId: z.string().nullable(),
    reason: z.string(),
    calendar: z.string(),
  })
  .openapi('SkippedComponent', { description: 'A part of a calendar that could not be read; the rest was kept.' });

export const AccountHealth = z
  .object({
    status: z.enum(['new', 'ok', 'failing', 'resting']).openapi({
      description:
        'resting: the group’s settings don’t allow it; nothing of it is stored until they do again. new: not read yet; `message` says what is waited for, such as a mailbox that is still to be moved.',
    }),
    restReason: z.enum(restReasons).nullable(),
    errorClass: z.enum(errorClasses).nullable(),
    message: z
      .string()
      .nullable()
      .openapi({ description: 'For people: what is wrong and what mends it, or what is waited for.' }),
    failures: z.int().openapi({ description: 'In a row.' }),
    lastAttemptAt: Instant.nullable(),
    lastSuccessAt: Instant.nullable(),
    nextAt: Instant.nullable().openapi({ description: 'Null while it rests.' }),
    counts: z.object({
      calendars: z.int(),
      objects: z.int(),
      appointments: z.int(),
      skipped: z.int(),
    }),
    skipped: z.array(Skipped).openapi({ description: 'At most 100 of them.' }),
    automaticReplies: z
      .object({
        state: z.enum(repliesStates),
        until: Instant.nullable().openapi({ description: 'The end of the absence; null: not known.' }),
        errorClass: z.enum(errorClasses).nullable(),
        message: z.string().nullable().openapi({ description: 'For people: what is wrong and what mends it.' }),
      })
      .nullable()
      .openapi({
        description:
          'What an “out of office” presence does in the mailbox. on: ours answer; own: the user’s own stand, or what the user made of ours; null: nothing.',
      }),
  })
  .openapi('AccountHealth');
export type AccountHealth = z.infer<typeof AccountHealth>;

export const Account = z
  .object({
    id: Id,
    userId: Id,
    kind: z.string().openapi({ example: 'caldav' }),
    name: z.string(),
    settings: z.record(z.string(), z.unknown()).openapi({ description: 'Never holds a secret.' }),
    origin: z.enum(['user', 'group']).openapi({
      description: 'group: made by the settings of the user’s group, which read the mailboxes of all its users.',
    }),
    hasSecret: z.boolean(),
    createdAt: Instant,
    health: AccountHealth,
  })
  .openapi('Account');
export type Account = z.infer<typeof Account>;

export const AccountList = z
  .object({
    accounts: z.array(Account),
    kinds: z
      .array(
        z.object({
          kind: z.string(),
          allowed: z.boolean(),
          restReason: z.enum(restReasons).nullable(),
          reason: z.string().nullable(),
        }),
      )
      .openapi({ description: 'Which kinds the user’s group allows to be added.' }),
  })
  .openapi('AccountList');
export type AccountList = z.infer<typeof AccountList>;

export const AccountChange = z
  .object({
    name,
    settings: z.record(z.string(), z.unknown()).openapi({ description: 'Replaces the settings of its kind.' }),
    secret: z.record(z.string(), z.unknown()).openapi({ description: 'Replaces the secret; it is never shown.' }),
  })
  .partial()
  .openapi('AccountChange');
export type AccountChange = z.input<typeof AccountChange>;

export const Calendar = z
  .object({
    id: Id,
    accountId: Id,
    name: z.string(),
    color: z.string().nullable(),
    selected: z.boolean().openapi({ description: 'Whether it is read.' }),
    choosable: z.boolean().openapi({ description: 'False where the group’s settings choose for its users.' }),
  })
  .openapi('Calendar');
export type Calendar = z.infer<typeof Calendar>;

export const CalendarList = z.object({ calendars: z.array(Calendar) }).openapi('CalendarList');
export type CalendarList = z.infer<typeof CalendarList>;

export const CalendarChange = z.object({ selected: z.boolean() }).openapi('CalendarChange');
export type CalendarChange = z.input<typeof CalendarChange>;

export const AccountFile = z
  .object({
    file: z
      .custom<File>((value) => value instanceof File, 'Choose a file.')
      .openapi({ type: 'string', format: 'binary', description: 'An iCalendar file (.ics).' }),
    name: name.optional(),
  })
  .openapi('AccountFile');
