/** Brings numbers into the form in which a location keeps them. */
import type { Executor } from '../../store/database.ts';
import { diallingOf } from '../../telephony/dialling.ts';
import { diallingRulesOf } from '../../telephony/dialling-rules.ts';
import { loadNumberingPlan } from '../../telephony/numbering-plan.ts';

export type Normalise = (locationId: string, number: string) => string;

/** @returns what normalises by a location's dialling rules; it throws an Error in plain words for what isn't dialled. */
export async function numbersOf(db: Executor): Promise<Normalise> {
  const plan = await loadNumberingPlan();
  const locations = await db.selectFrom('location').select(['id', 'dialling']).execute();
  const byLocation = new Map(locations.map(({ id, dialling }) => [id, diallingOf(diallingRulesOf(dialling), plan)]));
  return (locationId, number) => {
    const read = byLocation.get(locationId)?.read(number);
    if (!read) return number; // the location has gone meanwhile; the row is refused for its group then
    if (read.reason !== null) throw new Error(read.reason);
    return read.shown;
  };
}
