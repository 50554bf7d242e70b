/**
 * Emergency numbers of some countries; 112 works in all of the European Union and from mobile phones nearly everywhere
 * (ITU-T E.161.1). Calls are never forwarded there, whatever the rules say.
 */
const byCountry: Readonly<Record<string, readonly string[]>> = {
  DE: ['110'],
  AT: ['122', '133', '144'],
  CH: ['117', '118', '144', '1414'],
  LI: ['117', '118', '144'],
  GB: ['999'],
  IE: ['999'],
  US: ['911'],
  CA: ['911'],
  FR: ['15', '17', '18', '114'],
  IT: ['113', '115', '118'],
  ES: ['061', '080', '085', '091'],
  AU: ['000'],
  NZ: ['111'],
  JP: ['110', '118', '119'],
};

const numbersOf = (country: string): readonly string[] => ['112', ...(byCountry[country] ?? [])];

/** @param country two letters (ISO 3166-1). */
export const isEmergencyNumber = (digits: string, country: string): boolean => numbersOf(country).includes(digits);

export const beginsWithEmergencyNumber = (digits: string, country: string): boolean =>
  numbersOf(country).some((number) => digits.startsWith(number));
