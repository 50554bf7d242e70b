/**
 * Who the calendar's owner is among an appointment's attendees, written into the stored text itself as a private
 * property (RFC 5545 section 3.8.8.2): expanding it again needs neither the server nor the account.
 */

const propertyName = 'X-WHENABOUTS-OWNER';
const written = new RegExp(`^${propertyName}:(.*)$`, 'm');

export function withOwners(text: string, owners: readonly string[]): string {
  const plain = owners.filter((address) => /^[^\s,;:"]+$/.test(address));
  if (plain.length === 0) return text;
  return text.replace(/^(\s*BEGIN:VCALENDAR)[ \t]*\r?\n/i, `$1\r\n${propertyName}:${plain.join(',')}\r\n`);
}

/** Those in the text and those the caller knows. */
export function addressesOf(text: string, others: readonly string[] = []): string[] {
  const owners = written.exec(text.slice(0, 2000))?.[1]?.trim();
  return [...new Set([...(owners ? owners.split(',') : []), ...others])];
}
