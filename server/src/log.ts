/** The process's log. Secrets are cut by path here; never log a request's headers or an account's secret in the first place. */
import pino from 'pino';

export const log = pino({
  level: process.env.LOG_LEVEL ?? 'info',
  // An Error under either name is written with its stack; pino knows only `err` by itself.
  serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
  redact: {
    paths: ['password', 'secret', 'token', 'authorization', '*.password', '*.secret', '*.token', '*.authorization'],
    censor: '[secret]',
  },
});
