/** A Graph application as the connector asks for it: what is wrong with it is then told of the account. */
import { ApiError } from '../../api/errors.ts';
import { ConnectorError } from '../../calendars/connector.ts';
import type { GraphApplication } from '../../calendars/microsoft365/oauth.ts';
import type { Executor } from '../../store/database.ts';
import type { Secrets } from '../../store/secrets.ts';
import { StoreFailure } from '../../sync/faults.ts';
import { openApplication, readApplication } from './applications.ts';

/** @throws ConnectorError refused where it isn't there or its credential doesn't open, StoreFailure. */
export async function registeredApplication(db: Executor, secrets: Secrets, id: string): Promise<GraphApplication> {
  try {
    return openApplication(secrets, await readApplication(db, id));
  } catch (error) {
    if (error instanceof ApiError) throw new ConnectorError('refused', error.message, { cause: error });
    throw new StoreFailure(error);
  }
}
