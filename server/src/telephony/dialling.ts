/**
 * A number as somebody entered it, to the number it is and to what the phone system of a location is told to dial. Pure:
 * the same text and the same rules give the same answer, on entry and again when a forwarding comes into force.
 *
 * People write numbers as on a business card: with + and the country code, or as within their country, or (with an area
 * code in the rules) without area code. Never with the digit for an outside line: 0 030 could not be told from 00 30.
 */
import { type DiallingRules, inRanges, matchesAny } from './dialling-rules.ts';
import { beginsWithEmergencyNumber, isEmergencyNumber } from './emergency-numbers.ts';
import type { NumberingPlan, PhoneNumber } from './numbering-plan.ts';

export interface ReadNumber {
  kind: 'internal' | 'external' | 'refused';
  /** Null for internal numbers, and where no country is set and the number has no country code. */
  e164: string | null;
  /** As people read it, and as it is kept: read again under the same rules it is the same number. */
  shown: string;
  /** What the phone system is told; null when refused. */
  dialled: string | null;
  problem: 'numberForbidden' | 'numberInvalid' | null;
  /** Why it is refused, for people. */
  reason: string | null;
}

export interface Dialling {
  read(text: string): ReadNumber;
  /** An extension that belongs to somebody: internal whatever the ranges say, but forbidden where a pattern forbids it. */
  extension(number: string): ReadNumber;
}

/** Without ranges, numbers of so many digits are taken for internal ones. */
const shortNumber = 4;
const isNumber = (compact: string) => /^\+?[\d*#]+$/.test(compact);
/** What may be missing of a number: one digit of each kind, up to six times. */
const completions = [...'0123456789'].flatMap((digit) => [1, 2, 3, 4, 5, 6].map((times) => digit.repeat(times)));
const premiumTypes: readonly (string | null)[] = ['PREMIUM_RATE', 'SHARED_COST'];

export function diallingBy(rules: DiallingRules, plan: NumberingPlan): Dialling {
  const country = rules.country !== null && plan.isCountry(rules.country) ? rules.country : null;
  const usual = country ? plan.prefixes(country) : { national: '', international: '+' };
  const callingCode = country && plan.callingCode(country);

  function read(entered: string): ReadNumber {
    const text = entered.normalize('NFKC').trim();
    const compact = text.replace(/[\s().\-/]/g, '');
    const found = readAs(text, compact);
    return rules.countryAssumed && !isSurely(found, compact) ? withoutCountry(text, compact) : found;
  }

  /**
   * In the assumed country too, "12345" may be an extension: only what begins as there, or is forbidden there, is read so.
   * A code isn't dialled either: a call that is forwarded to *72 300 may forward the phone of whoever calls.
   */
  function isSurely({ kind, e164, problem }: ReadNumber, compact: string): boolean {
    if (kind === 'internal' || problem === 'numberForbidden' || !/^\+?\d+$/.test(compact)) return true;
    if (kind === 'refused') return false;
    const { national, international } = usual;
    if (compact.startsWith('+') || (international !== '+' && compact.startsWith(international))) return true;
    if (national !== '') return compact.startsWith(national);
    return e164 !== null && plan.parse(e164, null)?.type !== null;
  }

  function readAs(text: string, compact: string): ReadNumber {
    if (!isNumber(compact)) return invalid(text, `"${text}" is not a number.`);
    if (inRanges(compact, rules.internalRanges)) return internal(compact);
    if (country === null) return withoutCountry(text, compact);
    if (isEmergencyNumber(compact, country)) return forbidden(text, null, `${text} is an emergency number.`);
    if (/[*#]/.test(compact))
      return invalid(text, `${text} is a code, not a number. Codes that may be dialled stand in the internal ranges.`);
    if (rules.internalRanges.length === 0 && compact.length <= shortNumber && !compact.startsWith('+'))
      return internal(compact);
    const number = parse(text, compact);
    if (!number?.possible || !isStable(number)) {
      const where = compact.startsWith('+') ? 'in its country' : `in ${country}`;
      return invalid(
        text,
        `${text} is not a number ${where}. Write it as on a business card, with + or its area code.`,
      );
    }
    return outside(number);
  }

  /** Nonsense such as 00000 loses a zero each time it is read: kept and read again it would be another number. */
  const isStable = ({ type, international, e164 }: PhoneNumber): boolean =>
    type !== null || plan.parse(international, country)?.e164 === e164;

  /** Without area code where the rules have one and the number can be read so. */
  function parse(text: string, compact: string): PhoneNumber | null {
    const direct = plan.parse(text, country);
    const complete =
      compact.startsWith('+') ||
      (usual.national !== '' && compact.startsWith(usual.national)) ||
      (usual.international !== '+' && compact.startsWith(usual.international));
    if (rules.areaCode === '' || complete) return direct;
    const local = plan.parse(`${usual.national}${rules.areaCode}${compact}`, country);
    // Where no trunk prefix tells them apart, a number that is complete as it stands is that number.
    const [first, second] = usual.national === '' ? [direct, local] : [local, direct];
    if (first?.type) return first;
    if (second?.type) return second;
    return direct?.possible ? direct : local;
  }

  function outside(number: PhoneNumber): ReadNumber {
    const forms = formsOf(number);
    const refusal =
      refusalOf(forms) ??
      (isPremium(number) ? 'is a premium or shared-cost number' : null) ??
      (isEmergency(number) ? 'begins with an emergency number' : null);
    if (refusal) return forbidden(number.international, number.e164, `${number.international} ${refusal}.`);
    return {
      kind: 'external',
      e164: number.e164,
      shown: number.international,
      dialled: dialled(number),
      problem: null,
      reason: null,
    };
  }

  /** As patterns see it: +49 30 1 and 030 1, or +44 20 1 and 00 44 20 1. */
  const formsOf = ({ e164, callingCode: code, national }: PhoneNumber): string[] => [
    e164,
    code === callingCode
      ? `${usual.national}${national}`
      : `${usual.international === '+' ? '00' : usual.international}${code}${national}`,
  ];

  function dialled({ callingCode: code, national, e164 }: PhoneNumber): string {
    if (country === null) return e164;
    const own = code === callingCode;
    const prefix =
      (own ? rules.nationalPrefix : rules.internationalPrefix) ?? (own ? usual.national : usual.international);
    if (prefix === '+') return e164;
    return `${rules.outsideLine}${prefix}${own ? '' : code}${national}`;
  }

  function refusalOf(forms: readonly string[]): string | null {
    if (matchesAny(forms, rules.forbidden)) return 'is forbidden by the dialling rules of the location';
    if (rules.allowed.length > 0 && !matchesAny(forms, rules.allowed))
      return 'is not among the numbers that the dialling rules of the location allow';
    return null;
  }

  /**
   * Exchanges ignore digits after a complete number: one that is too long is what its beginning is. One that is too
   * short is a slip, or a way around: it is premium where whatever it can become is.
   */
  function isPremium({ type, callingCode: code, national }: PhoneNumber): boolean {
    if (rules.premium === 'allowed') return false;
    if (type !== null) return premiumTypes.includes(type);
    const typeOf = (digits: string) => plan.parse(`+${code}${digits}`, null)?.type ?? null;
    for (let length = national.length - 1; length > 3; length--)
      if (premiumTypes.includes(typeOf(national.slice(0, length)))) return true;
    let becomesPremium = false;
    for (const more of completions) {
      const completed = typeOf(national + more);
      if (completed === null) continue;
      if (!premiumTypes.includes(completed)) return false;
      becomesPremium = true;
    }
    return becomesPremium;
  }

  /** Dialled without a prefix, 110 123456 reaches 110. No real number begins so. */
  const isEmergency = ({ type, callingCode: code, national }: PhoneNumber): boolean =>
    type === null && country !== null && code === callingCode && beginsWithEmergencyNumber(national, country);

  function internal(number: string): ReadNumber {
    if (matchesAny([number], rules.forbidden))
      return forbidden(number, null, `${number} is forbidden by the dialling rules of the location.`);
    return { kind: 'internal', e164: null, shown: number, dialled: number, problem: null, reason: null };
  }

  /** Nothing is known but what is written with +. */
  function withoutCountry(text: string, compact: string): ReadNumber {
    const number = compact.startsWith('+') ? plan.parse(text, null) : null;
    if (number?.possible && isStable(number)) return outside(number);
    const short = !compact.startsWith('+') && compact.length <= shortNumber;
    if (short || /[*#]/.test(compact)) return internal(compact);
    const refusal = refusalOf([compact]) ?? (number && isPremium(number) ? 'is a premium or shared-cost number' : null);
    if (refusal) return forbidden(text, null, `${text} ${refusal}.`);
    return { kind: 'external', e164: null, shown: text, dialled: compact, problem: null, reason: null };
  }

  return { read, extension: internal };
}

const invalid = (shown: string, reason: string): ReadNumber => ({
  kind: 'refused',
  e164: null,
  shown,
  dialled: null,
  problem: 'numberInvalid',
  reason,
});

const forbidden = (shown: string, e164: string | null, reason: string): ReadNumber => ({
  kind: 'refused',
  e164,
  shown,
  dialled: null,
  problem: 'numberForbidden',
  reason,
});

const compiled = new Map<string, Dialling>();
const mostNumbers = 50_000;

/** The same, remembering what was read: the numbers of ten thousand users are asked for at every full hour. */
export function diallingOf(rules: DiallingRules, plan: NumberingPlan): Dialling {
  const key = JSON.stringify(rules);
  const known = compiled.get(key);
  if (known) return known;
  const { read, extension } = diallingBy(rules, plan);
  const numbers = new Map<string, ReadNumber>();
  const made: Dialling = {
    extension,
    read(text) {
      const before = numbers.get(text);
      if (before) return before;
      if (numbers.size >= mostNumbers) numbers.clear();
      const number = read(text);
      numbers.set(text, number);
      return number;
    },
  };
  if (compiled.size >= 1_000) compiled.clear();
  compiled.set(key, made);
  return made;
}
