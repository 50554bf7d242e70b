/**
 * Starts the simulated phone system:
 *   node simulators/pbx/main.ts [--port 7460] [--extensions 101-112] [--file FILE] [--token TOKEN] [--seed 1] [--well-behaved]
 * Without --file it forgets its phones when it stops.
 */
import { parseArgs } from 'node:util';
import { startPbx } from './pbx.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '7460' },
    extensions: { type: 'string', default: '101-112' },
    file: { type: 'string' },
    token: { type: 'string' },
    seed: { type: 'string', default: '1' },
    'well-behaved': { type: 'boolean', default: false },
  },
});
const [first, last] = values.extensions.split('-').map(Number);
if (!first || !last || last < first || last - first > 10_000)
  throw new Error('--extensions is a range such as 101-112.');

const pbx = await startPbx({
  port: Number(values.port),
  extensions: Array.from({ length: last - first + 1 }, (_, index) => String(first + index)),
  file: values.file ?? null,
  token: values.token ?? null,
  seed: Number(values.seed),
  badHabits: !values['well-behaved'],
});
console.log(`The simulated phone system shows its phones at ${pbx.url}/`);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void pbx.stop().then(() => process.exit(0)));
