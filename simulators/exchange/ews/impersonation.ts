/** For whom a request is made: t:ExchangeImpersonation, where the account may (role ApplicationImpersonation and its scope). */
import type { ServiceAccount, User, World } from '../world.ts';
import { child, type Element } from '../xml/element.ts';
import { Fault } from './errors.ts';

/** @returns null: nobody is impersonated. @throws Fault */
export function impersonated(world: World, account: ServiceAccount, header: Element | undefined): User | null {
  if (!header) return null;
  const [sid] = child(header, 'ConnectingSID')!.children;
  const name = sid!.text.trim();
  const user = world.userBy(name);
  const byPrimary = sid!.name === 'PrimarySmtpAddress';
  const known = user && (!byPrimary || user.address.toLowerCase() === name.toLowerCase());
  if (account.impersonates === 'nobody' || (known && !reaches(account, user))) throw denied();
  if (!known && sid!.name === 'SID') throw new Fault('ErrorInvalidSid', 'The SID does not exist.');
  if (!known && sid!.name === 'PrincipalName')
    throw new Fault('ErrorInvalidUserPrincipalName', 'The user principal name is unknown.');
  if (!known || !user.mailbox)
    throw new Fault('ErrorNonExistentMailbox', 'The SMTP address has no mailbox associated with it.');
  return user;
}

function reaches({ impersonates }: ServiceAccount, user: User): boolean {
  if (impersonates === 'everybody') return true;
  return impersonates !== 'nobody' && impersonates.some((each) => each.toLowerCase() === user.address.toLowerCase());
}

const denied = () =>
  new Fault('ErrorImpersonateUserDenied', 'The account does not have permission to impersonate the requested user.');
