/** Starts a simulator for people to try: npm run simulate NAME [-- OPTIONS]. Each tells its options in its main.ts. */
import { existsSync, readdirSync } from 'node:fs';

const folder = new URL('./', import.meta.url);
const names = readdirSync(folder).filter((name) => existsSync(new URL(`${name}/main.ts`, folder)));
const [name = ''] = process.argv.splice(2, 1);
if (names.includes(name)) await import(new URL(`${name}/main.ts`, folder).href);
else {
  console.error(`npm run simulate NAME, where NAME is one of: ${names.join(', ')}.`);
  process.exitCode = 2;
}
