/**
 * The bytes of an iCalendar text to characters. RFC 5545 (3.1.4) asks for UTF-8 and leaves others to the charset of the
 * Content-Type; programs that "save as" write UTF-16 with a byte order mark, and old ones what Windows calls ANSI.
 */

const byteOrderMarks: readonly (readonly [encoding: string, bytes: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/**
 * A byte order mark decides, then the charset of `contentType` where that is known and fits, then UTF-8; what is not
 * UTF-8 is windows-1252, which any bytes are. Never throws; the byte order mark is not part of the text.
 * @param contentType the header of that name, where the text came over HTTP
 */
export function decodeCalendar(bytes: Uint8Array, contentType: string | null = null): string {
  const marked = byteOrderMarks.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte));
  if (marked) return new TextDecoder(marked[0]).decode(bytes);
  const named = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? '')?.[1];
  return (
    (named && decodedAs(named, bytes)) || decodedAs('utf-8', bytes) || new TextDecoder('windows-1252').decode(bytes)
  );
}

/** Null where the name is unknown or the bytes are none of it: "charset=utf-8" is often said of what isn't. */
function decodedAs(encoding: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
