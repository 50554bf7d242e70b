/**
 * Starts the simulated Microsoft 365 for people to try:
 *   npm run simulate microsoft365 -- [--port 7365] [--users 3] [--redirect http://127.0.0.1:7400/…] [--seed 1] [--well-behaved]
 * It forgets everything when it stops.
 */
import { parseArgs } from 'node:util';
import { tame } from './habits.ts';
import { startMicrosoft365 } from './microsoft365.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '7365' },
    users: { type: 'string', default: '3' },
    redirect: { type: 'string', multiple: true, default: [] },
    seed: { type: 'string', default: '1' },
    'well-behaved': { type: 'boolean', default: false },
  },
});
const cloud = await startMicrosoft365({
  port: Number(values.port),
  seed: Number(values.seed),
  ...(values['well-behaved'] && { habits: tame }),
});
const { world } = cloud;
const tenant = world.addTenant();
const secret = { value: 'simulated-secret', expiresAt: Date.now() + 365 * 86_400_000 };
const application = world.addApplication({ tenantId: tenant.id, redirectUris: values.redirect, secrets: [secret] });
const addresses: string[] = [];
const names = ['Ada Lovelace', 'Grace Hopper', 'Alan Turing', 'Katherine Johnson', 'Edsger Dijkstra', 'Barbara Liskov'];
for (let at = 0; at < Number(values.users); at++) {
  const name = names[at] ?? `User ${at + 1}`;
  const address = `${name.toLowerCase().replaceAll(' ', '.')}@contoso.example`;
  addresses.push(address);
  const { mailbox } = world.addUser({ tenantId: tenant.id, name, address });
  const today = Temporal.Now.plainDateISO();
  mailbox.create(
    { subject: 'Stand-up', start: `${today}T09:00`, end: `${today}T09:15` },
    { recurrence: { pattern: { type: 'daily', interval: 1 }, range: { type: 'noEnd', startDate: today.toString() } } },
  );
  mailbox.create({
    subject: 'Out of office',
    start: `${today.add({ days: 3 })}T00:00`,
    end: `${today.add({ days: 5 })}T00:00`,
    isAllDay: true,
    showAs: 'oof',
  });
}
// As Exchange would by RBAC for Applications: the last one is there to see that it is refused.
application.mailboxScope = addresses.length > 1 ? addresses.slice(0, -1) : addresses;
console.log(`Simulated Microsoft 365: ${cloud.url}/
  sign-in address ${cloud.url}   Graph address ${cloud.url}   (a custom cloud)
  directory (tenant) id ${tenant.id}
  application (client) id ${application.clientId}
  client secret ${secret.value}
  users ${addresses.join(', ')}
  read server-side ${application.mailboxScope.join(', ')}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void cloud.stop().then(() => process.exit(0)));
