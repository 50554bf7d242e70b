/** The kinds of phone systems there are, each with the shape of its settings and of its secret. */
import type { z } from 'zod';
import { ConnectorError } from '../calendars/connector.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { Secrets } from '../store/secrets.ts';
import { type AsteriskSettings, asteriskConnector, asteriskSecret, asteriskSettings } from './asterisk/connector.ts';
import type { PhoneSystemConnection, PhoneSystemConnector } from './connector.ts';
import { httpConnector } from './http/connector.ts';
import { type HttpSettings, httpSecret, httpSettings } from './http/settings.ts';
import type { TokenStore } from './token-store.ts';

export interface PhoneSystemKind {
  settings: z.ZodType;
  secret: z.ZodType;
  connector: PhoneSystemConnector;
  /** Host and port of settings that are good: with another place it may be another phone system. */
  placeOf(settings: unknown): string;
}
export type PhoneSystemKinds = ReadonlyMap<string, PhoneSystemKind>;

export function phoneSystemKinds(outbound: Outbound): PhoneSystemKinds {
  return new Map<string, PhoneSystemKind>([
    [
      'asterisk',
      {
        settings: asteriskSettings,
        secret: asteriskSecret,
        connector: asteriskConnector as PhoneSystemConnector,
        placeOf: (settings) => placeOfAsterisk(settings as AsteriskSettings),
      },
    ],
    [
      'http',
      {
        settings: httpSettings,
        secret: httpSecret,
        connector: httpConnector(outbound) as PhoneSystemConnector,
        placeOf: (settings) => placeOfHttp(settings as HttpSettings),
      },
    ],
  ]);
}

const placeOfAsterisk = ({ host, port }: AsteriskSettings) => `${host.toLowerCase()}:${port}`;
const placeOfHttp = ({ read }: HttpSettings) => URL.parse(read.address)?.host ?? read.address;

export interface StoredPhoneSystem {
  id: string;
  kind: string;
  settings: unknown;
  /** Sealed for this row: JSON of the kind's secret. */
  secret: string | null;
}

/** @throws ConnectorError 'refused' where settings or secret are not (or no longer) what the kind needs. */
export async function connectTo(
  kinds: PhoneSystemKinds,
  secrets: Secrets,
  system: StoredPhoneSystem,
  tokens?: TokenStore,
): Promise<PhoneSystemConnection> {
  const kind = kinds.get(system.kind);
  if (!kind) throw new ConnectorError('refused', `This version knows no phone systems of the kind "${system.kind}".`);
  const settings = kind.settings.safeParse(system.settings);
  if (!settings.success) throw new ConnectorError('refused', `Settings: ${settings.error.issues[0]?.message}`);
  const opened = system.secret === null ? { kind: 'none' } : JSON.parse(secrets.open(system.secret, system.id));
  const secret = kind.secret.safeParse(opened);
  if (!secret.success)
    throw new ConnectorError('credentials', 'The password or token of this phone system is missing.');
  return kind.connector.connect({ id: system.id, settings: settings.data, secret: secret.data, tokens });
}
