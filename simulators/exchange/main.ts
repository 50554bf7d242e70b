/**
 * Starts the simulated Exchange for people to try:
 *   npm run simulate exchange -- [--port 7366] [--users 3] [--seed 1] [--well-behaved | --gromox-like]
 *                                [--key KEY.pem --certificate CERTIFICATE.pem]
 * It forgets everything when it stops.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startExchange } from './exchange.ts';
import { gromoxLike, tame } from './habits.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '7366' },
    users: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    'well-behaved': { type: 'boolean', default: false },
    'gromox-like': { type: 'boolean', default: false },
    key: { type: 'string' },
    certificate: { type: 'string' },
  },
});
const { key, certificate } = values;
if ((key === undefined) !== (certificate === undefined)) throw new Error('--key and --certificate belong together.');
const server = await startExchange({
  port: Number(values.port),
  seed: Number(values.seed),
  ...(values['well-behaved'] && { habits: tame }),
  ...(values['gromox-like'] && { habits: gromoxLike }),
  ...(key && certificate && { tls: { key: readFileSync(key, 'utf8'), cert: readFileSync(certificate, 'utf8') } }),
});
const { world } = server;
const account = world.addAccount({ tokens: new Set(['simulated-token']) });
const names = ['Ada Lovelace', 'Grace Hopper', 'Alan Turing', 'Katherine Johnson', 'Edsger Dijkstra', 'Barbara Liskov'];
const today = Temporal.Now.plainDateISO();
for (let at = 0; at < Number(values.users); at++) {
  const name = names[at] ?? `User ${at + 1}`;
  const address = `${name.toLowerCase().replaceAll(' ', '.')}@contoso.example`;
  const { mailbox } = world.addUser({ name, address });
  const standUp = mailbox.create(
    { subject: 'Stand-up', start: `${today}T09:00`, end: `${today}T09:15` },
    { recurrence: { pattern: { type: 'daily', interval: 1 }, range: { type: 'noEnd', startDate: today.toString() } } },
  );
  mailbox.cancelOccurrence(standUp.number, today.add({ days: 2 }).toString());
  mailbox.create({
    ...{ subject: 'Conference in Tokyo', isAllDay: true, showAs: 'oof', timeZone: 'Tokyo Standard Time' },
    ...{ start: `${today.add({ days: 3 })}T00:00`, end: `${today.add({ days: 5 })}T00:00` },
  });
}
console.log(`Simulated Exchange: ${server.url}/
  EWS address ${server.url}/EWS/Exchange.asmx   mail domain contoso.example
  sign-in ${world.habits.signIn.join(', ')} with ${account.domain}\\${account.name} or ${account.principalName}
  password ${account.password}
  mailboxes ${world.users.map(({ address }) => address).join(', ')}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void server.stop().then(() => process.exit(0)));
