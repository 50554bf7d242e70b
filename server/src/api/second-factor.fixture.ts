/** People who sign in with a second factor, on a whole server. */
import { expect } from 'vitest';
import { password, type TestServer } from '../../../test/api-client.ts';
import { codeOfStep, fromBase32, stepAt } from '../organization/sign-in/totp.ts';

/** What their app shows now, or `steps` half minutes later. */
export const codeNow = (secret: string, steps = 0) =>
  codeOfStep(fromBase32(secret), stepAt(Temporal.Now.instant()) + steps);

/** @param server once it is started. */
export function peopleOf(server: () => TestServer) {
  const signIn = (email: string, more: object = {}, person = server().anybody()) =>
    person.call('POST', '/session', { email, password, ...more });
  /** Each code works once: the one before is made forgotten, as if half a minute had gone. */
  const forgetSteps = (userId: string) =>
    server()
      .server.context.store.db.updateTable('second_factor')
      .set({ last_step: 0 })
      .where('user_id', '=', userId)
      .execute();
  async function withFactor(name: string, role?: 'user' | 'administrator') {
    const person = await server().newUser(name, role);
    const { secret } = (await person.call('POST', '/me/second-factor')).body;
    const confirmed = await person.call('POST', '/me/second-factor/confirm', { code: codeNow(secret) });
    expect(confirmed.status).toBe(200);
    await forgetSteps(person.id);
    return { person, secret: secret as string, recoveryCodes: confirmed.body.recoveryCodes as string[] };
  }
  return { signIn, forgetSteps, withFactor };
}
