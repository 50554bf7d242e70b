/** Settings by function in a company file: what they name by an id is named by its name there. */
import { z } from 'zod';
import type { Executor } from '../../store/database.ts';
import { exchangeSettings, microsoft365Settings } from '../../sync/settings.ts';
import { allFunctions, functionOf } from '../functions.ts';
import { type FunctionName, functionNames } from '../inheritance.ts';
import type { Fault } from './company-file.ts';
import { isValues } from './merge-patch.ts';
import { type Directory, readDirectory, withIds, withNames } from './names.ts';
import { type CompanyValues, entryName } from './section.ts';

const inFile = ({ name, schema }: (typeof allFunctions)[number]): z.ZodObject => {
  if (name !== 'synchronization') return schema;
  const graphApplicationId = z.strictObject({ graphApplication: entryName }).nullable().default(null);
  const microsoft365 = microsoft365Settings.extend({ graphApplicationId });
  const serverId = z.strictObject({ exchangeServer: entryName }).nullable().default(null);
  const exchange = exchangeSettings.extend({ serverId });
  return schema.extend({
    microsoft365: microsoft365.default(microsoft365.parse({})),
    exchange: exchange.default(exchange.parse({})),
  });
};
export const functionValues = z.strictObject(
  Object.fromEntries(allFunctions.map((each) => [each.name, inFile(each).optional()])) as Record<
    FunctionName,
    z.ZodOptional<z.ZodObject>
  >,
);
export type FunctionValues = z.output<typeof functionValues>;

export const functionDefaults = (name: FunctionName) => functionOf(name).schema.parse({}) as Record<string, unknown>;

/** Stored values with their defaults filled in; what can't be read any more is left to its defaults. */
export function functionsOf(stored: Readonly<Record<string, unknown>>, directory: Directory): FunctionValues {
  const values = functionNames
    .filter((name) => isValues(stored[name]))
    .map((name) => [name, functionOf(name).schema.safeParse(stored[name]).data ?? functionDefaults(name)]);
  return withNames(Object.fromEntries(values), directory) as FunctionValues;
}

/** What settings for synchronization name, and where it is entered. */
const connections = [
  { part: 'microsoft365', field: 'graphApplicationId', by: 'graphApplication', word: 'Graph application' },
  { part: 'exchange', field: 'serverId', by: 'exchangeServer', word: 'Exchange server' },
] as const;

/** Graph applications and Exchange servers that the file names, and that neither it nor the system has. */
export function strayConnections(values: FunctionValues, all: CompanyValues, path: string[]): Fault[] {
  const set = (values.synchronization ?? {}) as Record<string, Record<string, unknown> | undefined>;
  return connections.flatMap(({ part, field, by, word }) => {
    const named = set[part]?.[field];
    if (!isValues(named) || Object.hasOwn(all[`${by}s`] ?? {}, String(named[by]))) return [];
    return [{ path: [...path, 'synchronization', part, field], message: `There is no ${word} "${named[by]}".` }];
  });
}

/** As it is stored. @throws EntryRefused for a name that leads nowhere. */
export const withIdsOf = async (
  transaction: Executor,
  name: FunctionName,
  value: object,
  path: readonly string[],
): Promise<object> =>
  name === 'synchronization' ? (withIds(value, await readDirectory(transaction), path) as object) : value;
