/** Brings numbers into the form in which a location keeps them. */
import type { Executor } from '../../store/database.ts';
import { diallingOf } from '../../telephony/dialling.ts';
import { diallingRulesOf } from '../../telephony/dialling-rules.ts';
import { loadNumberingPlan } from '../../telephony/numbering-plan.ts';

export type Normalise = (locationId: string, number: string) => string;

/** @returns what normalises by a location's dialling rules; it throws an Error in plain words for what isn't dialled. */
export async function numbersOf(db: Executor): Promise<Normalise> {
  const plan = await loadNumberingPlan();
  const rows = await db.selectFrom('location').select(['id', 'dialling']).execute();
  const diallings = new Map(rows.map(({ id, dialling }) => [id, diallingOf(diallingRulesOf(dialling), plan)]));
  return (locationId, number) => {
    const dialling = diallings.get(locationId);
    if (!dialling) throw new Error('There is no such location any more.');
    const { shown, reason } = dialling.read(number);
    if (reason !== null) throw new Error(reason);
    return shown;
  };
}
