/** Kerberos tickets by npm's `kerberos`, where it is installed: for startExchange({ signIn: { negotiate } }). */
import type { World } from '../world.ts';
import type { Verify } from './sign-in.ts';

interface KerberosModule {
  initializeServer(service: string): Promise<{
    step(token: string): Promise<string>;
    contextComplete: boolean;
    username: string | null;
  }>;
}

/**
 * Reads the key of the service from the keytab that KRB5_KTNAME names.
 * @param service such as HTTP@mail.contoso.example
 * @returns null where the module isn't there
 */
export async function kerberos(service: string): Promise<((world: World) => Verify) | null> {
  const name = 'kerberos';
  const found = (await import(name).catch(() => null)) as (KerberosModule & { default?: KerberosModule }) | null;
  if (!found) return null;
  const module = found.default ?? found;
  return (world) => async (token) => {
    try {
      const server = await module.initializeServer(service);
      await server.step(token);
      const principal = server.contextComplete ? (server.username ?? '') : '';
      const [user = ''] = principal.split('@');
      return world.accounts.find((account) => account.name.toLowerCase() === user.toLowerCase()) ?? null;
    } catch {
      return null;
    }
  };
}
