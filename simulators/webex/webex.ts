/**
 * A stand-in for Webex Calling, made from what Cisco publishes (docs/phone-systems/webex.md names the sources): the
 * token address, people with calling data in pages, call forwarding and do not disturb of a person.
 */
import { randomUUID } from 'node:crypto';
import {
  type Phone,
  type Reply,
  type Slot,
  type StandIn,
  type StandInOptions,
  startStandIn,
} from '../http/stand-in.ts';

export const webexApp = { clientId: 'C-whenabouts', clientSecret: 'webex-secret', refreshToken: 'first-refresh-token' };

export interface Webex extends StandIn {
  /** The only one that is accepted now. */
  refreshToken(): string;
}

/** Gives a new refresh token each time and refuses the old one, as OAuth allows. */
export async function startWebex(options: StandInOptions): Promise<Webex> {
  let refreshToken = webexApp.refreshToken;
  const rings = new Map<string, number>();

  const standIn = await startStandIn(
    options,
    ({ method, path, body, text, headers, query, url }, { phones, tokens }) => {
      if (path === '/v1/access_token' && method === 'POST') {
        const form = new URLSearchParams(text);
        const good =
          form.get('grant_type') === 'refresh_token' &&
          form.get('client_id') === webexApp.clientId &&
          form.get('client_secret') === webexApp.clientSecret &&
          form.get('refresh_token') === refreshToken;
        if (!good) return failure(400, 'The request requires a valid refresh token.');
        const { token, seconds } = tokens.give();
        refreshToken = randomUUID();
        const lasting = { expires_in: seconds, refresh_token: refreshToken, refresh_token_expires_in: 7_776_000 };
        return { status: 200, body: { access_token: token, ...lasting, token_type: 'Bearer' } };
      }
      if (!tokens.isGood(headers.authorization?.replace(/^Bearer /, '')))
        return failure(401, 'The request requires a valid access token set in the Authorization request header.');
      if (path === '/v1/people' && method === 'GET') {
        const max = Math.min(Number(query.get('max') ?? 100), options.page ?? 100);
        const start = Number(query.get('start') ?? 0);
        const items = phones.all().map((phone) => person(phone, query.get('callingData') === 'true'));
        const more = start + max < items.length;
        const link = `<${url}/v1/people?callingData=${query.get('callingData')}&max=${max}&start=${start + max}>; rel="next"`;
        return {
          status: 200,
          body: { notFoundIds: [], items: items.slice(start, start + max) },
          headers: more ? { link } : {},
        };
      }
      const [, id, feature] = /^\/v1\/people\/([^/]+)\/features\/(callForwarding|doNotDisturb)$/.exec(path) ?? [];
      const phone = id && phones.byId(decodeURIComponent(id));
      if (!phone) return failure(404, 'The requested resource could not be found.');
      if (feature === 'doNotDisturb') {
        if (method === 'GET') return { status: 200, body: { enabled: phone.doNotDisturb, ringSplashEnabled: false } };
        const { enabled = phone.doNotDisturb } = (body ?? {}) as Record<string, unknown>;
        if (typeof enabled !== 'boolean') return failure(400, 'enabled is no boolean.');
        phones.set(phone.id, { doNotDisturb: enabled });
        return { status: 204 };
      }
      if (method === 'GET') return { status: 200, body: forwarding(phone, rings.get(phone.id) ?? 3) };
      const wish = ((body ?? {}) as { callForwarding?: Record<string, Wish> }).callForwarding ?? {};
      const change: Partial<Record<'always' | 'busy' | 'unanswered', Slot>> = {};
      for (const [name, slot] of [
        ['always', 'always'],
        ['busy', 'busy'],
        ['noAnswer', 'unanswered'],
      ] as const) {
        const wanted = wish[name];
        if (!wanted) continue;
        const { enabled = phone[slot].on, destination = phone[slot].to } = wanted;
        if (enabled && !destination) return failure(400, `A destination is needed for ${name}.`);
        change[slot] = { on: enabled, to: destination };
        if (wanted.numberOfRings !== undefined) rings.set(phone.id, wanted.numberOfRings);
      }
      phones.set(phone.id, change);
      return { status: 204 };
    },
  );
  return { ...standIn, refreshToken: () => refreshToken };
}

interface Wish {
  enabled?: boolean;
  destination?: string;
  numberOfRings?: number;
}

function person({ id, extension }: Phone, callingData: boolean) {
  return {
    ...{ id, emails: [`user${extension}@example.com`], displayName: `User ${extension}`, type: 'person', orgId: 'org' },
    ...(callingData && {
      extension,
      locationId: 'location',
      phoneNumbers: [{ type: 'work_extension', value: `8${extension}`, primary: true }],
    }),
  };
}

/** A destination that was never set is left out. */
function forwarding({ always, busy, unanswered }: Phone, numberOfRings: number) {
  const slot = ({ on, to }: Slot) => ({
    enabled: on,
    ...(to ? { destination: to } : {}),
    destinationVoicemailEnabled: false,
  });
  return {
    callForwarding: {
      always: { ...slot(always), ringReminderEnabled: false },
      busy: slot(busy),
      noAnswer: { ...slot(unanswered), numberOfRings, systemMaxNumberOfRings: 20 },
    },
    businessContinuity: { enabled: false, destinationVoicemailEnabled: false },
  };
}

const failure = (status: number, message: string): Reply => ({
  status,
  body: { message, errors: [{ description: message }], trackingId: `ROUTER_${randomUUID()}` },
});
