/** Scopes as they are asked for and as they are granted. */

const plain = new Set(['openid', 'profile', 'email', 'offline_access']);

/** "https://graph.microsoft.com/Calendars.Read" and "Calendars.Read" are the same. */
export const scopesIn = (text: string): string[] => [
  ...new Set(
    text
      .split(/\s+/)
      .filter(Boolean)
      .map((scope) => scope.replace(/^https?:\/\/[^/]+\//, '')),
  ),
];

/** What is told to whoever signs in for the first time; the plain ones need no telling twice. */
export const needConsent = (asked: readonly string[], given: ReadonlySet<string>): string[] =>
  // An administrator's .default is all that the registration lists, which here is whatever is asked for.
  given.has('.default')
    ? []
    : asked.filter((scope) => scope !== '.default' && !given.has(scope) && !(plain.has(scope) && given.size > 0));

/** In a tenant where only administrators consent: these a user may still grant. */
export const harmless = (scope: string): boolean => plain.has(scope) || scope === 'User.Read';
