/** What an account of kind "microsoft365" keeps sealed: what lets us into the mailbox. */
import { z } from 'zod';

/** Of a user who signed in. The refresh token changes at each use; the one before stops working soon after. */
export const delegatedGrant = z.object({
  kind: z.literal('delegated'),
  refreshToken: z.string().min(1),
  accessToken: z.string().min(1),
  /** ISO instant. */
  expiresAt: z.string(),
  scopes: z.array(z.string()),
});
/** The application itself may read the mailbox: nothing of the user's is kept. */
export const applicationGrant = z.object({ kind: z.literal('application') });
export const grantSchema = z.discriminatedUnion('kind', [delegatedGrant, applicationGrant]);
export type DelegatedGrant = z.infer<typeof delegatedGrant>;
export type ApplicationGrant = z.infer<typeof applicationGrant>;
export type Grant = z.infer<typeof grantSchema>;

export const microsoft365Settings = z.object({
  /** Address of the mailbox: for the application itself the way to it, for a user's grant what was signed in with. */
  mailbox: z.string().trim().min(1).max(320),
});
export type Microsoft365Settings = z.infer<typeof microsoft365Settings>;
