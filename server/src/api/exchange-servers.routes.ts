import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { certificatesIn } from '../organization/exchange-servers/authority.ts';
import { checkExchangeServer } from '../organization/exchange-servers/check.ts';
import { findExchangeServer } from '../organization/exchange-servers/find.ts';
import { openSecret, openServer, secretState, signInWith } from '../organization/exchange-servers/opened.ts';
import {
  changeServer,
  createServer,
  deleteServer,
  listServers,
  readServer,
  type StoredServer,
} from '../organization/exchange-servers/servers.ts';
import { ApiError } from './errors.ts';
import { type Route, route } from './route.ts';
import { Id } from './schemas/common.ts';
import {
  ExchangeServer,
  ExchangeServerChange,
  ExchangeServerCheck,
  ExchangeServerCheckWishes,
  ExchangeServerList,
  FindExchangeServer,
  FoundExchangeServer,
  NewExchangeServer,
} from './schemas/exchange-servers.ts';

const administrator = { access: 'administrator', tag: 'Accounts' } as const;
const params = z.object({ exchangeServerId: Id });

export function exchangeServerRoutes({ store, secrets, outbound }: Context): Route[] {
  const { db } = store;
  const shown = (server: StoredServer & { accounts: number }) => {
    const { sealed, ...open } = server;
    return { ...open, secret: secretState(secrets, server), certificates: certificatesIn(server.authority) };
  };
  async function read(id: string) {
    const server = (await listServers(db)).find((each) => each.id === id);
    if (!server) throw new ApiError('notFound', 'There is no such Exchange server.');
    return shown(server);
  }
  return [
    route({
      ...administrator,
      access: 'systemReader',
      method: 'get',
      path: '/exchange-servers',
      operation: 'listExchangeServers',
      summary: 'All Exchange servers',
      description: 'From which calendars are read by a service account, for groups whose source is `exchange`.',
      answer: ExchangeServerList,
      handle: async () => ({ exchangeServers: (await listServers(db)).map(shown) }),
    }),
    route({
      ...administrator,
      access: 'systemReader',
      method: 'get',
      path: '/exchange-servers/{exchangeServerId}',
      operation: 'readExchangeServer',
      summary: 'One Exchange server',
      params,
      answer: ExchangeServer,
      handle: ({ params: { exchangeServerId } }) => read(exchangeServerId),
    }),
    route({
      ...administrator,
      method: 'post',
      path: '/exchange-servers',
      operation: 'createExchangeServer',
      summary: 'Add an Exchange server',
      description: 'Saved whether it works or not: `check` tells what is wrong.',
      body: NewExchangeServer,
      status: 201,
      answer: ExchangeServer,
      handle: async ({ viewer, body }) =>
        read(
          await db.transaction().execute((transaction) => createServer(transaction, secrets, actorOf(viewer), body)),
        ),
    }),
    route({
      ...administrator,
      method: 'patch',
      path: '/exchange-servers/{exchangeServerId}',
      operation: 'changeExchangeServer',
      summary: 'Change an Exchange server',
      description: 'Accounts that are read from it are tried again at once.',
      params,
      body: ExchangeServerChange,
      answer: ExchangeServer,
      async handle({ viewer, params: { exchangeServerId }, body }) {
        await db
          .transaction()
          .execute((transaction) => changeServer(transaction, secrets, actorOf(viewer), exchangeServerId, body));
        return read(exchangeServerId);
      },
    }),
    route({
      ...administrator,
      method: 'delete',
      path: '/exchange-servers/{exchangeServerId}',
      operation: 'deleteExchangeServer',
      summary: 'Remove an Exchange server',
      description: 'Refused while accounts or settings use it; the message names them.',
      params,
      answer: null,
      async handle({ viewer, params: { exchangeServerId } }) {
        await db.transaction().execute((transaction) => deleteServer(transaction, actorOf(viewer), exchangeServerId));
        return undefined;
      },
    }),
    route({
      ...administrator,
      method: 'post',
      path: '/exchange-servers/find',
      operation: 'findExchangeServer',
      summary: 'Find the address of an Exchange server',
      description:
        'By Autodiscover, from a mail domain. The sign-in is used where Autodiscover asks for it, and only at hosts of ' +
        'the domain or such as they name over https. Nothing is stored.',
      body: FindExchangeServer,
      answer: FoundExchangeServer,
      async handle({ viewer, body: { serverId, mailDomain, signIn, secret, authority } }) {
        const known = serverId === null ? null : await readServer(db, serverId);
        const sent = secret ?? (known && openSecret(secrets, known));
        const server = { id: '', name: mailDomain, address: null, mailDomain, authority };
        const { email } = await db
          .selectFrom('users')
          .select('email')
          .where('id', '=', viewer.userId)
          .executeTakeFirstOrThrow();
        const account = 'userName' in signIn ? signIn.userName : '';
        const asked = { ...server, signIn: signInWith(signIn, sent) };
        return { address: await findExchangeServer(outbound, asked, [account, email]) };
      },
    }),
    route({
      ...administrator,
      method: 'post',
      path: '/exchange-servers/{exchangeServerId}/check',
      operation: 'checkExchangeServer',
      summary: 'Check an Exchange server',
      description:
        'Its address, the sign-in, that the service account may act for one mailbox, that mailbox’s calendar, and that ' +
        'the server tells of changes. A step that fails may tell the command that mends it.',
      params,
      body: ExchangeServerCheckWishes,
      answer: ExchangeServerCheck,
      async handle({ params: { exchangeServerId }, body: { mailbox } }) {
        const server = openServer(secrets, await readServer(db, exchangeServerId));
        return { steps: await checkExchangeServer(outbound, server, { mailbox, now: Temporal.Now.instant() }) };
      },
    }),
  ];
}
