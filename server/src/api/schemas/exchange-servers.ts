/** Exchange servers as the API shows and takes them. */
import { z } from '@hono/zod-openapi';
import { mailDomain, secretField, serverFields, signInFields } from '../../organization/exchange-servers/fields.ts';
import { CheckStep } from './accounts.ts';
import { Id, Instant } from './common.ts';

const SignIn = signInFields.openapi('ExchangeSignIn', {
  description:
    'How the service account proves itself. basic, ntlm: with `secret` as its password. kerberos: with the ticket or ' +
    'keytab of the server’s own process. oauth: client credentials, with `secret` as the client secret.',
});

export const ExchangeServer = z
  .object({
    id: Id,
    name: z.string(),
    address: z.string().nullable(),
    mailDomain: z.string().nullable(),
    signIn: SignIn,
    secret: z.enum(['none', 'stored', 'unreadable']).openapi({
      description: 'Never shown. unreadable: it was stored with another key file and has to be entered again.',
    }),
    authority: z.string().nullable(),
    certificates: z
      .array(z.object({ subject: z.string(), fingerprint: z.string(), expiresAt: Instant }))
      .openapi({ description: 'What `authority` holds. Fingerprints are SHA-256.' }),
    accounts: z.int().openapi({ description: 'Accounts that are read from it.' }),
    createdAt: Instant,
  })
  .openapi('ExchangeServer');
export type ExchangeServer = z.infer<typeof ExchangeServer>;
export const ExchangeServerList = z.object({ exchangeServers: z.array(ExchangeServer) }).openapi('ExchangeServerList');
export type ExchangeServerList = z.infer<typeof ExchangeServerList>;

const fields = {
  name: serverFields.name.openapi({ example: 'Example Ltd' }),
  address: serverFields.address.openapi({
    description: 'Of Exchange Web Services; null: found by Autodiscover. A host alone is given the usual path.',
    example: 'https://mail.example.com/EWS/Exchange.asmx',
  }),
  mailDomain: serverFields.mailDomain.openapi({ description: 'For Autodiscover.', example: 'example.com' }),
  signIn: SignIn,
  secret: secretField.nullable().default(null).openapi({
    description: 'The service account’s password, or the client secret; null: none is needed. Never shown again.',
  }),
  authority: serverFields.authority.openapi({
    description: 'PEM of certificate authorities trusted for this server beside the usual ones.',
  }),
};

export const NewExchangeServer = z.strictObject(fields).openapi('NewExchangeServer');
export type NewExchangeServer = z.input<typeof NewExchangeServer>;

export const ExchangeServerChange = z
  .strictObject({
    ...fields,
    address: fields.address.unwrap(),
    mailDomain: fields.mailDomain.unwrap(),
    secret: fields.secret.unwrap(),
    authority: fields.authority.unwrap(),
  })
  .partial()
  .openapi('ExchangeServerChange', {
    description:
      'What is left out stays. `secret` has to be sent where another kind of sign-in needs another kind of it.',
  });
export type ExchangeServerChange = z.input<typeof ExchangeServerChange>;

export const FindExchangeServer = z
  .strictObject({
    serverId: Id.nullable().default(null).openapi({
      description: 'Of a server that is there: its secret is used where none is sent.',
    }),
    mailDomain: mailDomain.openapi({ example: 'example.com' }),
    signIn: SignIn,
    secret: fields.secret,
    authority: fields.authority,
  })
  .openapi('FindExchangeServer');
export const FoundExchangeServer = z
  .object({ address: z.string().openapi({ example: 'https://mail.example.com/EWS/Exchange.asmx' }) })
  .openapi('FoundExchangeServer');
export type FoundExchangeServer = z.infer<typeof FoundExchangeServer>;

export const ExchangeServerCheckWishes = z
  .strictObject({
    mailbox: z.email('Write a mail address.').max(300).openapi({
      description: 'A mailbox that the service account is to read: it is opened as it will be later.',
    }),
  })
  .openapi('ExchangeServerCheckWishes');
export const ExchangeServerCheck = z.object({ steps: z.array(CheckStep) }).openapi('ExchangeServerCheck');
export type ExchangeServerCheck = z.infer<typeof ExchangeServerCheck>;
