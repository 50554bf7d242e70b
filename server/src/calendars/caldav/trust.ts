/**
 * Which servers may see the password. Pure. The one that was typed, and those that plainly belong to it: servers move
 * users to other hosts of theirs (caldav.example.com to p42-caldav.example.com), but a DNS record or a redirect to a
 * stranger must not collect passwords (RFC 6764 section 8 asks for the user's consent; typing the address is that).
 */
export function mayReceiveCredentials(typed: URL, target: URL): boolean {
  if (target.origin === typed.origin) return true;
  if (target.protocol !== 'https:') return false;
  // From unencrypted http to https on the same machine is always an improvement.
  if (target.hostname === typed.hostname) return true;
  if (typed.protocol !== 'https:' || isAddress(typed.hostname) || isAddress(target.hostname)) return false;
  const domain = familyOf(typed.hostname);
  return target.hostname === domain || target.hostname.endsWith(`.${domain}`);
}

/**
 * caldav.example.com belongs to example.com; example.com stands for itself. example.co.uk is not taken for a part of
 * co.uk: two labels of which the second is a country and the first at most three letters are nobody's domain.
 */
function familyOf(hostname: string): string {
  const labels = hostname.split('.');
  if (labels.length < 3) return hostname;
  const parent = labels.slice(1);
  const [second = '', top = ''] = parent;
  const isPublicSuffix = parent.length === 2 && top.length === 2 && second.length <= 3;
  return isPublicSuffix ? hostname : parent.join('.');
}

function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
}
