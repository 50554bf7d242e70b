/**
 * Run as a process of its own, because the Kerberos library reads its settings from the environment once: reads the
 * calendars of a mailbox of a simulated Exchange by Kerberos, and prints what came of it as JSON.
 *
 * Arguments: the folder of the package (or "none"), and the service principal (or "none").
 */
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [packageFolder = 'none', servicePrincipal = 'none'] = process.argv.slice(2);
registerHooks({
  resolve: (name, context, next) =>
    name === 'kerberos' && packageFolder !== 'none'
      ? next(pathToFileURL(path.join(packageFolder, 'lib/index.js')).href, context)
      : next(name, context),
});

const { startExchange } = await import('../../simulators/exchange/exchange.ts');
const { tame } = await import('../../simulators/exchange/habits.ts');
const { kerberos } = await import('../../simulators/exchange/sign-in/kerberos.ts');
const { createOutbound } = await import('../../server/src/outbound/client.ts');
const { exchangeClients } = await import('../../server/src/calendars/exchange/clients.ts');
const { findCalendarFolders } = await import('../../server/src/calendars/exchange/operations/find-calendar-folders.ts');

const service = servicePrincipal === 'none' ? 'HTTP@127.0.0.1' : 'HTTP@mail.contoso.example';
const verify = await kerberos(service);
const simulator = await startExchange({
  habits: { ...tame, signIn: ['Negotiate'] },
  ...(verify && { negotiate: verify }),
});
simulator.world.addAccount();
const { address } = simulator.world.addUser({ name: 'Anna', address: 'anna@contoso.example' });
const outbound = createOutbound({ allowedNetworks: ['127.0.0.0/8'] });
const clients = exchangeClients(outbound);
const client = clients.of({
  ...{
    id: 'server',
    name: 'Contoso',
    address: `${simulator.url}/EWS/Exchange.asmx`,
    mailDomain: null,
    authority: null,
  },
  signIn: { kind: 'kerberos', servicePrincipal: servicePrincipal === 'none' ? null : servicePrincipal },
});
try {
  const folders = await findCalendarFolders(client.mailbox(address, AbortSignal.timeout(30_000)));
  console.log(JSON.stringify({ folders: folders.map(({ name }) => name) }));
} catch (error) {
  const { errorClass, message } = error as { errorClass?: string; message: string };
  console.log(JSON.stringify({ errorClass, message }));
} finally {
  clients.close();
  await outbound.close();
  await simulator.stop();
}
