/** Settings by function in a company file: what they name by an id is named by its name there. */
import { z } from 'zod';
import type { Executor } from '../../store/database.ts';
import { microsoft365Settings } from '../../sync/settings.ts';
import { allFunctions, functionOf } from '../functions.ts';
import { type FunctionName, functionNames } from '../inheritance.ts';
import { isValues } from './merge-patch.ts';
import { type Directory, readDirectory, withIds, withNames } from './names.ts';
import { entryName } from './section.ts';

const inFile = ({ name, schema }: (typeof allFunctions)[number]): z.ZodObject => {
  if (name !== 'synchronization') return schema;
  const graphApplicationId = z.strictObject({ graphApplication: entryName }).nullable().default(null);
  const microsoft365 = microsoft365Settings.extend({ graphApplicationId });
  return schema.extend({ microsoft365: microsoft365.default(microsoft365.parse({})) });
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

/** A Graph application that the file names, and that neither it nor the system has. */
export function strayApplication(
  values: FunctionValues,
  known: Readonly<Record<string, unknown>> | undefined,
  path: string[],
) {
  const { microsoft365 } = (values.synchronization ?? {}) as { microsoft365?: { graphApplicationId: unknown } };
  const named = microsoft365?.graphApplicationId;
  if (!isValues(named) || Object.hasOwn(known ?? {}, String(named.graphApplication))) return [];
  const message = `There is no Graph application "${named.graphApplication}".`;
  return [{ path: [...path, 'synchronization', 'microsoft365', 'graphApplicationId'], message }];
}

/** As it is stored. @throws EntryRefused for a name that leads nowhere. */
export const withIdsOf = async (
  transaction: Executor,
  name: FunctionName,
  value: object,
  path: readonly string[],
): Promise<object> =>
  name === 'synchronization' ? (withIds(value, await readDirectory(transaction), path) as object) : value;
