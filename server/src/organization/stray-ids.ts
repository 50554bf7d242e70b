/** Settings that name something by its id, which must be there; while it is named it can't be removed. */
import { ApiError } from '../api/errors.ts';
import type { Executor } from '../store/database.ts';
import { synchronizationSettingsOf } from '../sync/settings.ts';
import type { FunctionName } from './inheritance.ts';

/** @throws ApiError invalid, with the field. */
export async function refuseStrayIds(transaction: Executor, name: FunctionName, value: object): Promise<void> {
  if (name !== 'synchronization') return;
  const { microsoft365, exchange } = synchronizationSettingsOf({ synchronization: value });
  const { graphApplicationId } = microsoft365;
  if (graphApplicationId !== null && !(await isThere(transaction, 'graph_application', graphApplicationId)))
    throw new ApiError('invalid', 'There is no such Graph application any more. Choose another one.', {
      field: 'value.microsoft365.graphApplicationId',
    });
  if (exchange.serverId !== null && !(await isThere(transaction, 'exchange_server', exchange.serverId)))
    throw new ApiError('invalid', 'There is no such Exchange server any more. Choose another one.', {
      field: 'value.exchange.serverId',
    });
}

/** Held against a removal at the same moment. */
async function isThere(transaction: Executor, table: 'graph_application' | 'exchange_server', id: string) {
  const row = await transaction.selectFrom(table).select('id').where('id', '=', id).forShare().executeTakeFirst();
  return row !== undefined;
}
