import { z } from '@hono/zod-openapi';
import { consentStates } from '../../organization/graph-applications/consent.ts';
import { Id } from './common.ts';

export const GraphConsent = z
  .object({
    offered: z.boolean().openapi({ description: 'Whether the user’s group lets the user connect a mailbox.' }),
    needed: z.boolean().openapi({
      description: 'The group wants it and nothing valid is there: clients lead to it by themselves, once a session.',
    }),
    state: z.enum(consentStates).openapi({
      description:
        'none: nothing is connected. signInAgain: the sign-in no longer counts. consentMissing: an administrator of ' +
        'the directory must approve. scopesMissing: it is read, but the group’s settings want more permissions.',
    }),
    account: z
      .object({
        id: Id,
        mailbox: z.string().openapi({ example: 'ada@example.com' }),
        message: z.string().nullable().openapi({ description: 'What is wrong, for people.' }),
      })
      .nullable(),
    application: z.object({ id: Id, name: z.string() }).nullable(),
    scopes: z.array(
      z.object({
        scope: z.string().openapi({ example: 'Calendars.Read' }),
        reason: z
          .enum([
            'signIn',
            'staySignedIn',
            'calendar',
            'calendarBasic',
            'sharedCalendars',
            'mailboxSettings',
            'automaticReplies',
          ])
          .openapi({ description: 'What it is for.' }),
        granted: z.boolean(),
      }),
    ),
    ways: z.object({ redirect: z.boolean(), paste: z.boolean() }).openapi({
      description: 'redirect: Microsoft leads back here. paste: the user brings the address over by hand.',
    }),
  })
  .openapi('GraphConsent');
export type GraphConsent = z.infer<typeof GraphConsent>;

export const GraphConsentStart = z
  .object({
    how: z.enum(['redirect', 'paste']).default('redirect'),
    returnTo: z.string().max(1000).optional().openapi({ description: 'A page of the web client.' }),
  })
  .openapi('GraphConsentStart');
export const GraphConsentWay = z
  .object({ url: z.string().openapi({ description: 'Where the user’s browser goes. It works for half an hour.' }) })
  .openapi('GraphConsentWay');
export const GraphConsentAnswer = z
  .object({
    address: z.string().trim().min(1, 'The address is missing.').max(10_000).openapi({
      description: 'Of the page that the sign-in ended at, as the browser shows it.',
    }),
  })
  .openapi('GraphConsentAnswer');
