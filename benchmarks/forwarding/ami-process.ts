/** The simulated manager interface in a process of its own, as a phone system is a machine of its own. */
import { startAmi } from '../../simulators/ami/ami.ts';

const simulator = await startAmi({ username: 'whenabouts', password: 'secret' });
process.send!({ port: simulator.port });
process.on('message', (asked) => {
  if (asked === 'counts')
    process.send!({
      forwarded: [...simulator.database.keys()].filter((key) => key.startsWith('CF/')).length,
      actions: [...simulator.asked.values()].reduce((sum, count) => sum + count, 0),
    });
});
process.on('disconnect', () => process.exit(0));
