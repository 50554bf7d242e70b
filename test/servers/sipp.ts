/** Phones and callers for tests by sipp (Debian: sip-tester), with scenarios of our own. */
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freeUdpPort } from './asterisk.ts';

/** Null when sipp is there, else why not. */
export function sippMissing(): string | null {
  return fs.existsSync('/usr/bin/sipp') ? null : 'sipp is missing (apt-get install sip-tester).';
}

export interface Phones {
  /** Calls `number` by a real INVITE, as `from`; resolves with who answered, or the SIP status that refused the call. */
  placeCall(number: string, from?: string): Promise<string>;
  /** The same, and the two go on talking until the phone system ends it. Resolves when it is over. */
  talk(number: string, from: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts every phone of the lab at once: one sipp that answers all calls and notes whom each was for. */
export async function startPhones(lab: {
  sipPort: number;
  phonesPort: number;
  busyPort: number;
  silentPort: number;
}): Promise<Phones> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-sipp-'));
  fs.writeFileSync(path.join(folder, 'phone.xml'), phone);
  fs.writeFileSync(path.join(folder, 'caller.xml'), caller);
  const rings = path.join(folder, 'rings.log');
  const common = ['-i', '127.0.0.1', '-nostdin', '-trace_logs'];
  fs.writeFileSync(path.join(folder, 'busy.xml'), busyPhone);
  fs.writeFileSync(path.join(folder, 'silent.xml'), silentPhone);
  fs.writeFileSync(path.join(folder, 'talker.xml'), talker);
  const callees = (
    [
      ['phone.xml', rings, lab.phonesPort],
      ['busy.xml', path.join(folder, 'busy.log'), lab.busyPort],
      ['silent.xml', path.join(folder, 'silent.log'), lab.silentPort],
    ] as const
  ).map(([scenario, log, port]) =>
    spawn('sipp', ['-sf', scenario, ...common, '-log_file', log, '-p', String(port)], {
      cwd: folder,
      stdio: 'ignore',
    }),
  );
  const talking = new Set<ChildProcess>();
  let calls = 0;

  async function placeCall(number: string, from = '999'): Promise<string> {
    const id = `call-${++calls}`;
    const log = path.join(folder, `${id}.log`);
    const before = readLines(rings).length;
    const code = await exitCode(
      spawn(
        'sipp',
        [`127.0.0.1:${lab.sipPort}`, '-sf', 'caller.xml', ...common, '-log_file', log, '-m', '1', '-s', number]
          .concat(['-key', 'from', from, '-p', String(await freeUdpPort()), '-timeout', '12s'])
          .concat(['-cid_str', `${id}-%u-%p@%s`]),
        { cwd: folder, stdio: 'ignore' },
      ),
    );
    const refused = readLines(log).find((line) => line.startsWith('refused '));
    if (refused) return refused.slice('refused '.length);
    if (code !== 0) return `no answer (sipp ended with ${code})`;
    const deadline = Date.now() + 500;
    while (readLines(rings).length === before && Date.now() < deadline) await delay(20);
    return readLines(rings).at(before) ?? 'answered by the phone system itself';
  }

  return {
    placeCall,
    async talk(number, from) {
      const args = [`127.0.0.1:${lab.sipPort}`, '-sf', 'talker.xml', ...common, '-m', '1', '-s', number];
      const child = spawn('sipp', args.concat(['-key', 'from', from, '-p', String(await freeUdpPort())]), {
        cwd: folder,
        stdio: 'ignore',
      });
      talking.add(child);
      await exitCode(child);
      talking.delete(child);
    },
    async stop() {
      for (const child of [...callees, ...talking]) {
        child.kill('SIGKILL');
        await exitCode(child);
      }
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

function readLines(file: string): string[] {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
}

function exitCode(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', resolve));
}

const sdp = `v=0
o=phone 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000`;

const answer = (status: string, extra = '') => `<send><![CDATA[

SIP/2.0 ${status}
[last_Via:]
[last_From:]
[last_To:];tag=[pid]phone[call_number]
[last_Call-ID:]
[last_CSeq:]
[last_Record-Route:]
Contact: <sip:[local_ip]:[local_port]>
${extra || 'Content-Length: 0\n'}
]]></send>`;

const phone = `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="phones that answer">
<recv request="INVITE"><action>
<ereg regexp="sip:([^@]*)@" search_in="msg" occurrence="1" check_it="true" assign_to="uri,user"/>
<log message="[$user]"/>
</action></recv>
<Reference variables="uri"/>
${answer('180 Ringing')}
${answer('200 OK', `Content-Type: application/sdp\nContent-Length: [len]\n\n${sdp}\n`)}
<recv request="ACK"/>
<recv request="BYE"/>
${answer('200 OK')}
</scenario>
`;

const busyPhone = `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="a phone that is busy">
<recv request="INVITE"/>
${answer('486 Busy Here')}
<recv request="ACK"/>
</scenario>
`;

const silentPhone = `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="a phone that nobody answers">
<recv request="INVITE"/>
${answer('180 Ringing')}
<recv request="CANCEL"/>
${answer('200 OK')}
</scenario>
`;

const request = (method: string, sequence: number, rest: string) => `
${method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:[from]@[local_ip]:[local_port]>;tag=[pid]caller[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>${method === 'INVITE' ? '' : '[peer_tag_param]'}
Call-ID: [call_id]
CSeq: ${sequence} ${method}
Contact: <sip:[from]@[local_ip]:[local_port]>
Max-Forwards: 70
${rest}`;

const refusals = [403, 404, 480, 482, 486, 488, 500, 503, 600, 603];
const callerWith = (afterAnswer: string) => `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="a call">
<send retrans="500"><![CDATA[
${request('INVITE', 1, `Content-Type: application/sdp\nContent-Length: [len]\n\n${sdp}`)}
]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
${refusals
  .map(
    (status) =>
      `<recv response="${status}" optional="true" next="refused"><action><log message="refused ${status}"/></action></recv>`,
  )
  .join('\n')}
<recv response="200"/>
<send><![CDATA[
${request('ACK', 1, 'Content-Length: 0\n')}
]]></send>
${afterAnswer}
<label id="end"/>
<nop next="done"/>
<label id="refused"/>
<send><![CDATA[
${request('ACK', 1, 'Content-Length: 0\n')}
]]></send>
<label id="done"/>
</scenario>
`;

const caller = callerWith(`<pause milliseconds="30"/>
<send retrans="500"><![CDATA[
${request('BYE', 2, 'Content-Length: 0\n')}
]]></send>
<recv response="200"/>`);

const talker = callerWith(`<recv request="BYE" timeout="60000"/>
${answer('200 OK')}`);
