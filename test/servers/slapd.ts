/**
 * Debian's OpenLDAP server on loopback ports of its own, with a folder of its own: ldap, ldaps and StartTLS with a
 * certificate of an authority made for the test, and a size limit that only paging gets around.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'ldapts';
import { makeCertificates } from './certificates.ts';
import { freePort } from './free-port.ts';
import { programOf } from './programs.ts';

export interface Person {
  uid: string;
  name: string;
  /** Further attributes, such as `telephoneNumber`. */
  attributes?: Record<string, string>;
}

export interface Slapd {
  /** `ldap://127.0.0.1:<port>` */
  address: string;
  secureAddress: string;
  /** Who may read everything, and no more than `sizeLimit` entries without paging. */
  reader: { dn: string; password: string };
  base: string;
  /** The authority that signed its certificate, as PEM. */
  certificateAuthority: string;
  sizeLimit: number;
  dnOf(uid: string): string;
  /** As the directory's own administrator. */
  add(person: Person): Promise<void>;
  remove(uid: string): Promise<void>;
  set(uid: string, attribute: string, value: string | Buffer | null): Promise<void>;
  stop(): Promise<void>;
}

const base = 'ou=people,dc=example,dc=com';
const manager = { dn: 'cn=manager,dc=example,dc=com', password: 'manager' };
const reader = { dn: 'cn=reader,dc=example,dc=com', password: 'read everything' };
const sizeLimit = 100;

/** @throws Error with slapd's own words when it does not come up */
export async function startSlapd(people: readonly Person[]): Promise<Slapd> {
  const program = programOf('slapd');
  if (program === null) throw new Error('slapd is not installed (apt-get install slapd)');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-slapd-'));
  fs.mkdirSync(path.join(folder, 'data'));
  makeCertificates(folder, 'DNS:directory.example.com,IP:127.0.0.1');
  fs.writeFileSync(path.join(folder, 'slapd.conf'), configuration(folder));
  fs.writeFileSync(path.join(folder, 'people.ldif'), ldif(people));
  const inFolder = (...args: string[]) => ['-f', path.join(folder, 'slapd.conf'), ...args];
  execFileSync(path.join(path.dirname(program), 'slapadd'), inFolder('-q', '-l', path.join(folder, 'people.ldif')), {
    stdio: 'pipe',
  });
  const [port, securePort] = [await freePort(), await freePort()];
  const address = `ldap://127.0.0.1:${port}`;
  const secureAddress = `ldaps://127.0.0.1:${securePort}`;
  const child = spawn(program, inFolder('-d', '0', '-h', `${address} ${secureAddress}`), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const ended = once(child, 'exit');
  await answering(port, () => {
    if (child.exitCode !== null) throw new Error(`slapd ended with ${child.exitCode}:\n${said}`);
  });

  const dnOf = (uid: string) => `uid=${uid},${base}`;
  async function asManager(work: (client: Client) => Promise<void>): Promise<void> {
    const client = new Client({ url: address });
    try {
      await client.bind(manager.dn, manager.password);
      await work(client);
    } finally {
      await client.unbind();
    }
  }
  return {
    ...{ address, secureAddress, reader, base, sizeLimit, dnOf },
    certificateAuthority: fs.readFileSync(path.join(folder, 'ca.pem'), 'utf8'),
    add: (person) => asManager((client) => client.add(dnOf(person.uid), attributesOf(person))),
    remove: (uid) => asManager((client) => client.del(dnOf(uid))),
    async set(uid, attribute, value) {
      const { Attribute, Change } = await import('ldapts');
      const modification = new Attribute({
        type: attribute,
        values: value === null ? [] : ([value] as string[] | Buffer[]),
      });
      await asManager((client) => client.modify(dnOf(uid), new Change({ operation: 'replace', modification })));
    },
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      await ended;
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What Active Directory has beside inetOrgPerson, under the numbers that Microsoft gave them. */
const schema = `
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.2.141 NAME 'department' SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP top AUXILIARY MAY ( userAccountControl $ objectGUID $ department ) )
`;

function configuration(folder: string): string {
  fs.writeFileSync(path.join(folder, 'user.schema'), schema);
  const known = ['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`);
  return `${known.join('\n')}
include ${folder}/user.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder}/slapd.pid
TLSCACertificateFile ${folder}/ca.pem
TLSCertificateFile ${folder}/server.pem
TLSCertificateKeyFile ${folder}/server.key
database mdb
suffix "dc=example,dc=com"
rootdn "${manager.dn}"
rootpw ${manager.password}
directory ${folder}/data
index objectClass eq
limits * size.soft=${sizeLimit} size.hard=${sizeLimit} size.prtotal=unlimited
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${reader.dn}" read by * none
`;
}

function attributesOf({ uid, name, attributes = {} }: Person): Record<string, string | string[]> {
  return {
    objectClass: ['inetOrgPerson', 'user'],
    ...{ uid, cn: name, sn: name.split(' ').at(-1)!, displayName: name, mail: `${uid}@example.com` },
    ...attributes,
  };
}

function ldif(people: readonly Person[]): string {
  const entry = (dn: string, attributes: Record<string, string | string[]>) =>
    [
      `dn: ${dn}`,
      ...Object.entries(attributes).flatMap(([name, values]) =>
        [values].flat().map((value) => `${name}:: ${Buffer.from(value).toString('base64')}`),
      ),
    ].join('\n');
  return `${[
    entry('dc=example,dc=com', { objectClass: ['dcObject', 'organization'], dc: 'example', o: 'Example' }),
    entry(reader.dn, { objectClass: ['person'], cn: 'reader', sn: 'reader', userPassword: reader.password }),
    entry(base, { objectClass: ['organizationalUnit'], ou: 'people' }),
    ...people.map((person) => entry(`uid=${person.uid},${base}`, attributesOf(person))),
  ].join('\n\n')}\n`;
}

/** slapd says nothing when it is ready; it listens only then. */
async function answering(port: number, check: () => void): Promise<void> {
  for (const deadline = Date.now() + 20_000; ; await delay(20)) {
    check();
    const socket = net.connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
    if (Date.now() > deadline) throw new Error('slapd does not answer after 20 s.');
  }
}
