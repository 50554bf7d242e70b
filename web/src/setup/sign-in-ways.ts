/** What GET /sign-in answers. */
export interface SignInWays {
  local: boolean;
  providers: { id: string; name: string }[];
}
