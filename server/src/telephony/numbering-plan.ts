/**
 * What countries publish about their phone numbers, by libphonenumber-js with the "max" metadata, which alone tells
 * premium numbers apart. Loading it takes 50 ms and 16 MB: it is loaded when the first number has to be read, not at
 * the start.
 */
import type { CountryCode } from 'libphonenumber-js/max';

export interface NumberingPlan {
  isCountry(code: string): code is CountryCode;
  /** A number with + and its country code, or as it is written within `country`; null where it can't be one. */
  parse(text: string, country: CountryCode | null): PhoneNumber | null;
  /** How people in the country begin a number of another area and of another country; '' where they put nothing. */
  prefixes(country: CountryCode): { national: string; international: string };
  callingCode(country: CountryCode): string;
  countries(): readonly CountryCode[];
}

export interface PhoneNumber {
  /** +493012345 */
  e164: string;
  callingCode: string;
  /** Within its country, without trunk prefix; Italian ones keep their leading zero, which belongs to the number. */
  national: string;
  /** +49 30 12345 */
  international: string;
  /** Its length is one that numbers of the country have. */
  possible: boolean;
  /** 'PREMIUM_RATE', 'MOBILE' …; null for a number that no known range has. */
  type: string | null;
}

/** As the library's metadata has them and its own code uses them; its types leave out the first, and the zeros. */
interface CountryPrefixes {
  nationalPrefix(): string | 0;
  defaultIDDPrefix(): string | 0 | undefined;
  IDDPrefix(): string;
}

let loading: Promise<NumberingPlan> | undefined;

export function loadNumberingPlan(): Promise<NumberingPlan> {
  loading ??= make();
  return loading;
}

async function make(): Promise<NumberingPlan> {
  const { parsePhoneNumberFromString, isSupportedCountry, Metadata, getCountries, getCountryCallingCode } =
    await import('libphonenumber-js/max');
  function planOf(country: CountryCode): CountryPrefixes {
    const metadata = new Metadata();
    metadata.selectNumberingPlan(country);
    return metadata.numberingPlan as unknown as CountryPrefixes;
  }
  return {
    isCountry: (code): code is CountryCode => isSupportedCountry(code),
    parse(text, country) {
      const found = parsePhoneNumberFromString(text, {
        ...(country && { defaultCountry: country }),
        extract: false,
      });
      if (!found) return null;
      return {
        e164: found.number,
        callingCode: found.countryCallingCode,
        national: found.nationalNumber,
        international: found.formatInternational(),
        possible: found.isPossible(),
        type: found.getType() ?? null,
      };
    },
    prefixes(country) {
      const plan = planOf(country);
      const international = (plan.defaultIDDPrefix() || plan.IDDPrefix()).replace('~', ''); // ~: wait for a tone
      return {
        national: plan.nationalPrefix() || '',
        // Countries with a prefix for each carrier have none that is usual.
        international: /^\d+$/.test(international) ? international : '+',
      };
    },
    callingCode: (country) => getCountryCallingCode(country),
    countries: () => getCountries(),
  };
}
