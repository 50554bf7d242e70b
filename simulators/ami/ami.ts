/**
 * A stand-in for the manager interface of an Asterisk with nothing but AstDB and device states behind it, for figures:
 * the tests talk to a real Asterisk. Answers come in the order of the actions, as Asterisk gives them on one connection.
 * Shapes of answers: Asterisk 22, `manager show command DBGet` and its like.
 */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

export interface AmiSimulator {
  port: number;
  /** By "family/key". */
  database: Map<string, string>;
  deviceStates: Map<string, string>;
  /** How many actions of each name it was asked for. */
  asked: Map<string, number>;
  stop(): Promise<void>;
}

type Fields = Record<string, string>;

/** @param account who may log in. */
export async function startAmi(account: { username: string; password: string }): Promise<AmiSimulator> {
  const database = new Map<string, string>();
  const deviceStates = new Map<string, string>();
  const asked = new Map<string, number>();
  /** With what is wanted to be told on each: any of these; null: nothing. */
  const sockets = new Map<net.Socket, RegExp[] | null>();
  const server = net.createServer((socket) => {
    sockets.set(socket, null);
    socket.once('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    socket.setNoDelay(true).setEncoding('utf8').write('Asterisk Call Manager/11.0.0\r\n');
    let buffered = '';
    let known = false;
    socket.on('data', (text: string) => {
      const blocks = (buffered + text).split('\r\n\r\n');
      buffered = blocks.pop()!;
      let answers = '';
      for (const block of blocks) {
        const fields = parse(block);
        const action = fields.action?.toLowerCase() ?? '';
        asked.set(action, (asked.get(action) ?? 0) + 1);
        if (action === 'login') {
          known = fields.username === account.username && fields.secret === account.password;
          sockets.set(socket, known && fields.events?.toLowerCase() !== 'off' ? [] : null);
        }
        if (action === 'filter') sockets.get(socket)?.push(new RegExp(fields.filter ?? ''));
        answers += known ? answer(action, fields) : told(fields, 'Error', 'Authentication failed');
      }
      socket.write(answers);
      tellOfLamps();
    });
  });

  /** As module res_manager_devicestate does, to all who listen: also to whoever has changed them. */
  let lamps: string[] = [];
  function tellOfLamps(): void {
    for (const [socket, wanted] of lamps.length > 0 ? sockets : []) {
      const told = wanted?.length === 0 ? lamps : lamps.filter((lamp) => wanted?.some((pattern) => pattern.test(lamp)));
      if (told.length > 0) socket.write(told.join(''));
    }
    lamps = [];
  }
  function setLamp(device: string, state: string): void {
    if (deviceStates.get(device) === state) return;
    deviceStates.set(device, state);
    if ([...sockets.values()].some((wanted) => wanted !== null))
      lamps.push(block({ Event: 'DeviceStateChange', Privilege: 'call,all', Device: device, State: state }));
  }

  function answer(action: string, fields: Fields): string {
    const place = `${fields.family}/${fields.key}`;
    switch (action) {
      case 'dbget': {
        const value = database.get(place);
        if (value === undefined) return told(fields, 'Error', 'Database entry not found');
        const event = block({
          Event: 'DBGetResponse',
          Family: fields.family!,
          Key: fields.key!,
          Val: value,
          ...id(fields),
        });
        return `${listed(fields, 'Result will follow')}${event}${complete(fields, 'DBGetComplete', 1)}`;
      }
      case 'dbgettree': {
        let events = '';
        let count = 0;
        for (const [key, value] of database) {
          if (!key.startsWith(`${fields.family}/`)) continue;
          count++;
          events += block({ Event: 'DBGetTreeResponse', Key: `/${key}`, Val: value, ...id(fields) });
        }
        return `${listed(fields, 'Result will follow')}${events}${complete(fields, 'DBGetTreeComplete', count)}`;
      }
      case 'dbput':
        database.set(place, fields.val ?? '');
        return told(fields, 'Success', 'Updated database successfully');
      case 'dbdel':
        return database.delete(place)
          ? told(fields, 'Success', 'Key deleted successfully')
          : told(fields, 'Error', 'Database entry not found');
      case 'setvar':
        setLamp(/^DEVICE_STATE\((.*)\)$/.exec(fields.variable ?? '')?.[1] ?? '', fields.value ?? '');
        return told(fields, 'Success', 'Variable Set');
      case 'corestatus':
        return block({
          ...{ Response: 'Success', ...id(fields) },
          ...{ CoreStartupDate: '2026-11-22', CoreStartupTime: '08:00:00', CoreCurrentCalls: '0' },
        });
      case 'login':
        return told(fields, 'Success', 'Authentication accepted');
      case 'coreshowchannels':
        return `${listed(fields, 'Channels will follow')}${complete(fields, 'CoreShowChannelsComplete', 0)}`;
      case 'filter':
        return told(fields, 'Success', 'Filter added successfully');
      default:
        return told(fields, 'Error', 'Invalid/unknown command');
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    ...{ database, deviceStates, asked },
    async stop() {
      for (const socket of sockets.keys()) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const id = ({ actionid }: Fields): Fields => (actionid === undefined ? {} : { ActionID: actionid });
const block = (fields: Fields): string =>
  `${Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
const told = (fields: Fields, response: string, message: string): string =>
  block({ Response: response, ...id(fields), Message: message });
const listed = (fields: Fields, message: string): string =>
  block({ Response: 'Success', ...id(fields), EventList: 'start', Message: message });
const complete = (fields: Fields, event: string, items: number): string =>
  block({ Event: event, ...id(fields), EventList: 'Complete', ListItems: String(items) });

function parse(text: string): Fields {
  const fields: Fields = {};
  for (const line of text.split('\r\n')) {
    const at = line.indexOf(':');
    if (at > 0) fields[line.slice(0, at).trim().toLowerCase()] = line.slice(at + 1).trim();
  }
  return fields;
}
