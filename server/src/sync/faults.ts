/** Whose fault an error is: the account's (it backs off), or this server's and its database's (nobody backs off). */
import { ConnectorError } from '../calendars/connector.ts';

/** Another process has the account now, or its owner changed it meanwhile: what was pulled doesn't count. */
export class LeaseLost extends Error {
  constructor() {
    super('The account is no longer leased by this process.');
    this.name = 'LeaseLost';
  }
}

/** This server is being stopped: the account is given back as it was. */
export class Stopped extends Error {
  constructor() {
    super('The server is being stopped.');
    this.name = 'Stopped';
  }
}

/** The database didn't answer while a connector asked for what is known: not the source's fault. */
export class StoreFailure extends Error {
  constructor(cause: unknown) {
    super('The database could not be asked.', { cause });
    this.name = 'StoreFailure';
  }
}

/**
 * The account's own fault in an error, or null when it isn't the account's.
 * Data the database refuses (SQLSTATE classes 22, 23, 54) came from the account; a lost connection didn't.
 */
export function faultOfAccount(error: unknown): ConnectorError | null {
  if (error instanceof ConnectorError) return error;
  if (error instanceof LeaseLost || error instanceof Stopped || error instanceof StoreFailure) return null;
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^(22|23|54)/.test(code)) return null;
  return /^(22|23|54)/.test(String(code ?? ''))
    ? new ConnectorError('internal', `The calendar holds something the database refuses (${code}).`, { cause: error })
    : null;
}

/** What a connector threw. Anything but a ConnectorError is a fault of ours, and says so without its inner text: that
 *  may quote the calendar or its address. */
export function connectorFault(error: unknown): Error {
  if (error instanceof ConnectorError || error instanceof StoreFailure) return error;
  if (error instanceof Stopped || error instanceof LeaseLost) return error;
  const name = error instanceof Error ? error.name : typeof error;
  return new ConnectorError(
    'internal',
    `Whenabouts failed at reading this calendar (${name}). It is tried again by itself; the server's log says more.`,
    { cause: error },
  );
}
