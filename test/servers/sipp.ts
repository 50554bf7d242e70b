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
  stop(): Promise<void>;
}

/** Starts every phone of the lab at once: one sipp that answers all calls and notes whom each was for. */
export async function startPhones(lab: { sipPort: number; phonesPort: number }): Promise<Phones> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-sipp-'));
  fs.writeFileSync(path.join(folder, 'phone.xml'), phone);
  fs.writeFileSync(path.join(folder, 'caller.xml'), caller);
  const rings = path.join(folder, 'rings.log');
  const common = ['-i', '127.0.0.1', '-nostdin', '-trace_logs'];
  const callee = spawn(
    'sipp',
    ['-sf', 'phone.xml', ...common, '-log_file', rings, '-p', String(lab.phonesPort), '-mp', '0'].slice(0, -2),
    { cwd: folder, stdio: 'ignore' },
  );
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
    async stop() {
      callee.kill('SIGKILL');
      await exitCode(callee);
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
const caller = `<?xml version="1.0" encoding="UTF-8"?>
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
<pause milliseconds="30"/>
<send retrans="500"><![CDATA[
${request('BYE', 2, 'Content-Length: 0\n')}
]]></send>
<recv response="200"/>
<label id="end"/>
<nop next="done"/>
<label id="refused"/>
<send><![CDATA[
${request('ACK', 1, 'Content-Length: 0\n')}
]]></send>
<label id="done"/>
</scenario>
`;
