/** One meeting is one meeting, whatever program wrote its UID down. */

/** Exchange marks its GlobalObjectIds by this class id (MS-OXOCAL 2.2.1.27). */
const GLOBAL_OBJECT_ID_START = '040000008200E00074C5B7101A82E008';
/** "vCal-Uid", 1, 0, 0, 0: what follows is a foreign UID (MS-OXOCAL 2.2.1.27, "Data"). */
const FOREIGN_UID_MARK = '7643616C2D55696401000000';

/**
 * The UID all copies of a meeting share. Exchange writes hexadecimal GlobalObjectIds: a foreign UID wrapped in one is
 * unwrapped, and the date of a single occurrence, which Exchange puts into bytes 16 to 19, is zeroed.
 */
export function normalizedUid(uid: string): string {
  const hex = uid.trim().toUpperCase();
  if (!hex.startsWith(GLOBAL_OBJECT_ID_START) || !/^[0-9A-F]+$/.test(hex)) return uid.trim();
  const mark = hex.indexOf(FOREIGN_UID_MARK, GLOBAL_OBJECT_ID_START.length);
  if (mark >= 0 && mark % 2 === 0) {
    const foreign = Buffer.from(hex.slice(mark + FOREIGN_UID_MARK.length), 'hex').toString('utf8');
    // It ends with a NUL byte.
    return foreign.split('\0')[0]!.trim() || uid.trim();
  }
  return `${hex.slice(0, 32)}00000000${hex.slice(40)}`;
}
