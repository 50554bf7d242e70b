/** A session with a directory: connected by the rules for addresses, encrypted, signed in; its errors in plain words. */
import tls from 'node:tls';
import { Client, InvalidCredentialsError, ResultCodeError } from 'ldapts';
import { ConnectorError, type ErrorClass } from '../../../calendars/connector.ts';
import { explain } from '../../../outbound/failure.ts';
import type { Outbound } from '../../../outbound/outbound.ts';
import type { LdapSettings } from '../settings.ts';

const answerWithinMs = 60_000;

/** What is being done when something fails: the words depend on it. */
export type LdapStep = 'server' | 'signIn' | 'search';

/**
 * Connects and signs in. Whoever gets the client ends it with `unbind`.
 * @throws ConnectorError 'credentials' when the directory was reached and refuses the reader; else another class.
 */
export async function openDirectory(
  { outbound }: { outbound: Outbound },
  settings: LdapSettings,
  password: string | null,
  signal: AbortSignal,
): Promise<Client> {
  const url = new URL(settings.address);
  const secure = url.protocol === 'ldaps:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(url.port) || (secure ? 636 : 389);
  const { socket, tlsOptions } = await outbound.connect(host, port, { typedBy: 'administrator', signal });
  const end = () => socket.destroy();
  signal.addEventListener('abort', end, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', end));
  let step: LdapStep = 'server';
  try {
    // Here and not in ldapts, which takes a connection that is open for one that is encrypted already, and then tells
    // no more of a refused certificate than that the connection was closed.
    const encrypted = secure ? await handshake(tls.connect({ ...tlsOptions, socket })) : null;
    const client = new Client({
      url: settings.address,
      timeout: answerWithinMs,
      createConnection: () => socket,
      createSecureConnection: () => encrypted ?? tls.connect({ ...tlsOptions, socket }),
    });
    if (!secure && settings.startTls) await client.startTLS(tlsOptions);
    step = 'signIn';
    // Whoever reads anonymously says so too.
    await client.bind(settings.bindDn, settings.bindDn === '' ? '' : (password ?? ''));
    return client;
  } catch (error) {
    socket.destroy();
    if (signal.aborted) throw signal.reason;
    throw ldapFailure(error, step, url, settings);
  }
}

function handshake(socket: tls.TLSSocket): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    socket.once('secureConnect', () => resolve(socket));
  });
}

/** Any error of ldapts, node:tls or node:net as a ConnectorError that says what mends it. */
export function ldapFailure(error: unknown, step: LdapStep, url: URL, settings: LdapSettings): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const fail = (errorClass: ErrorClass, message: string) => new ConnectorError(errorClass, message, { cause: error });
  if (error instanceof InvalidCredentialsError)
    return fail(
      'credentials',
      `${url.host} refuses ${settings.bindDn || 'a reader without a name'}. Check its name and password.`,
    );
  if (error instanceof ResultCodeError) {
    const said = `${error.name.replace(/Error$/, '')} (${error.code})`;
    if (error.code === 32) return fail('notFound', `${url.host} has nothing at "${settings.base}". Check the base.`);
    if (error.code === 4 || error.code === 11)
      return fail(
        'refused',
        `${url.host} gives only a part of the entries (${said}). Raise its limit for the reader, or narrow the filter.`,
      );
    if (error.code === 8 || error.code === 13)
      return fail(
        'refused',
        `${url.host} wants the connection to be encrypted first (${said}): use ldaps, or StartTLS.`,
      );
    if (error.code === 2 && step === 'server')
      return fail('refused', `${url.host} doesn’t offer StartTLS (${said}). Use ldaps, or switch StartTLS off.`);
    return fail(
      step === 'signIn' ? 'credentials' : 'refused',
      `${url.host} answered ${said}. Check the reader’s rights, base and filter.`,
    );
  }
  const message = error instanceof Error ? error.message : '';
  if (/filter|parentheses|expected/i.test(message) && step === 'search')
    return fail('malformed', `The filter can’t be read: ${message}`);
  if (/Connection closed|Socket error/.test(message))
    return fail(
      'unreachable',
      `${url.host} closed the connection. Check the port, and whether ldap or ldaps is meant.`,
    );
  return explain(error, url);
}
