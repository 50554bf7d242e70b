/** Answers of the token endpoint that refuse, with the AADSTS numbers of Microsoft's list of error codes. */

export interface TokenFault {
  error: string;
  code: number;
  message: string;
  suberror?: string;
}

const fault = (error: string, code: number, message: string, suberror?: string): TokenFault => ({
  ...{ error, code, message },
  ...(suberror && { suberror }),
});

export const faults = {
  noTenant: (tenant: string) => fault('invalid_request', 90002, `Tenant '${tenant}' not found.`),
  noApplication: (id: string) =>
    fault('unauthorized_client', 700016, `Application with identifier '${id}' was not found in the directory.`),
  secretOfPublicClient: () =>
    fault(
      'invalid_client',
      700025,
      "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    ),
  secretMissing: () =>
    fault('invalid_client', 7000218, "The request body must contain: 'client_assertion' or 'client_secret'."),
  secretWrong: () => fault('invalid_client', 7000215, 'Invalid client secret provided.'),
  secretExpired: () => fault('invalid_client', 7000222, 'The provided client secret keys are expired.'),
  assertionWrong: (why: string) => fault('invalid_client', 700027, `Client assertion failed. ${why}`),
  codeUsed: () => fault('invalid_grant', 54005, 'OAuth2 Authorization code was already redeemed.'),
  codeExpired: () => fault('invalid_grant', 70008, 'The provided authorization code has expired.'),
  codeWrong: () => fault('invalid_grant', 9002313, 'Invalid request. The code is malformed.'),
  redirectDiffers: () =>
    fault('invalid_grant', 500112, 'The reply address does not match the one the code was requested with.'),
  verifierWrong: () => fault('invalid_grant', 501481, 'The Code_Verifier does not match the code_challenge.'),
  refreshExpired: () =>
    fault('invalid_grant', 700082, 'The refresh token has expired due to inactivity.', 'token_expired'),
  refreshRevoked: () =>
    fault('invalid_grant', 50173, 'The provided grant has expired due to it being revoked.', 'bad_token'),
  refreshRotated: () => fault('invalid_grant', 70043, 'The refresh token has expired or is invalid.'),
  accountDisabled: () => fault('invalid_grant', 50057, 'The user account is disabled.'),
  secondFactor: () =>
    fault(
      'interaction_required',
      50076,
      'You must use multi-factor authentication to access the resource.',
      'basic_action',
    ),
  noConsent: () =>
    fault(
      'invalid_grant',
      65001,
      'The user or administrator has not consented to use the application.',
      'consent_required',
    ),
  grantUnknown: (type: string) => fault('unsupported_grant_type', 70003, `The grant type '${type}' is not supported.`),
  pending: () => fault('authorization_pending', 70016, 'The user has not yet signed in on the other device.'),
  declined: () => fault('authorization_declined', 70018, 'The user declined.'),
} as const;
