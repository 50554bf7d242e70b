/** Checks a Graph application in plain steps, up to the first that fails. Signs nobody in and stores nothing. */
import { checklist } from '../../calendars/checklist.ts';
import { type CheckStep, ConnectorError } from '../../calendars/connector.ts';
import { addressesOf } from '../../calendars/microsoft365/clouds.ts';
import { rootOfMailbox } from '../../calendars/microsoft365/graph-client.ts';
import {
  authorizationUrl,
  type GraphApplication,
  newVerifier,
  TokenRefused,
  tokensForApplication,
  tokensForCode,
} from '../../calendars/microsoft365/oauth.ts';
import type { Outbound } from '../../outbound/outbound.ts';

export interface CheckWishes {
  /** Registered at the application, for users who sign in. */
  redirectUri: string;
  /** Address of a mailbox that the server is to read by itself; null: only sign-in by users is checked. */
  mailbox: string | null;
  /** Address of a mailbox that it must NOT reach (RBAC for Applications); null: not checked. */
  outside: string | null;
}

/** Never throws for what the application, its directory or Graph is to blame for. */
export async function checkApplication(
  outbound: Outbound,
  application: GraphApplication,
  wishes: CheckWishes,
): Promise<CheckStep[]> {
  const { steps, step } = checklist((error) => {
    if (error instanceof ConnectorError) return error;
    throw error;
  });
  if (!(await step('directory', () => directory(outbound, application)))) return steps;
  if (!(await step('application', () => credentials(outbound, application, wishes.redirectUri)))) return steps;
  if (!(await step('redirect', () => redirect(outbound, application, wishes.redirectUri)))) return steps;
  if (wishes.mailbox === null) {
    await step(
      'consent',
      async () => 'Who has consented can’t be seen from here: whoever hasn’t is told at the sign-in, and why.',
    );
    return steps;
  }
  let token = '';
  const given = await step('token', async () => {
    token = (await tokensForApplication(outbound, application)).accessToken;
    // The directory gives one whatever was granted ("Controlling tokens without the roles claim", client credentials flow).
    return 'The directory gives the application a token of its own.';
  });
  if (!given) return steps;
  const { mailbox, outside } = wishes;
  if (!(await step('mailbox', () => inside(outbound, application, token, mailbox)))) return steps;
  if (outside !== null) await step('scope', () => notOutside(outbound, application, token, outside));
  return steps;
}

async function directory(outbound: Outbound, { cloud, loginAddress, graphAddress, tenantId }: GraphApplication) {
  const { login } = addressesOf({ cloud, loginAddress, graphAddress });
  const url = `${login}/${encodeURIComponent(tenantId)}/v2.0/.well-known/openid-configuration`;
  const response = await outbound.fetch(url, { typedBy: 'administrator', maxBytes: 1_000_000 });
  const answer = parsed(response.text());
  if (response.status >= 400 && response.status < 500 && typeof answer.error === 'string')
    throw new ConnectorError('refused', `There is no directory with the id ${tenantId} at ${new URL(login).host}.`);
  if (typeof answer.token_endpoint !== 'string')
    throw new ConnectorError('malformed', `${new URL(login).host} isn’t the sign-in address of a Microsoft cloud.`);
  return `The directory ${tenantId} is known at ${new URL(login).host}.`;
}

/** Hands in a code that can't be right: the platform looks at the client before it looks at the code (RFC 6749, 5.2). */
async function credentials(outbound: Outbound, application: GraphApplication, redirectUri: string): Promise<string> {
  try {
    await tokensForCode(outbound, application, { code: 'check', redirectUri, verifier: newVerifier(), scopes: [] });
  } catch (error) {
    if (!(error instanceof TokenRefused) || error.of === 'application') throw error;
  }
  if (application.credential === null) return 'The directory knows the application, as a public client.';
  return application.credential.kind === 'secret'
    ? 'The directory knows the application and its client secret.'
    : 'The directory knows the application and its certificate.';
}

/** Nobody is signed in here, so a registered address is sent back to with that news; another is refused on a page. */
async function redirect(outbound: Outbound, application: GraphApplication, redirectUri: string): Promise<string> {
  const url = authorizationUrl(application, {
    ...{ redirectUri, scopes: ['openid'], state: 'check', verifier: newVerifier(), prompt: 'none' },
  });
  const response = await outbound.fetch(url, { typedBy: 'administrator', maxRedirects: 0, maxBytes: 2_000_000 });
  const location = response.headers.get('location') ?? '';
  if (response.status >= 300 && response.status < 400 && location.startsWith(redirectUri))
    return `The redirect address ${redirectUri} is registered.`;
  if (/AADSTS50011\b|AADSTS900971\b/.test(response.text()))
    throw new ConnectorError(
      'refused',
      application.credential === null
        ? `The redirect address ${redirectUri} isn’t registered at the application. Register it, or have users paste the address of Microsoft’s own page.`
        : `The redirect address ${redirectUri} isn’t registered at the application. Add it there under "Authentication".`,
    );
  return 'Whether the redirect address is registered can’t be seen from here: the first sign-in will tell.';
}

async function inside(outbound: Outbound, application: GraphApplication, token: string, mailbox: string) {
  const { status, code } = await calendarOf(outbound, application, token, mailbox);
  const { name } = application;
  if (status === 200) return `The calendar of ${mailbox} can be read.`;
  if (status === 404) throw new ConnectorError('notFound', `There is no mailbox ${mailbox} in Exchange Online.`);
  if (status === 403)
    throw new ConnectorError(
      'consent',
      `"${name}" may not read the calendar of ${mailbox}: grant it Calendars.Read for applications, and have the mailbox in its scope.`,
    );
  throw new ConnectorError(
    'internal',
    `Graph answered HTTP ${status}${code ? ` (${code})` : ''} for the calendar of ${mailbox}.`,
  );
}

async function notOutside(outbound: Outbound, application: GraphApplication, token: string, outside: string) {
  const { status, code } = await calendarOf(outbound, application, token, outside);
  if (status === 403) return `The calendar of ${outside} is refused, as it should be.`;
  if (status === 404)
    throw new ConnectorError('notFound', `There is no mailbox ${outside} in Exchange Online: name one that exists.`);
  if (status === 200)
    throw new ConnectorError(
      'refused',
      `The application also reaches ${outside}. Limit it by RBAC for Applications, and remove the consent for all mailboxes in Microsoft Entra.`,
    );
  throw new ConnectorError(
    'internal',
    `Graph answered HTTP ${status}${code ? ` (${code})` : ''} for the calendar of ${outside}.`,
  );
}

async function calendarOf(outbound: Outbound, application: GraphApplication, token: string, mailbox: string) {
  const url = `${addressesOf(application).graph}/v1.0${rootOfMailbox(mailbox)}/calendars?$select=id&$top=1`;
  // Graph is moody: a fault of the moment says nothing about rights.
  for (let attempt = 1; ; attempt++) {
    const response = await outbound.fetch(url, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
      typedBy: 'administrator',
      maxRedirects: 0,
      maxBytes: 1_000_000,
    });
    if ((response.status === 429 || response.status >= 500) && attempt < 4) continue;
    const error = parsed(response.text()).error as { code?: unknown } | undefined;
    return { status: response.status, code: typeof error?.code === 'string' ? error.code : null };
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
