/** Who works at the sample company, and on what. Addresses end in .example (RFC 2606): no mail ever reaches anybody. */

export interface SamplePerson {
  email: string;
  name: string;
  language: 'en' | 'de';
  timeZone: string;
  team: 'sales' | 'development' | 'service';
  /** Its extension on the sample phone system. */
  extension: string;
  mobileNumber: string;
  /** Leads the team: invites to its meetings, meets everybody alone. */
  lead: boolean;
}

const person = (
  name: string,
  timeZone: string,
  language: 'en' | 'de',
  team: SamplePerson['team'],
  extension: number,
  lead = false,
): SamplePerson => ({
  email: `${name
    .normalize('NFD')
    .replace(/\p{M}|'/gu, '')
    .toLowerCase()
    .replace(/ı/g, 'i')
    .replace(/\s+/g, '.')}@alpenblick.example`,
  name,
  language,
  timeZone,
  team,
  extension: String(extension),
  mobileNumber: `+49 171 5550${extension}`,
  lead,
});

export const samplePeople: readonly SamplePerson[] = [
  person('Lena Hoffmann', 'Europe/Berlin', 'de', 'development', 101, true),
  person('Jonas Weber', 'Europe/Berlin', 'de', 'development', 102),
  person('Aylin Demir', 'Europe/Berlin', 'de', 'sales', 103, true),
  person('Tobias Krüger', 'Europe/Berlin', 'de', 'service', 104, true),
  person('Miriam Schäfer', 'Europe/Berlin', 'de', 'sales', 105),
  person('Grace Walker', 'America/New_York', 'en', 'sales', 106),
  person('Michael Torres', 'America/New_York', 'en', 'development', 107),
  person('Emily Johnson', 'America/New_York', 'en', 'service', 108),
  person("David O'Connor", 'America/New_York', 'en', 'service', 109),
  person('Haruka Sato', 'Asia/Tokyo', 'en', 'development', 110),
  person('Kenji Tanaka', 'Asia/Tokyo', 'en', 'sales', 111),
  person('Yuki Nakamura', 'Asia/Tokyo', 'en', 'service', 112),
];

/** Of the administrator, where they join. */
export const administratorExtension = '100';

/** The administrator's place in the company, with the address and the zone that are really theirs. */
export const administratorAs = (user: {
  email: string;
  name: string;
  language: 'en' | 'de';
  timeZone: string;
}): SamplePerson => ({
  ...user,
  team: 'development',
  extension: administratorExtension,
  mobileNumber: '+49 171 5550100',
  lead: false,
});

/** Where calls of people who are out of office go. */
export const reception = '199';
