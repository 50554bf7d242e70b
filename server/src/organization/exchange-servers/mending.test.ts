import { expect, test } from 'vitest';
import { ConnectorError } from '../../calendars/connector.ts';
import { type ExchangeRefusal, refusal } from '../../calendars/exchange/refusal.ts';
import { NotLetIn } from '../../calendars/exchange/sign-in/sign-in.ts';
import { commandFor, stepOf } from './mending.ts';

const mailbox = "o'hara@example.com";
const signIn = { kind: 'ntlm' as const, userName: 'EXAMPLE\\svc', password: 'never told' };
const refused = (code: string): ExchangeRefusal =>
  refusal({ code, text: '', backOffMs: null }, 'mail.example.com', mailbox);

test.each([
  ['ErrorImpersonateUserDenied', 'impersonation', "-Role ApplicationImpersonation -User 'EXAMPLE\\svc'"],
  ['ErrorImpersonationFailed', 'impersonation', "Get-Recipient 'o''hara@example.com'"],
  ['ErrorNonExistentMailbox', 'impersonation', "Get-Recipient 'o''hara@example.com'"],
  ['ErrorAccountDisabled', 'signIn', "Get-User 'EXAMPLE\\svc'"],
  ['ErrorAccessDenied', 'calendar', null],
  ['ErrorExceededSubscriptionCount', 'calendar', "Set-ThrottlingPolicyAssociation 'EXAMPLE\\svc'"],
])('%s belongs to the step %s', (code, step, command) => {
  const told = commandFor(refused(code), signIn, mailbox);
  expect(stepOf(refused(code))).toBe(step);
  if (command === null) expect(told).toBeNull();
  else expect(told).toContain(command);
  expect(told ?? '').not.toContain('never told');
});

test.each([
  ['credentials', 'ExtendedProtection'],
  ['consent', 'Get-OrganizationConfig'],
  ['refused', 'ExternalUrl'],
] as const)('what is no answer of EWS belongs to the sign-in: %s', (errorClass, command) => {
  const fault = new ConnectorError(errorClass, 'So it is.');
  expect(stepOf(fault)).toBe('signIn');
  expect(commandFor(fault, signIn, mailbox)).toContain(command);
  expect(commandFor(new ConnectorError('unreachable', 'Gone.'), signIn, mailbox)).toBeNull();
});

test('where the kind of sign-in is taken it is the account that is to be looked at', () => {
  expect(commandFor(new NotLetIn('No.', true), signIn, mailbox)).toContain("Get-User 'EXAMPLE\\svc'");
  expect(commandFor(new NotLetIn('No.', false), signIn, mailbox)).toContain('ExtendedProtection');
});
