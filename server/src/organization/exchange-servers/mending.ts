/**
 * To which step of a check a fault belongs, and the command of the Exchange Management Shell that mends it or shows why.
 * Pure. Source: "Configure impersonation", "Control access to EWS in Exchange", "EWS throttling in Exchange",
 * Set-WebServicesVirtualDirectory (Microsoft).
 */
import type { ConnectorError } from '../../calendars/connector.ts';
import type { ExchangeSignIn } from '../../calendars/exchange/exchange-server.ts';
import { ExchangeRefusal, isUnknownName } from '../../calendars/exchange/refusal.ts';
import { NotLetIn } from '../../calendars/exchange/sign-in/sign-in.ts';

const impersonationDenied = new Set(['ErrorImpersonateUserDenied', 'ErrorImpersonationDenied']);

/** Of the first request that a check makes for a mailbox. */
export function stepOf(fault: unknown): 'signIn' | 'impersonation' | 'calendar' {
  if (!(fault instanceof ExchangeRefusal) || fault.errorClass === 'credentials') return 'signIn';
  return impersonationDenied.has(fault.code) || isUnknownName(fault.code) ? 'impersonation' : 'calendar';
}

/** Null where the server's shell has nothing to do with it: the network, a certificate, a wrong password elsewhere. */
export function commandFor(fault: ConnectorError, signIn: ExchangeSignIn, mailbox: string): string | null {
  const account = quoted('userName' in signIn ? signIn.userName : 'svc-whenabouts');
  if (fault instanceof ExchangeRefusal) return commandForCode(fault.code, account, mailbox);
  switch (fault.errorClass) {
    case 'credentials':
      if (fault instanceof NotLetIn && fault.offered && 'userName' in signIn) return stateOf(account);
      return signIn.kind === 'basic'
        ? `Get-WebServicesVirtualDirectory | Set-WebServicesVirtualDirectory -BasicAuthentication $true`
        : `Get-WebServicesVirtualDirectory | Format-List Identity, *Authentication, ExtendedProtection*`;
    case 'consent':
      return `Get-OrganizationConfig | Format-List Ews*; Get-CASMailbox ${quoted(mailbox)} | Format-List Ews*`;
    case 'refused':
      return `Get-WebServicesVirtualDirectory | Format-List Identity, InternalUrl, ExternalUrl`;
    default:
      return null;
  }
}

function commandForCode(code: string, account: string, mailbox: string): string | null {
  if (impersonationDenied.has(code))
    return `New-ManagementRoleAssignment -Name "Whenabouts" -Role ApplicationImpersonation -User ${account} -CustomRecipientWriteScope "Whenabouts mailboxes"`;
  if (isUnknownName(code))
    return `Get-Recipient ${quoted(mailbox)} | Format-List RecipientType, PrimarySmtpAddress, EmailAddresses`;
  if (code === 'ErrorExceededSubscriptionCount')
    return `New-ThrottlingPolicy "Whenabouts" -EwsMaxSubscriptions 20000; Set-ThrottlingPolicyAssociation ${account} -ThrottlingPolicy "Whenabouts"`;
  if (code === 'ErrorAccountDisabled' || code === 'ErrorPasswordExpired' || code === 'ErrorPasswordChangeRequired')
    return stateOf(account);
  return null;
}

const stateOf = (account: string) => `Get-User ${account} | Format-List UserAccountControl, ResetPasswordOnNextLogon`;

/** As PowerShell reads a text literally: a single quote in it is written twice. */
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
