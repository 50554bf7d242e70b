import type { Logger } from 'pino';
import type { Outbound } from './outbound/outbound.ts';
import type { Store } from './store/database.ts';
import type { Secrets } from './store/secrets.ts';

/** What every role of the server (api, sync, activation, reconciler, publishing) is started with. */
export interface Context {
  store: Store;
  secrets: Secrets;
  outbound: Outbound;
  log: Logger;
  /** Names this process in leases: unique per start. */
  processName: string;
}

/** A started role. `stop` lets work in hand finish (at most some seconds) and gives leases back. */
export interface Running {
  stop(): Promise<void>;
}
