/** The server: reads the environment, starts the roles this process has, says where it listens, stops cleanly. */
import { readEnvironment } from './environment.ts';
import { log } from './log.ts';
import { type StartedServer, startServer } from './start.ts';

// A process that has lost its way must not go on writing: leases run out, another one or the next start takes over.
function die(error: unknown): void {
  log.fatal({ err: error }, 'Something nobody expected happened; the server ends.');
  process.exit(1);
}
process.on('uncaughtException', die);
process.on('unhandledRejection', die);

let server: StartedServer;
try {
  server = await startServer(readEnvironment(process.env), log, console.log);
} catch (error) {
  console.error(`Whenabouts could not start. ${error instanceof Error ? error.message : String(error)}`);
  log.debug({ err: error }, 'Start failed.');
  process.exit(1);
}

let stoppingSince: number | null = null;
async function stop(signal: string): Promise<void> {
  if (stoppingSince !== null) {
    // Asked again: at once. But Ctrl-C reaches us from the terminal and again from the process that started us.
    if (performance.now() - stoppingSince > 1_000) process.exit(1);
    return;
  }
  stoppingSince = performance.now();
  log.info({ signal }, 'Stopping.');
  setTimeout(() => process.exit(1), 20_000).unref();
  await server.stop();
  process.exit(0);
}
process.on('SIGINT', () => void stop('SIGINT'));
process.on('SIGTERM', () => void stop('SIGTERM'));
process.on('SIGHUP', () => void stop('SIGHUP'));

if (server.api) console.log(`Whenabouts is ready: ${server.api.publicUrl}`);
else console.log('Whenabouts is ready; this process serves no pages (WHENABOUTS_ROLES).');
if (server.setupUrl)
  console.log(
    `\nNobody administers it yet. Open this link to set it up; it works once, until the next start:\n\n  ${server.setupUrl}\n`,
  );
