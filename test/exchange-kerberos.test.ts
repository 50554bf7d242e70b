/** Signing in at Exchange by tickets of Kerberos, from a real KDC; and what is said where that can't be. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Kdc, kerberosPackage, startKdc } from './servers/kerberos.ts';
import { describeWith } from './servers/needs.ts';

const script = path.join(import.meta.dirname, 'sources/exchange-kerberos.ts');
let started = 0;
async function reading(args: string[], environment: Record<string, string> = {}) {
  const env: NodeJS.ProcessEnv = { ...process.env, ...environment };
  // Started at the same time, they must not share a cache.
  if (environment.KRB5CCNAME) env.KRB5CCNAME = `${environment.KRB5CCNAME}-${++started}`;
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], { env, timeout: 60_000 });
  return JSON.parse(stdout) as { folders?: string[]; errorClass?: string; message?: string };
}

describeWith(['kerberos'], 'with a KDC', () => {
  let kdc: Kdc;
  beforeAll(async () => {
    kdc = await startKdc('svc-whenabouts', ['HTTP/mail.contoso.example', 'HTTP/127.0.0.1']);
  }, 60_000);
  afterAll(() => kdc?.stop());

  test('the ticket of the client keytab lets the service account in', { timeout: 60_000 }, async () => {
    const read = await Promise.all([
      reading([kerberosPackage, 'HTTP@mail.contoso.example'], kdc.environment),
      reading([kerberosPackage, 'none'], kdc.environment),
    ]);
    expect(read).toEqual([{ folders: ['Calendar'] }, { folders: ['Calendar'] }]);
  });

  test('a service that the KDC doesn’t know, and a process without a key, are told', { timeout: 60_000 }, async () => {
    const keyless = { ...kdc.environment, KRB5_CLIENT_KTNAME: '/nonexistent', KRB5CCNAME: 'FILE:/nonexistent' };
    const [unknown, without] = await Promise.all([
      reading([kerberosPackage, 'HTTP@elsewhere.example'], kdc.environment),
      reading([kerberosPackage, 'HTTP@mail.contoso.example'], keyless),
    ]);
    expect(unknown.errorClass).toBe('credentials');
    expect(unknown.message).toContain('There is no Kerberos ticket for HTTP@elsewhere.example');
    expect(without.errorClass).toBe('credentials');
    expect(without.message).toContain('There is no Kerberos ticket for HTTP@mail.contoso.example');
  });
});

describe('without npm’s kerberos', () => {
  test('its absence is explained', { timeout: 60_000 }, async () => {
    expect(await reading(['none', 'none'])).toEqual({
      errorClass: 'refused',
      message:
        'Signing in by Kerberos needs the package "kerberos", which isn’t installed: see the guide for Exchange.',
    });
  });
});
