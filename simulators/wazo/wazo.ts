/**
 * A stand-in for Wazo, made from what its services publish (docs/phone-systems/wazo.md names the sources): wazo-auth 0.1
 * (tokens), wazo-confd 1.1 (users, forwards, services), wazo-chatd 1.0 (presences), wazo-calld 1.0 (calls), behind the
 * addresses that its nginx gives them (/api/auth, /api/confd …).
 */
import { randomUUID } from 'node:crypto';
import {
  type Phone,
  type Reply,
  type Request,
  type Slot,
  type StandIn,
  type StandInOptions,
  startStandIn,
} from '../http/stand-in.ts';

export const wazoUser = { username: 'whenabouts', password: 'wazo-secret' };
const forwards = { unconditional: 'always', busy: 'busy', noanswer: 'unanswered' } as const;

export interface Wazo extends StandIn {
  presence(extension: string): { state: string; status: string };
  /** A call of the extension that is going on. */
  startCall(extension: string): string;
  endCall(id: string): void;
}

export async function startWazo(options: StandInOptions): Promise<Wazo> {
  const presences = new Map<string, { state: string; status: string }>();
  const calls = new Map<string, { user: string; created: string }>();
  const uuid = randomUUID();

  const standIn = await startStandIn(options, (request, { phones, tokens }) => {
    const { method, path, body, headers, query } = request;
    if (path === '/api/auth/0.1/token' && method === 'POST') {
      if (headers.authorization !== basic(wazoUser)) return unauthorized('Authentication Failed');
      const { token, until } = tokens.give();
      const iso = until.toISOString().replace('Z', '');
      // expires_at is in the server's own zone, whatever that is; utc_expires_at isn't.
      const data = {
        token,
        expires_at: iso,
        utc_expires_at: iso,
        auth_id: uuid,
        xivo_uuid: uuid,
        acl: ['confd.#'],
        metadata: {},
      };
      return { status: 200, body: { data } };
    }
    if (!tokens.isGood(headers['x-auth-token'] as string | undefined)) return unauthorized('Unauthorized');
    if (path === '/api/confd/1.1/infos' && method === 'GET')
      return { status: 200, body: { uuid, wazo_version: '26.10' } };
    if (path === '/api/confd/1.1/users' && method === 'GET') {
      const items = phones.all().map(user);
      const limit = Number(query.get('limit') ?? items.length);
      const offset = Number(query.get('offset') ?? 0);
      return { status: 200, body: { total: items.length, items: items.slice(offset, offset + limit) } };
    }
    if (path === '/api/calld/1.0/calls' && method === 'GET') {
      const items = [...calls].map(([call_id, call]) => ({
        ...{ call_id, user_uuid: call.user, status: 'Up', creation_time: call.created, direction: 'inbound' },
      }));
      return { status: 200, body: { items } };
    }
    const [, service, id, rest = ''] = /^\/api\/(confd\/1\.1|chatd\/1\.0)\/users\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
    const phone = id && phones.byId(id);
    if (!phone) return notFound(service);
    if (service === 'chatd/1.0') return presence(request, phone);
    if (rest === '' && method === 'GET') return { status: 200, body: user(phone) };
    const [, forward] = /^forwards\/(unconditional|busy|noanswer)$/.exec(rest) ?? [];
    if (method === 'PUT' && forward) {
      const slot = forwards[forward as keyof typeof forwards];
      const { enabled = phone[slot].on, destination = phone[slot].to } = (body ?? {}) as Record<string, unknown>;
      if (typeof enabled !== 'boolean' || (destination !== null && typeof destination !== 'string'))
        return { status: 400, body: ["Input Error - enabled: ['Not a valid boolean.']"] };
      phones.set(phone.id, { [slot]: { on: enabled, to: destination ?? '' } });
      return { status: 204 };
    }
    if (method === 'PUT' && rest === 'services/dnd') {
      const { enabled } = (body ?? {}) as Record<string, unknown>;
      if (typeof enabled !== 'boolean')
        return { status: 400, body: ["Input Error - enabled: ['Missing data for required field.']"] };
      phones.set(phone.id, { doNotDisturb: enabled });
      return { status: 204 };
    }
    return notFound(service);
  });

  function presence({ method, body }: Request, phone: Phone): Reply {
    const known = presences.get(phone.extension) ?? { state: 'available', status: '' };
    if (method === 'GET')
      return { status: 200, body: { uuid: phone.id, ...known, do_not_disturb: phone.doNotDisturb } };
    const { state, status } = (body ?? {}) as Record<string, unknown>;
    if (!['available', 'away', 'unavailable', 'invisible'].includes(state as string))
      return {
        status: 400,
        body: { message: 'Sent data is invalid', error_id: 'invalid-data', details: {}, timestamp: 0 },
      };
    presences.set(phone.extension, { state: String(state), status: String(status ?? '') });
    return { status: 204 };
  }

  return {
    ...standIn,
    presence: (extension) => presences.get(extension) ?? { state: 'available', status: '' },
    startCall(extension) {
      const id = randomUUID();
      calls.set(id, { user: standIn.phone(extension).id, created: new Date().toISOString() });
      return id;
    },
    endCall(id) {
      calls.delete(id);
    },
  };
}

function user({ id, extension, always, busy, unanswered, doNotDisturb }: Phone) {
  const forward = ({ on, to }: Slot) => ({ enabled: on, destination: to || null });
  return {
    ...{ uuid: id, id: Number(extension) || 1, firstname: `User ${extension}`, lastname: null, email: null },
    lines: [{ id: 1, name: `line-${extension}`, extensions: [{ id: 1, exten: extension, context: 'internal' }] }],
    forwards: { unconditional: forward(always), busy: forward(busy), noanswer: forward(unanswered) },
    services: { dnd: { enabled: doNotDisturb }, incallfilter: { enabled: false } },
  };
}

const basic = ({ username, password }: typeof wazoUser) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
const unauthorized = (reason: string): Reply => ({
  status: 401,
  body: { reason: [reason], timestamp: [0], status_code: 401 },
});
const notFound = (service: string | undefined): Reply => ({
  status: 404,
  body:
    service === 'chatd/1.0'
      ? { message: 'No such user', error_id: 'unknown-user' }
      : ['Resource Not Found - User was not found'],
});
