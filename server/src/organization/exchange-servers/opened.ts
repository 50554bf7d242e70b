/** An Exchange server with its secret opened: for whoever speaks to it, never for answers or files. */
import { ApiError } from '../../api/errors.ts';
import { ConnectorError } from '../../calendars/connector.ts';
import type { ExchangeServer, ExchangeSignIn } from '../../calendars/exchange/exchange-server.ts';
import type { Executor } from '../../store/database.ts';
import type { Secrets } from '../../store/secrets.ts';
import { StoreFailure } from '../../sync/faults.ts';
import type { SignInFields } from './fields.ts';
import { readServer, type StoredServer } from './servers.ts';

/** @throws ApiError conflict where the secret was sealed with another key. */
export function openServer(secrets: Secrets, server: StoredServer): ExchangeServer {
  const { id, name, address, mailDomain, authority } = server;
  return { id, name, address, mailDomain, authority, signIn: signInWith(server.signIn, openSecret(secrets, server)) };
}

/** Null where none is needed. @throws ApiError conflict where it was sealed with another key. */
export function openSecret(secrets: Secrets, { id, name, sealed }: StoredServer): string | null {
  if (sealed === null) return null;
  try {
    return secrets.open(sealed, id);
  } catch (cause) {
    throw new ApiError(
      'conflict',
      `The password of the Exchange server "${name}" doesn’t open: the key file of this server is another one. Enter it again.`,
      { cause },
    );
  }
}

/** @param secret null where the kind needs none (fields.ts sees to that). */
export function signInWith(signIn: SignInFields, secret: string | null): ExchangeSignIn {
  if (signIn.kind === 'kerberos') return signIn;
  return signIn.kind === 'oauth' ? { ...signIn, clientSecret: secret ?? '' } : { ...signIn, password: secret ?? '' };
}

/** What may be said of the secret. */
export function secretState(secrets: Secrets, server: StoredServer): 'none' | 'stored' | 'unreadable' {
  try {
    return openSecret(secrets, server) === null ? 'none' : 'stored';
  } catch {
    return 'unreadable';
  }
}

/**
 * As the connector asks for it: what is wrong with it is then told of the account.
 * @throws ConnectorError refused where it isn't there or its secret doesn't open, StoreFailure.
 */
export async function registeredServer(db: Executor, secrets: Secrets, id: string): Promise<ExchangeServer> {
  try {
    return openServer(secrets, await readServer(db, id));
  } catch (error) {
    if (error instanceof ApiError) throw new ConnectorError('refused', error.message, { cause: error });
    throw new StoreFailure(error);
  }
}
