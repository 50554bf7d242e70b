import { ConnectorError } from '../calendars/connector.ts';
import type { Context } from '../context.ts';
import { type HttpSecret, httpSecret, httpSettings } from '../telephony/http/settings.ts';
import { refuseOtherServers, tryHttp } from '../telephony/http/trial.ts';
import { tokensInMemory, tokensInStore } from '../telephony/token-store.ts';
import { checked } from './checked.ts';
import { ApiError } from './errors.ts';
import { type Route, route } from './route.ts';
import { PhoneTrial, PhoneTrialRequest } from './schemas/phone-trial.ts';

export function phoneTrialRoutes({ store, secrets, outbound }: Context): Route[] {
  /** The stored secret, with the tokens it has given. @throws ApiError */
  async function stored(id: string, settings: unknown) {
    const system = await store.db
      .selectFrom('phone_system')
      .select(['kind', 'settings', 'secret'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (!system) throw new ApiError('notFound', 'There is no such phone system.');
    if (system.kind !== 'http')
      throw new ApiError('invalid', 'Only HTTP phone systems can be tried out like this.', { field: 'phoneSystemId' });
    if (system.secret === null) return { secret: { kind: 'none' } as HttpSecret, tokens: tokensInMemory() };
    try {
      refuseOtherServers(system.settings, settings);
    } catch (error) {
      if (error instanceof ConnectorError) throw new ApiError('invalid', error.message, { field: 'secret' });
      throw error;
    }
    const secret = httpSecret.parse(JSON.parse(secrets.open(system.secret, id)));
    return { secret, tokens: tokensInStore(store.db, secrets, id) };
  }

  return [
    route({
      access: 'administrator',
      tag: 'Telephony',
      method: 'post',
      path: '/phone-systems/try',
      operation: 'tryPhoneSystem',
      summary: 'Try settings of an HTTP phone system on one extension',
      description:
        'Nothing is saved, and nothing is written to a phone: the requests that read are sent, and shown with what came back and how it was understood. Where the settings say how, a token is got first.',
      body: PhoneTrialRequest,
      answer: PhoneTrial,
      async handle({ body }) {
        const settings = checked(httpSettings, body.settings, 'settings');
        const signIn =
          body.secret !== undefined || body.phoneSystemId === null
            ? { secret: checked(httpSecret, body.secret ?? { kind: 'none' }, 'secret'), tokens: tokensInMemory() }
            : await stored(body.phoneSystemId, settings);
        if (signIn.secret.kind === 'refresh' && body.secret !== undefined)
          throw new ApiError(
            'invalid',
            'A refresh token may be good only once: save the phone system first (it begins by watching only), then try it.',
            { field: 'secret' },
          );
        try {
          return await tryHttp(outbound, { settings, ...signIn }, body.extension);
        } catch (error) {
          if (error instanceof ConnectorError) throw new ApiError('invalid', error.message, { field: 'secret' });
          throw error;
        }
      },
    }),
  ];
}
