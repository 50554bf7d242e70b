/** A real Asterisk with phones by sipp, and a second manager to look at what the server did, for one test file. */
import { type Ami, openAmi } from '../../server/src/telephony/asterisk/ami.ts';
import { asteriskConnector } from '../../server/src/telephony/asterisk/connector.ts';
import type { PhoneSystemConnection } from '../../server/src/telephony/connector.ts';
import { type AsteriskLab, startAsterisk } from '../servers/asterisk.ts';
import { type Phones, startPhones } from '../servers/sipp.ts';

export interface TelephonyLab {
  asterisk: AsteriskLab;
  phones: Phones;
  /** What a phone system is made with. */
  settings: { host: string; port: number; username: string };
  secret: { password: string };
  watcher: PhoneSystemConnection;
  /** What AstDB has under the key, '' for nothing. */
  astDb(family: string, key: string): Promise<string>;
  setAstDb(family: string, key: string, value: string): Promise<void>;
  /** A dialplan function's value, such as DEVICE_STATE(Custom:CF101). */
  variable(name: string): Promise<string>;
  setVariable(name: string, value: string): Promise<void>;
  /** Ends all calls, as if everybody had hung up. */
  hangUp(): Promise<void>;
  stop(): Promise<void>;
}

export async function startLab(): Promise<TelephonyLab> {
  const asterisk = await startAsterisk();
  const phones = await startPhones(asterisk);
  const { host, port, username, password } = asterisk.ami;
  const watcher = await asteriskConnector.connect({
    id: 'watcher',
    settings: { host, port, username, tls: false, voicemail: '*{{extension}}', calls: true, presence: true },
    secret: { password },
  });
  /** One connection a question: it may be asked while Asterisk starts anew. */
  async function ask<T>(question: (ami: Ami) => Promise<T>): Promise<T> {
    const ami = await openAmi({ host, port, username, password, tls: false });
    try {
      return await question(ami);
    } finally {
      ami.close();
    }
  }
  return {
    ...{ asterisk, phones, watcher, settings: { host, port, username }, secret: { password } },
    astDb: (family, key) =>
      ask(async (ami) => (await ami.action({ Action: 'DBGet', Family: family, Key: key })).events[0]?.val ?? ''),
    setAstDb: (family, key, value) =>
      ask(async (ami) => void (await ami.action({ Action: 'DBPut', Family: family, Key: key, Val: value }))),
    variable: (name) =>
      ask(async (ami) => (await ami.action({ Action: 'Getvar', Variable: name })).response.value ?? ''),
    setVariable: (name, value) =>
      ask(async (ami) => void (await ami.action({ Action: 'Setvar', Variable: name, Value: value }))),
    hangUp: () => ask(async (ami) => void (await ami.action({ Action: 'Hangup', Channel: '/^PJSIP\\/.*$/' }))),
    async stop() {
      await watcher.close();
      await phones.stop();
      await asterisk.stop();
    },
  };
}
