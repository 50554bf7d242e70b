/** What an Exchange server is made of, as it is sent or written into a file, and what of it doesn't fit together. Pure. */
import { z } from 'zod';
import { authority } from './authority.ts';

/** Where Exchange keeps its web services unless somebody moved them. */
const usualPath = '/EWS/Exchange.asmx';
const addressExample = 'Write an address such as https://mail.example.com/EWS/Exchange.asmx.';

const address = z
  .string()
  .trim()
  .max(1_000)
  .refine((text) => /^https?:\/\/[^/?#@\s]+(\/[^?#@\s]*)?$/i.test(text) && URL.canParse(text), addressExample)
  .transform((text) => {
    const url = new URL(text);
    if (url.pathname === '/') url.pathname = usualPath;
    return url.href;
  })
  .nullable();

export const mailDomain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*$/, 'Write a mail domain, such as example.com.');

const text = (most: number, missing: string) => z.string().trim().min(1, missing).max(most);
const userName = text(320, 'The user name of the service account is missing.').regex(
  // A colon would end the name in Basic (RFC 7617, 2).
  /^[^:\p{Cc}]+$/u,
  'Write it as DOMAIN\\user or as user@example.com.',
);
const tokenEndpoint = z
  .url({ protocol: /^https?$/, error: 'Write an address such as https://login.example.com/oauth2/token.' })
  .max(1_000)
  .refine((url) => !URL.parse(url)?.username, 'Write the address without a password.');

/** Without its secret, which is stored sealed. */
export const signInFields = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('basic'), userName }),
  z.strictObject({ kind: z.literal('ntlm'), userName }),
  z.strictObject({
    kind: z.literal('kerberos'),
    servicePrincipal: text(300, 'Write the service principal, such as HTTP@mail.example.com.').nullable().default(null),
  }),
  z.strictObject({
    ...{ kind: z.literal('oauth'), tokenEndpoint },
    clientId: text(300, 'The client id is missing.'),
    scope: text(1_000, 'The scope is missing.'),
  }),
]);
export type SignInFields = z.output<typeof signInFields>;

/** All fields; what is left out has its default. */
export const serverFields = {
  name: text(100, 'A name is needed.'),
  address: address.default(null),
  mailDomain: mailDomain.nullable().default(null),
  signIn: signInFields,
  authority: authority.nullable().default(null),
};
export const secretField = z.string().min(1, 'The password is missing.').max(2_000);

export interface ServerFields {
  name: string;
  /** Of EWS. */
  address: string | null;
  mailDomain: string | null;
  signIn: SignInFields;
  /** PEM. */
  authority: string | null;
}

/** Which kind of secret a way to sign in needs: one that is stored serves another way only where it is of its kind. */
export const secretKindOf = ({ kind }: Pick<SignInFields, 'kind'>): 'none' | 'password' | 'clientSecret' =>
  kind === 'kerberos' ? 'none' : kind === 'oauth' ? 'clientSecret' : 'password';

/** What doesn't fit together, where each field by itself is right. @param hasSecret whether one is sent or stored. */
export function serverFault(
  { address, mailDomain, signIn }: Pick<ServerFields, 'address' | 'mailDomain' | 'signIn'>,
  hasSecret: boolean,
): { path: string; message: string } | null {
  if (address === null && mailDomain === null)
    return {
      path: 'address',
      message: 'Write the address of Exchange Web Services, or the mail domain that Autodiscover finds it by.',
    };
  // NTLM and Kerberos don't send the secret itself; the others would send it for everybody on the way to read.
  const readable = signIn.kind === 'basic' || signIn.kind === 'oauth';
  if (readable && address !== null && !isPrivateEnough(address))
    return { path: 'address', message: 'With this kind of sign-in the address has to begin with https://.' };
  if (signIn.kind === 'oauth' && !isPrivateEnough(signIn.tokenEndpoint))
    return { path: 'signIn.tokenEndpoint', message: 'This address has to begin with https://.' };
  if (!hasSecret && secretKindOf(signIn) === 'password')
    return { path: 'secret', message: 'The password of the service account is missing.' };
  if (!hasSecret && secretKindOf(signIn) === 'clientSecret')
    return { path: 'secret', message: 'The client secret is missing.' };
  return null;
}

/** Encrypted, or never leaves this machine (a tunnel that ends here). */
function isPrivateEnough(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
