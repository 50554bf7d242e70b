/** Certificates for servers of tests, by an authority that nobody else trusts. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/**
 * Leaves ca.pem, server.key and server.pem in the folder, good for two days.
 * @param names what the server's certificate is for, as openssl writes it: `DNS:mail.example.com,IP:127.0.0.1`.
 * @throws where there is no openssl.
 */
export function makeCertificates(folder: string, names: string): { ca: string; key: string; certificate: string } {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...ec, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Company CA', '-days', '2');
  openssl('req', ...ec, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=server');
  fs.writeFileSync(path.join(folder, 'names'), `subjectAltName=${names}`);
  openssl(
    ...['x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...['-out', 'server.pem', '-days', '2', '-extfile', 'names'],
  );
  const read = (name: string) => fs.readFileSync(path.join(folder, name), 'utf8');
  return { ca: read('ca.pem'), key: read('server.key'), certificate: read('server.pem') };
}
