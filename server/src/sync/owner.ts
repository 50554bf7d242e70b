/** Which attendee is the user: without it an iCalendar object doesn't tell the user's own answer. */
import type { ConnectorAccount } from '../calendars/connector.ts';

const address = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** The user's address here, and the addresses the account itself is known by. Lower-cased, in a steady order. */
export function ownerAddressesOf(email: string, { settings, secret }: Pick<ConnectorAccount, 'settings' | 'secret'>) {
  const addresses = new Set([email.toLowerCase()]);
  for (const part of [settings, secret])
    for (const field of ['address', 'username', 'email'] as const) {
      const value = (part as Record<string, unknown> | null)?.[field];
      if (typeof value === 'string' && value.length < 320 && address.test(value)) addresses.add(value.toLowerCase());
    }
  return [...addresses].sort();
}
