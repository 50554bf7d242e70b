import { z } from '@hono/zod-openapi';
import { diallingRules } from '../../telephony/dialling-rules.ts';
import { DialableNumber, Id } from './common.ts';

// Made anew: whoever imported the rules first may have done so before zod learnt of OpenAPI.
export const DiallingRules = z.strictObject(diallingRules.shape).openapi('DiallingRules', {
  description:
    `How numbers are read and dialled at a location.

- country: two letters. Null: numbers are dialled as they were written, and only those with + are checked.
- countryAssumed: the country is the one that the location’s time zone suggests, and follows it; what doesn’t begin as a number there is dialled as it was written. Send false to confirm it. Another country than the suggested one is a chosen one.
- areaCode: put before numbers that are written without one.
- outsideLine: dialled first to get an outside line.
- nationalPrefix, internationalPrefix: null as is usual in the country; ` +
    ` for numbers with + and country code, without outside line.
- internalRanges: \`200-299\`, or one number or code. Without any, numbers of up to four digits are internal.
- allowed, forbidden: numbers as \`+4930*\` or, as in the country, \`0900*\`; x stands for any digit, * at the end for whatever follows. Where allowed has any, only those are dialled outside; forbidden ones never are.
- premium: premium and shared-cost numbers of all countries.`,
  example: {
    country: 'DE',
    countryAssumed: false,
    areaCode: '30',
    outsideLine: '0',
    nationalPrefix: null,
    internationalPrefix: null,
    internalRanges: ['200-299'],
    allowed: [],
    forbidden: ['0137*'],
    premium: 'forbidden',
  },
});
export type DiallingRules = z.input<typeof DiallingRules>;

const RefusedNumbers = z
  .object({
    count: z.int(),
    first: z
      .array(z.object({ id: Id, name: z.string(), number: z.string(), reason: z.string() }))
      .openapi({ description: 'By name, at most ten.' }),
  })
  .openapi('RefusedNumbers', { description: 'Numbers that could be dialled until now.' });

export const DiallingImpact = z
  .object({
    warnings: z.array(z.string()).openapi({ description: 'What to see to, for people.' }),
    profiles: RefusedNumbers,
    predefinedTargets: RefusedNumbers,
    mobileNumbers: RefusedNumbers.openapi({ description: 'Of users of the location.' }),
    workGroups: RefusedNumbers,
  })
  .openapi('DiallingImpact');
export type DiallingImpact = z.infer<typeof DiallingImpact>;

export const SavedDiallingRules = DiallingRules.extend({
  impact: DiallingImpact.openapi({ description: 'What can’t be dialled any more.' }),
}).openapi('SavedDiallingRules');
export type SavedDiallingRules = z.output<typeof SavedDiallingRules>;

export const CountryList = z
  .object({
    countries: z.array(
      z.object({
        code: z.string().openapi({ description: 'Two letters (ISO 3166-1).', example: 'DE' }),
        callingCode: z.string().openapi({ example: '49' }),
        nationalPrefix: z.string().openapi({ description: 'What the rule `null` stands for there.', example: '0' }),
        internationalPrefix: z.string().openapi({ example: '00' }),
      }),
    ),
  })
  .openapi('CountryList');
export type CountryList = z.infer<typeof CountryList>;

export const NumberToTry = z
  .object({ number: z.string().trim().min(1, 'Write a number.').max(60) })
  .openapi('NumberToTry');
export type NumberToTry = z.input<typeof NumberToTry>;

export const TriedNumber = z
  .object({
    kind: z.enum(['internal', 'external', 'refused']),
    e164: z.string().nullable().openapi({ example: '+493012345' }),
    shown: z.string().openapi({ description: 'As it is kept and shown to people.', example: '+49 30 12345' }),
    dialled: z.string().nullable().openapi({ description: 'What the phone system is told.', example: '003012345' }),
    reason: z.string().nullable().openapi({ description: 'Why it is refused, for people.' }),
  })
  .openapi('TriedNumber');
export type TriedNumber = z.infer<typeof TriedNumber>;

const name = z.string().trim().min(1, 'A name is needed.').max(100).openapi({ example: 'Reception' });

export const PredefinedTarget = z
  .object({
    id: Id,
    locationId: Id,
    name: z.string(),
    number: z.string(),
    dialled: z
      .string()
      .nullable()
      .openapi({ description: 'What the phone system is told; null when it is refused now.' }),
    reason: z.string().nullable().openapi({ description: 'Why it is refused, for people.' }),
  })
  .openapi('PredefinedTarget');
export type PredefinedTarget = z.infer<typeof PredefinedTarget>;

export const PredefinedTargetList = z
  .object({ predefinedTargets: z.array(PredefinedTarget) })
  .openapi('PredefinedTargetList');
export type PredefinedTargetList = z.infer<typeof PredefinedTargetList>;

export const NewPredefinedTarget = z.object({ name, number: DialableNumber }).openapi('NewPredefinedTarget');
export type NewPredefinedTarget = z.input<typeof NewPredefinedTarget>;

export const PredefinedTargetChange = NewPredefinedTarget.partial().openapi('PredefinedTargetChange');
export type PredefinedTargetChange = z.input<typeof PredefinedTargetChange>;
