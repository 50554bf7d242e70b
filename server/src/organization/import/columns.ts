/** Which column of a file holds what: guessed by its header, in English and German, unless the administrator says so. */

export const importFields = [
  'email',
  'displayName',
  'givenName',
  'familyName',
  'externalId',
  'extension',
  'mobileNumber',
  'location',
  'group',
  'department',
  'language',
  'timeZone',
] as const;
export type ImportField = (typeof importFields)[number];

/** Headers without case, accents and punctuation. The first that is found in a file counts. */
const headers: Record<ImportField, readonly string[]> = {
  email: ['email', 'mail', 'emailaddress', 'emailadresse', 'mailaddress', 'mailadresse', 'userprincipalname', 'upn'],
  displayName: [
    'displayname',
    'anzeigename',
    'fullname',
    'name',
    'vollstandigername',
    'vollername',
    'username',
    'benutzer',
  ],
  givenName: ['givenname', 'firstname', 'vorname', 'rufname'],
  familyName: ['familyname', 'lastname', 'surname', 'sn', 'nachname', 'familienname', 'zuname'],
  externalId: [
    ...['externalid', 'employeeid', 'employeenumber', 'personnelnumber', 'personalnummer', 'mitarbeiternummer'],
    ...['personalnr', 'mitarbeiternr', 'objectguid', 'entryuuid', 'objectid', 'objektid', 'id'],
  ],
  extension: [
    'extension',
    'phoneextension',
    'nebenstelle',
    'durchwahl',
    'dw',
    'ext',
    'internalnumber',
    'internenummer',
  ],
  mobileNumber: [
    ...['mobilenumber', 'mobile', 'mobilephone', 'mobil', 'mobilnummer', 'mobiltelefon', 'handy', 'handynummer'],
    ...['cellphone', 'cell', 'mobilnr'],
  ],
  location: ['location', 'standort', 'site', 'niederlassung', 'ort', 'office', 'buro'],
  group: ['group', 'configurationgroup', 'gruppe', 'konfigurationsgruppe'],
  department: ['department', 'abteilung', 'dept', 'bereich', 'team'],
  language: ['language', 'preferredlanguage', 'sprache', 'bevorzugtesprache', 'lang'],
  timeZone: ['timezone', 'zeitzone', 'tz'],
};

const plain = (header: string) =>
  header
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');

export interface Columns {
  /** By field, the number of its column. */
  of: Map<ImportField, number>;
  /** Columns that were named and that the file doesn't have. */
  absent: Array<{ field: ImportField; header: string }>;
}

/**
 * @param chosen by field, the header of its column; '' says that the field isn't in the file. Fields that aren't in it
 *   are guessed. A column is used once.
 */
export function findColumns(header: readonly string[], chosen: Partial<Record<ImportField, string>>): Columns {
  const names = header.map(plain);
  const of = new Map<ImportField, number>();
  const used = new Set<number>();
  const absent: Columns['absent'] = [];
  const take = (field: ImportField, index: number) => {
    of.set(field, index);
    used.add(index);
  };
  for (const field of importFields) {
    const wanted = chosen[field];
    if (wanted === undefined || wanted === '') continue;
    const exact = header.indexOf(wanted);
    const index = exact >= 0 ? exact : names.indexOf(plain(wanted));
    if (index < 0) absent.push({ field, header: wanted });
    else take(field, index);
  }
  for (const field of importFields) {
    if (chosen[field] !== undefined) continue;
    const name = headers[field].find((known) => names.some((each, index) => each === known && !used.has(index)));
    if (name !== undefined)
      take(
        field,
        names.findIndex((each, index) => each === name && !used.has(index)),
      );
  }
  return { of, absent };
}
