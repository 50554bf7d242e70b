import { expect, test } from 'vitest';
import { referencesIn, resolveReferences } from './references.ts';

const file = {
  graphApplications: {
    Contoso: {
      credential: { kind: 'certificate', certificate: { env: 'CERTIFICATE' }, privateKey: { file: 'key.pem' } },
    },
  },
  phoneSystems: { Berlin: { settings: { host: { env: 'HOST' } }, secret: { password: { env: 'PASSWORD' } } } },
};

test('secrets stand elsewhere, a certificate’s key among them; what is no secret doesn’t', () => {
  expect(referencesIn(file)).toEqual([{ env: 'CERTIFICATE' }, { file: 'key.pem' }, { env: 'PASSWORD' }]);
  const read = (reference: object) => Object.values(reference).join().toLowerCase();
  expect(resolveReferences(file, read)).toEqual({
    graphApplications: {
      Contoso: { credential: { kind: 'certificate', certificate: 'certificate', privateKey: 'key.pem' } },
    },
    phoneSystems: { Berlin: { settings: { host: { env: 'HOST' } }, secret: { password: 'password' } } },
  });
});
