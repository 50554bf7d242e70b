import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Wrong usage: told with a hint to --help, exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** `parseArgs` with its complaints as UsageErrors. */
export function parseUsage<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
