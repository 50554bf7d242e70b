/**
 * A stand-in for STARFACE's REST interface, made from the description that its vendor publishes with its examples
 * (docs/phone-systems/starface.md names the source): log-in by nonce, phone numbers, redirects of a user.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  type Phone,
  type Reply,
  type Slot,
  type StandIn,
  type StandInOptions,
  startStandIn,
} from '../http/stand-in.ts';

export const starfaceUser = { username: '0001', password: 'starface-secret' };
const triggers = { ALWAYS: 'always', BUSY: 'busy', TIMEOUT: 'unanswered' } as const;
type Trigger = keyof typeof triggers;

export async function startStarface(options: StandInOptions): Promise<StandIn> {
  const nonces = new Set<string>();
  /** What calls that go to the mailbox are kept as in `to`. */
  const mailbox = (extension: string) => `mailbox:${900 + Number(extension)}`;
  const accountOf = (extension: string) => 1_000 + Number(extension);
  const lastNumbers = new Map<string, string>();

  return startStandIn(options, ({ method, path, body, headers, query }, { phones, tokens }) => {
    if (path === '/rest/login' && method === 'GET') {
      const nonce = randomUUID();
      nonces.add(nonce);
      return { status: 200, body: { loginType: 'Internal', nonce } };
    }
    if (path === '/rest/login' && method === 'POST') {
      const { nonce, secret, loginType } = (body ?? {}) as Record<string, string>;
      const { username, password } = starfaceUser;
      const wanted = `${username}:${sha512(username + nonce + sha512(password))}`;
      // A nonce is good once.
      if (!nonces.delete(nonce ?? '') || secret !== wanted || loginType !== 'Internal')
        return { status: 400, body: { token: '' } };
      return { status: 200, body: { token: tokens.give().token } };
    }
    if (!tokens.isGood(headers.authtoken as string | undefined)) return { status: 401 };
    if (path === '/rest/phonenumbers' && method === 'GET')
      return { status: 200, body: phones.all().map((phone, at) => phoneNumber(phone, at, accountOf(phone.extension))) };

    const account = query.get('actOnBehalfOf');
    const phone = phones.all().find(({ extension }) => String(accountOf(extension)) === account);
    const redirect = (owner: Phone, trigger: Trigger) => {
      const slot: Slot = owner[triggers[trigger]];
      const number = lastNumbers.get(`${owner.id}:${trigger}`) ?? '';
      return {
        ...{ id: `${owner.id}:${trigger}`, enabled: slot.on, phoneNumber: owner.extension, groupNumber: false },
        redirectTrigger: { redirectTriggerType: trigger, ...(trigger === 'TIMEOUT' ? { timeout: 20 } : {}) },
        redirectDestination: slot.to.startsWith('mailbox:')
          ? { redirectDestinationType: 'MAILBOX', mailboxId: slot.to.slice('mailbox:'.length) }
          : { redirectDestinationType: 'PHONENUMBER', phoneNumber: slot.to },
        lastMailboxDestination: {
          redirectDestinationType: 'MAILBOX',
          mailboxId: mailbox(owner.extension).slice('mailbox:'.length),
        },
        lastPhoneNumberDestination: { redirectDestinationType: 'PHONENUMBER', phoneNumber: number },
      };
    };
    if (path === '/rest/redirects' && method === 'GET')
      return phone
        ? {
            status: 200,
            body: (Object.keys(triggers) as Trigger[]).reverse().map((trigger) => redirect(phone, trigger)),
          }
        : { status: 500 };
    const [, id] = /^\/rest\/redirects\/(.+)$/.exec(path) ?? [];
    if (id && phone) {
      const trigger = (Object.keys(triggers) as Trigger[]).find(
        (each) => decodeURIComponent(id) === `${phone.id}:${each}`,
      );
      if (!trigger) return { status: 404 };
      if (method === 'GET') return { status: 200, body: redirect(phone, trigger) };
      if (method === 'PUT') {
        const wanted = (body ?? {}) as ReturnType<typeof redirect>;
        const { redirectDestination: to, redirectTrigger } = wanted;
        const timeout = redirectTrigger as { timeout?: number } | undefined;
        const complete = typeof wanted.enabled === 'boolean' && wanted.id && to && redirectTrigger;
        if (
          !complete ||
          redirectTrigger.redirectTriggerType !== trigger ||
          (trigger === 'TIMEOUT' && timeout?.timeout !== 20)
        )
          return { status: 500 };
        const kept = to.redirectDestinationType === 'MAILBOX' ? `mailbox:${to.mailboxId}` : (to.phoneNumber ?? '');
        if (wanted.enabled && !kept) return { status: 500 };
        if (to.redirectDestinationType === 'PHONENUMBER') lastNumbers.set(wanted.id, to.phoneNumber ?? '');
        phones.set(phone.id, { [triggers[trigger]]: { on: wanted.enabled, to: kept } });
        return { status: 204 };
      }
    }
    return { status: 404 } satisfies Reply;
  });
}

function phoneNumber({ extension }: Phone, id: number, account: number) {
  return {
    ...{ id, number: extension, type: 'INTERNAL', localPrefix: '', nationalPrefix: '', exitCode: '' },
    ...{ assignedUserAccountId: account, assignedGroupAccountId: null, assignedServiceId: null, numberBlockId: 1 },
  };
}

const sha512 = (text: string) => createHash('sha512').update(text).digest('hex');
