/** Checks an identity provider in plain steps, up to the first that fails. Signs nobody in and stores nothing. */
import { checklist } from '../../calendars/checklist.ts';
import { type CheckStep, ConnectorError } from '../../calendars/connector.ts';
import { inWords, type OpenIdClient, type ProviderClients } from './provider-client.ts';
import type { Provider } from './providers.ts';

type Configuration = Parameters<OpenIdClient['authorizationCodeGrant']>[0];
type Metadata = ReturnType<Configuration['serverMetadata']>;

/** @param redirectUri to register at the provider. Never throws for what is the provider's doing. */
export async function checkProvider(
  clients: ProviderClients,
  provider: Provider,
  redirectUri: string,
): Promise<CheckStep[]> {
  const { steps, step } = checklist((error) => inWords(error, provider));
  clients.forget(provider.id); // what it said an hour ago proves nothing
  const answers = await step('server', async () => {
    const { issuer } = await clients.use(provider, async (_, configuration) => configuration.serverMetadata());
    return `The provider answers and names itself ${issuer}.`;
  });
  if (!answers) return steps;
  await clients.use(provider, async (client, configuration) => {
    const metadata = configuration.serverMetadata();
    if (!(await step('abilities', async () => abilities(metadata, provider)))) return;
    if (!(await step('keys', () => keys(client, configuration, metadata)))) return;
    await step('credentials', () => credentials(client, configuration, redirectUri));
  });
  return steps;
}

function abilities(metadata: Metadata, { settings }: Provider): string {
  for (const endpoint of ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const)
    if (!metadata[endpoint]) throw new ConnectorError('malformed', `The provider names no ${endpoint}.`);
  const responses = metadata.response_types_supported;
  if (responses && !responses.includes('code'))
    throw new ConnectorError('refused', 'The provider does not offer the authorization code flow.');
  const algorithms = (metadata.id_token_signing_alg_values_supported as string[] | undefined) ?? ['RS256'];
  if (!algorithms.some((name) => /^(RS|PS|ES|Ed|ML)/.test(name)))
    throw new ConnectorError('refused', 'The provider signs by no way that can be checked with its published keys.');
  const lacking = metadata.scopes_supported && settings.scopes.filter((s) => !metadata.scopes_supported!.includes(s));
  const more = [
    metadata.code_challenge_methods_supported?.includes('S256') ? null : 'It does not say that it checks PKCE.',
    lacking && lacking.length > 0 ? `It does not list these scopes: ${lacking.join(', ')}.` : null,
  ];
  return ['The authorization code flow can be used.', ...more.filter((line) => line !== null)].join(' ');
}

async function keys(client: OpenIdClient, configuration: Configuration, { jwks_uri }: Metadata): Promise<string> {
  const answer = await configuration[client.customFetch]!(jwks_uri!, {
    method: 'GET',
    headers: { accept: 'application/json' },
    body: undefined,
    redirect: 'manual',
  });
  const set = (answer.ok ? await answer.json().catch(() => null) : null) as { keys?: unknown } | null;
  const keys = set?.keys;
  if (!Array.isArray(keys) || keys.length === 0)
    throw new ConnectorError('malformed', `There are no keys under ${jwks_uri}: signatures can’t be checked.`);
  return `The provider publishes ${keys.length === 1 ? 'one key' : `${keys.length} keys`} to check its signatures by.`;
}

/** Hands in a code that can't be right: the provider looks at the client before it looks at the code (RFC 6749, 5.2). */
async function credentials(client: OpenIdClient, configuration: Configuration, redirectUri: string): Promise<string> {
  const url = new URL(redirectUri);
  url.searchParams.set('code', 'check');
  url.searchParams.set('iss', configuration.serverMetadata().issuer);
  try {
    await client.authorizationCodeGrant(configuration, url, { pkceCodeVerifier: client.randomPKCECodeVerifier() });
  } catch (error) {
    const { error: code } = error as { error?: unknown };
    const known = 'The provider knows the client id and its secret.';
    if (code === 'invalid_grant') return `${known} Register the redirect address ${redirectUri} there.`;
    if (code === 'invalid_request' || code === 'unsupported_grant_type')
      return 'The provider does not tell whether the client secret is right: the first sign-in will show it.';
    throw error;
  }
  throw new ConnectorError('malformed', 'The provider took a code that it never gave out: nobody should trust it.');
}
