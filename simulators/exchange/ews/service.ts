/** EWS: takes an envelope apart, finds out whose request it is and hands it to its operation. */
import { ianaOf } from '../../microsoft365/mailbox/zones.ts';
import type { Answer, Asked } from '../http.ts';
import { Violation } from '../schema/content.ts';
import { taken } from '../schema/requests.ts';
import { isAccount, type SignIn } from '../sign-in/sign-in.ts';
import type { ServiceAccount, World } from '../world.ts';
import { child, type Element, m, s } from '../xml/element.ts';
import { read } from '../xml/read.ts';
import { write } from '../xml/write.ts';
import type { Call, Outcome } from './call.ts';
import { Fault, failure, faultBody, response, schemaFault } from './errors.ts';
import { findItem } from './find-item.ts';
import { findFolder, getFolder } from './folders.ts';
import { getItem } from './get-item.ts';
import { impersonated } from './impersonation.ts';
import { getOof, setOof } from './out-of-office.ts';
import { streamEvents } from './streaming.ts';
import { Subscriptions } from './subscriptions.ts';
import { syncFolderItems } from './sync-folder-items.ts';
import { busyFault, Throttling, unavailable } from './throttling.ts';
import { serverTimeZones } from './time-zones.ts';
import { type Version, versions } from './versions.ts';

export interface Counters {
  /** By operation. */
  requests: Record<string, number>;
  /** By address of the mailbox that was looked at. */
  byMailbox: Record<string, number>;
  /** Items that GetItem was asked for. */
  items: number;
}
type Operation = (call: Call) => Element | Outcome;

export function ewsService(world: World, signIn: SignIn, origin: () => string) {
  const throttling = new Throttling(world);
  const subscriptions = new Subscriptions(world);
  const counters: Counters = { requests: {}, byMailbox: {}, items: 0 };
  const operations: Record<string, Operation> = {
    ...{ FindItem: findItem, GetItem: getItem, FindFolder: findFolder, GetFolder: getFolder },
    SyncFolderItems: syncFolderItems,
    Subscribe: (call) => subscriptions.subscribe(call),
    Unsubscribe: (call) => subscriptions.unsubscribe(call),
    GetStreamingEvents: (call) => streamEvents(call, subscriptions, throttling),
    ...{ GetUserOofSettingsRequest: getOof, SetUserOofSettingsRequest: setOof, GetServerTimeZones: serverTimeZones },
  };

  async function answer(asked: Asked): Promise<Answer> {
    const account = await signIn.of(asked);
    if (!isAccount(account)) return account;
    if (asked.method !== 'POST') return { status: 405, headers: { allow: 'POST' }, body: null };
    if (!/^text\/xml\b/i.test(asked.headers['content-type'] ?? '')) return { status: 415, body: null };
    let leave = () => {};
    try {
      leave = throttling.enter(account);
      await pause(world.between(world.habits.latency));
      if (world.chance(world.habits.faults)) return { status: world.oneOf([500, 502, 503]), body: 'Something broke.' };
      const busy = throttling.busy();
      if (busy === 'unavailable' || busy === 'unavailableEmpty') return unavailable(busy === 'unavailableEmpty');
      if (busy === 'fault') throw busyFault(world);
      const call = opened(asked, account);
      const trouble = busy === 'message' ? busyFault(world) : storeTrouble(call);
      if (trouble) return enveloped(sorry(call, trouble));
      const outcome = operations[call.request.name]!(call);
      if ('name' in outcome) return enveloped(outcome);
      return 'stream' in outcome ? streamed(outcome.stream) : enveloped(outcome.body, outcome.headers);
    } catch (error) {
      if (error instanceof Fault) return { ...enveloped(faultBody(error)), status: world.habits.faultStatus };
      throw error;
    } finally {
      leave();
    }
  }

  function opened(asked: Asked, account: ServiceAccount): Call {
    const { request, header } = understood(asked.body);
    const named = header.get('RequestServerVersion')?.attributes.Version ?? 'Exchange2007';
    if (!versions.includes(named as Version))
      throw new Fault('ErrorInvalidServerVersion', `The server version ${named} is unknown.`);
    const mimed = impersonated(world, account, header.get('ExchangeImpersonation'));
    const user = mimed ?? world.userBy(account.principalName) ?? null;
    counters.requests[request.name] = (counters.requests[request.name] ?? 0) + 1;
    const address = user?.address ?? '';
    counters.byMailbox[address] = (counters.byMailbox[address] ?? 0) + 1;
    if (request.name === 'GetItem') counters.items += child(request, 'ItemIds')!.children.length;
    return {
      ...{ world, account, user, impersonated: mimed !== null, version: named as Version, request },
      ...{ zone: zoneOf(header.get('TimeZoneContext')), headers: asked.headers, outlook: `${origin()}/owa/` },
      onGone: asked.onGone,
    };
  }

  function enveloped(body: Element, headers: Answer['headers'] = {}): Answer {
    return {
      status: 200,
      headers: { 'content-type': 'text/xml; charset=utf-8', 'x-feserver': 'EX1', ...headers },
      body: write(envelope(body), world.habits.prefixes, world.habits.declaration),
    };
  }

  function streamed(stream: AsyncIterable<Element>): Answer {
    const { prefixes, declaration } = world.habits;
    const texts = async function* () {
      for await (const body of stream) yield write(envelope(body), prefixes, declaration);
    };
    return { status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body: null, stream: texts() };
  }

  const pause = (milliseconds: number) =>
    milliseconds < 1 ? Promise.resolve() : new Promise<void>((resolve) => world.clock.after(milliseconds, resolve));

  return { answer, throttling, subscriptions, counters };
}

/** @throws Fault where it isn't XML or not in the schema's order */
function understood(body: string): ReturnType<typeof taken> {
  try {
    return taken(read(body));
  } catch (error) {
    if (error instanceof Violation) throw schemaFault(error.message);
    throw new Fault('ErrorInvalidRequest', `The request is invalid: ${(error as Error).message}`);
  }
}

/** A mailbox whose database is being mounted or moved: for a while, and nothing is said of what lies in it. */
function storeTrouble({ world, user }: Call): Fault | null {
  const code = user?.trouble ?? (world.chance(world.habits.storeTrouble) ? 'ErrorMailboxStoreUnavailable' : null);
  return code ? new Fault(code, 'The mailbox database is temporarily unavailable.') : null;
}

/** The same for each thing that was asked for. */
function sorry({ request }: Call, fault: Fault): Element {
  const { name } = request;
  if (name.endsWith('Request')) return m(name.replace(/Request$/, 'Response'), {}, failure('ResponseMessage', fault));
  const lists = ['ItemIds', 'FolderIds', 'ParentFolderIds'].flatMap((each) => child(request, each) ?? []);
  const empty = { GetItem: 'Items', GetFolder: 'Folders' }[name];
  const parts = lists[0]?.children ?? [request];
  return response(
    name,
    parts.map(() => failure(`${name}ResponseMessage`, fault, empty)),
  );
}

function zoneOf(context: Element | undefined): string | null {
  const id = child(context, 'TimeZoneDefinition')?.attributes.Id;
  try {
    return id ? ianaOf(id) : null;
  } catch {
    throw new Fault('ErrorInvalidTimeZone', `The time zone ${id} is unknown.`);
  }
}

export function envelope(body: Element): Element {
  const build = {
    MajorVersion: '15',
    MinorVersion: '1',
    MajorBuildNumber: '2507',
    MinorBuildNumber: '39',
    Version: 'V2017_07_11',
  };
  const version: Element = { namespace: 'types', name: 'ServerVersionInfo', attributes: build, children: [], text: '' };
  return s('Envelope', s('Header', version), s('Body', body));
}
