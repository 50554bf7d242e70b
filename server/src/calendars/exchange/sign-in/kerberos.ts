/**
 * Kerberos (RFC 4559, "Negotiate"): the ticket comes from this process's credentials cache or client keytab, by the
 * library of the system. The npm package `kerberos` that reaches it compiles at installation and is therefore installed
 * by those who want it; it is loaded at the first use.
 */
import { ConnectorError } from '../../connector.ts';
import { notLetIn, type SignIn, withAuthorization } from './sign-in.ts';

/** What is used of the package. */
interface KerberosPackage {
  GSS_MECH_OID_SPNEGO: number;
  initializeClient(
    service: string,
    options: { mechOID: number },
  ): Promise<{ step(challenge: string): Promise<string> }>;
}

const packageName = 'kerberos';
let loaded: Promise<KerberosPackage> | null = null;

async function load(): Promise<KerberosPackage> {
  loaded ??= import(packageName).then((module) => module.default ?? module);
  try {
    return await loaded;
  } catch (cause) {
    loaded = null;
    throw new ConnectorError(
      'refused',
      'Signing in by Kerberos needs the package "kerberos", which isn’t installed: see the guide for Exchange.',
      { cause },
    );
  }
}

/** @param servicePrincipal such as HTTP@mail.example.com; null: of the address that is asked. */
export function kerberosSignIn(servicePrincipal: string | null): SignIn {
  return {
    async send(session, url, request) {
      // IIS asks for a ticket with each request unless it is told otherwise (authPersistNonNTLM).
      const token = await tokenFor(servicePrincipal ?? `HTTP@${url.hostname}`);
      const answer = await session.send(url, withAuthorization(request, `Negotiate ${token}`));
      if (answer.status === 401) throw await notLetIn(answer, url, 'Negotiate');
      return answer;
    },
  };
}

async function tokenFor(service: string): Promise<string> {
  const kerberos = await load();
  try {
    const client = await kerberos.initializeClient(service, { mechOID: kerberos.GSS_MECH_OID_SPNEGO });
    return await client.step('');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/\s+/g, ' ').trim().slice(0, 200) : '';
    throw new ConnectorError('credentials', `There is no Kerberos ticket for ${service}: ${reason}.`, { cause });
  }
}
