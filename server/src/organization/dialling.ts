/** The dialling rules of locations as administrators keep them, and numbers as they are entered under them. */
import { ApiError } from '../api/errors.ts';
import { markLocationDue } from '../presence/due.ts';
import type { Executor } from '../store/database.ts';
import { countryOfZone } from '../telephony/country-of-zone.ts';
import { diallingOfLocation } from '../telephony/dialling.queries.ts';
import { type DiallingRules, defaultDiallingRules, diallingRulesOf, inRanges } from '../telephony/dialling-rules.ts';
import { loadNumberingPlan } from '../telephony/numbering-plan.ts';
import { type Actor, recordChange } from './audit.ts';

/**
 * A number as it is kept: written the same way whoever entered it. Null stays null.
 * @param locationId by whose rules.
 * @param field of the request, for the refusal.
 * @throws ApiError invalid when it isn't a number there, or is forbidden.
 */
export async function enteredNumber<Text extends string | null>(
  executor: Executor,
  locationId: string,
  text: Text,
  field: string,
): Promise<Text> {
  if (text === null) return text;
  const location = await diallingOfLocation(executor, locationId);
  if (!location) throw new ApiError('invalid', 'There is no such location.', { field: 'locationId' });
  const { shown, reason } = location.dialling.read(text);
  if (reason !== null) throw new ApiError('invalid', reason, { field });
  return shown as Text;
}

/** What a new location begins with: the country that its time zone suggests, until somebody confirms or changes it. */
export async function firstDiallingRules(timeZone: string): Promise<DiallingRules> {
  const country = countryOfZone(timeZone, (await loadNumberingPlan()).countries());
  return { ...defaultDiallingRules, country, countryAssumed: true };
}

/** Another country than the one that is suggested was chosen by somebody. */
export async function settled(rules: DiallingRules, timeZone: string): Promise<DiallingRules> {
  if (!rules.countryAssumed) return rules;
  return { ...rules, countryAssumed: rules.country === (await firstDiallingRules(timeZone)).country };
}

/** A location in another time zone: the country follows as long as nobody has confirmed it. Run it in a transaction. */
export async function followTimeZone(
  transaction: Executor,
  actor: Actor,
  locationId: string,
  timeZone: string,
): Promise<void> {
  const location = await diallingOfLocation(transaction, locationId);
  if (!location?.rules.countryAssumed) return;
  const { country } = await firstDiallingRules(timeZone);
  if (country !== location.rules.country)
    await setDiallingRules(transaction, actor, locationId, { ...location.rules, country });
}

/**
 * Everybody at the location is looked at again: what is forwarded to a number that is forbidden now ends.
 * Run it in a transaction.
 * @throws ApiError notFound; invalid for a country that there is not.
 */
export async function setDiallingRules(
  transaction: Executor,
  actor: Actor,
  locationId: string,
  rules: DiallingRules,
): Promise<void> {
  const plan = await loadNumberingPlan();
  if (rules.country !== null && !plan.isCountry(rules.country))
    throw new ApiError('invalid', `There is no country "${rules.country}".`, { field: 'country' });
  const location = await transaction
    .selectFrom('location')
    .select(['name', 'dialling', 'time_zone'])
    .where('id', '=', locationId)
    .forUpdate()
    .executeTakeFirst();
  if (!location) throw new ApiError('notFound', 'There is no such location.');
  const stored = await settled(rules, location.time_zone);
  await transaction
    .updateTable('location')
    .set({ dialling: JSON.stringify(stored) })
    .where('id', '=', locationId)
    .execute();
  await markLocationDue(transaction, locationId);
  await recordChange(transaction, actor, {
    ...{ action: 'change', subject: 'location', subjectId: locationId, subjectName: location.name, locationId },
    before: { ...diallingRulesOf(location.dialling) },
    after: { ...stored },
  });
}

/** Said when an extension is given to a user of the location; null where nothing speaks against it. */
export async function extensionWarning(executor: Executor, locationId: string, number: string): Promise<string | null> {
  const location = await diallingOfLocation(executor, locationId);
  if (!location || location.rules.internalRanges.length === 0) return null;
  if (inRanges(number, location.rules.internalRanges)) return null;
  return `${number} is in none of the location’s internal ranges (${location.rules.internalRanges.join(', ')}): written as a forwarding target it is dialled outside.`;
}
