/** Settings that name something by its id, which must be there; while it is named it can't be removed. */
import { ApiError } from '../api/errors.ts';
import type { Executor } from '../store/database.ts';
import { synchronizationSettingsOf } from '../sync/settings.ts';
import type { FunctionName } from './inheritance.ts';

/** @throws ApiError invalid, with the field. */
export async function refuseStrayIds(transaction: Executor, name: FunctionName, value: object): Promise<void> {
  if (name !== 'synchronization') return;
  const { graphApplicationId } = synchronizationSettingsOf({ synchronization: value }).microsoft365;
  if (graphApplicationId === null) return;
  // Held against a removal at the same moment.
  const known = await transaction
    .selectFrom('graph_application')
    .select('id')
    .where('id', '=', graphApplicationId)
    .forShare()
    .executeTakeFirst();
  if (!known)
    throw new ApiError('invalid', 'There is no such Graph application any more. Choose another one.', {
      field: 'value.microsoft365.graphApplicationId',
    });
}
