/** What a directory's entry says, in the words of an import. Pure. */
import type { ImportField } from '../columns.ts';
import type { Raw } from '../entry.ts';
import type { LdapSettings } from '../settings.ts';

/** As ldapts gives it: text or bytes, one or several. */
export type LdapEntry = { dn: string } & Record<string, Buffer | Buffer[] | string | string[]>;

/** Ids that stay when a person is renamed or moved: Active Directory's, RFC 4530's, and those of two other kinds. */
const stableIds = ['objectGUID', 'entryUUID', 'nsUniqueId', 'GUID'];
const accountControl = 'userAccountControl';
/** Active Directory: ADS_UF_ACCOUNTDISABLE (learn.microsoft.com, UserAccountControl property flags). */
const accountDisabled = 0x2;

/** What to ask the directory for. Operational attributes, such as entryUUID, come only when they are named. */
export function wantedAttributes({ attributes }: LdapSettings): string[] {
  const chosen = Object.values(attributes).filter((name) => name !== '');
  return [...new Set([...chosen, ...(attributes.externalId ? [] : stableIds), accountControl])];
}

/** Those whose values are no text; their names as they were asked for. */
export const binaryAttributes = (settings: LdapSettings): string[] =>
  wantedAttributes(settings).filter((name) => /guid$/i.test(name));

/** Null for a disabled account of Active Directory, which counts as not found. */
export function rawFrom(entry: LdapEntry, settings: LdapSettings): Raw | null {
  const values = new Map(Object.entries(entry).map(([name, value]) => [name.toLowerCase(), value]));
  const read = (name: string) => (name === '' ? '' : textOf(values.get(name.toLowerCase())));
  if ((Number(read(accountControl)) & accountDisabled) !== 0) return null;
  const { attributes } = settings;
  const raw: Raw = {};
  for (const [field, name] of Object.entries(attributes)) raw[field as ImportField] = read(name);
  raw.externalId =
    (attributes.externalId ? [attributes.externalId] : stableIds).map(read).find((id) => id !== '') ?? '';
  raw.extension = extensionFrom(raw.extension ?? '', settings.extensionDigits);
  return raw;
}

/** The first value; of bytes, a GUID in its usual form, else hexadecimal. */
function textOf(value: LdapEntry[string] | undefined): string {
  const first = Array.isArray(value) ? value[0] : value;
  if (first === undefined) return '';
  if (typeof first === 'string') return first;
  return first.length === 16 ? guidText(first) : first.toString('hex');
}

/**
 * Active Directory keeps a GUID as the machine does: the first three parts with their bytes reversed (MS-DTYP 2.3.4.2).
 * Directories that send it as text are read as text.
 */
export function guidText(bytes: Buffer): string {
  const part = (from: number, to: number, reversed = false) => {
    const piece = Buffer.from(bytes.subarray(from, to));
    return (reversed ? piece.reverse() : piece).toString('hex');
  };
  return [part(0, 4, true), part(4, 6, true), part(6, 8, true), part(8, 10), part(10, 16)].join('-');
}

/**
 * The extension in a telephone number. @param digits how many stand at its end; null: the number is the extension
 * itself where it is a plain one, and says nothing where it is a whole number such as +49 30 1234-201.
 */
export function extensionFrom(number: string, digits: number | null): string {
  const plain = number.replace(/[\s()/.-]/g, '');
  if (digits !== null) return plain.length >= digits ? plain.slice(-digits) : plain;
  return /^[0-9]{1,8}$/.test(plain) ? plain : '';
}
