/** GetUserSettings, the SOAP Autodiscover (MS-OXWSADISC): settings of many users at once, each with an answer of its own. */
import type { Answer } from './http.ts';
import type { User, World } from './world.ts';
import { child, childText, type Element, s } from './xml/element.ts';
import { read } from './xml/read.ts';
import { write } from './xml/write.ts';

export interface UserSettingsLimits {
  /** From Exchange 2010 on. */
  hasSoap: boolean;
  /** MaxUsersPerGetUserSettingsRequest of its web.config: more are an invalid request. */
  usersAtOnce: number;
  /** How often it was asked. */
  soapRequests: number;
}

const namespace = 'http://schemas.microsoft.com/exchange/2010/Autodiscover';
const addressing = 'http://www.w3.org/2005/08/addressing';
const versions = ['Exchange2010', 'Exchange2010_SP1', 'Exchange2010_SP2', 'Exchange2012', 'Exchange2013'];

const a = (name: string, ...content: Array<Element | string>): Element => ({
  ...{ namespace, name, attributes: {}, children: content.filter((each) => typeof each !== 'string') },
  text: content.filter((each) => typeof each === 'string').join(''),
});

export function userSettings(
  world: World,
  limits: UserSettingsLimits,
  ewsOf: (user: User) => string,
  body: string,
): Answer {
  limits.soapRequests++;
  let request: { users: string[]; settings: string[] };
  try {
    request = understood(read(body));
  } catch (error) {
    return { status: 500, headers, body: write(s('Envelope', s('Body', fault(error as Error))), 'none') };
  }
  const { users, settings } = request;
  if (users.length === 0 || users.length > limits.usersAtOnce)
    return answer(
      a('ErrorCode', 'InvalidRequest'),
      a('ErrorMessage', `The maximum number of users in a request, ${limits.usersAtOnce}, was exceeded.`),
    );
  const responses = users.map((address) => responseFor(world.userBy(address), settings, ewsOf));
  return answer(a('ErrorCode', 'NoError'), a('ErrorMessage'), a('UserResponses', ...responses));
}

/** In the order of the schema, or it isn't understood. */
function understood(envelope: Element): { users: string[]; settings: string[] } {
  const header = child(envelope, 'Header');
  if (!versions.includes(childText(header, 'RequestedServerVersion') ?? '')) throw new Error('InvalidRequestVersion');
  const action = child(header, 'Action');
  if (action?.namespace !== addressing || action.text.trim() !== `${namespace}/Autodiscover/GetUserSettings`)
    throw new Error('ActionNotSupported');
  const message = child(child(envelope, 'Body'), 'GetUserSettingsRequestMessage');
  const request = child(message, 'Request');
  const names = request?.children.map(({ name }) => name).join();
  if (message?.namespace !== namespace || names !== 'Users,RequestedSettings') throw new Error('DeserializationFailed');
  const [users, settings] = request!.children;
  return {
    users: users!.children.map((user) => childText(user, 'Mailbox') ?? ''),
    settings: settings!.children.map(({ text }) => text.trim()),
  };
}

function responseFor(user: User | undefined, settings: readonly string[], ewsOf: (user: User) => string): Element {
  const told = (code: string, message: string, found: Element[] = [], errors: Element[] = []) =>
    a(
      'UserResponse',
      ...[a('ErrorCode', code), a('ErrorMessage', message), a('RedirectTarget')],
      ...[a('UserSettingErrors', ...errors), a('UserSettings', ...found)],
    );
  if (!user?.mailbox) return told('InvalidUser', 'Invalid user.');
  const values: Record<string, string> = {
    ...{ ExternalEwsUrl: ewsOf(user), InternalEwsUrl: ewsOf(user) },
    GroupingInformation: user.grouping,
  };
  const known = settings.filter((name) => values[name] !== undefined);
  const unknown = settings.filter((name) => values[name] === undefined);
  return told(
    'NoError',
    'No error.',
    known.map((name) => a('UserSetting', a('Name', name), a('Value', values[name]!))),
    unknown.map((name) => a('UserSettingError', a('ErrorCode', 'InvalidSetting'), a('SettingName', name))),
  );
}

function answer(...content: Element[]): Answer {
  const body = s('Body', a('GetUserSettingsResponseMessage', a('Response', ...content)));
  return { status: 200, headers, body: write(s('Envelope', s('Header'), body), 'none') };
}

function fault({ message }: Error): Element {
  const plain = (name: string, text: string): Element => ({ ...s(name, text), namespace: '' });
  return s('Fault', plain('faultcode', `a:${message}`), plain('faultstring', message));
}

const headers = { 'content-type': 'text/xml; charset=utf-8' };
