/**
 * A small real Asterisk on loopback for one test file: extensions 101 to 120 without passwords, of which 111 is always busy
 * and 112 never answers; forwarding honoured the way FreePBX does (AstDB CF, CFB, CFU and DND, with its feature codes),
 * AMI for the server under test. Each has folders of its own, can be killed as by kill -9, and started again with or
 * without its database.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import dgram from 'node:dgram';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { asteriskRoot } from './asterisk-root.ts';

export interface AsteriskLab {
  ami: { host: string; port: number; username: string; password: string };
  sipPort: number;
  /** Where the phones (sipp) listen: every call to a phone that answers arrives at the first. */
  phonesPort: number;
  busyPort: number;
  silentPort: number;
  /** Loses what isn't on the disk yet, as a power cut would. */
  kill(): Promise<void>;
  /** @param options.keepDatabase false: it comes back without its AstDB. */
  start(options?: { keepDatabase?: boolean }): Promise<void>;
  stop(): Promise<void>;
}

export async function startAsterisk(): Promise<AsteriskLab> {
  // What a killed test run left behind goes first.
  for (const left of fs.readdirSync(asteriskRoot)) {
    const [, pid] = /^lab-(\d+)-/.exec(left) ?? [];
    if (pid && !fs.existsSync(`/proc/${pid}`))
      fs.rmSync(path.join(asteriskRoot, left), { recursive: true, force: true });
  }
  const name = `lab-${process.pid}-${randomBytes(3).toString('hex')}`;
  const inside = `/${name}`;
  const folder = path.join(asteriskRoot, name);
  const [amiPort, sipPort, phonesPort] = [await freeTcpPort(), await freeUdpPort(), await freeUdpPort()];
  const [busyPort, silentPort] = [await freeUdpPort(), await freeUdpPort()];
  const password = randomBytes(12).toString('hex');
  for (const part of ['etc', 'var', 'db', 'log', 'run', 'spool', 'keys'])
    fs.mkdirSync(path.join(folder, part), { recursive: true });
  const files = configuration({ inside, amiPort, sipPort, phonesPort, busyPort, silentPort, password });
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, 'etc', file), text);

  let child: ChildProcess | null = null;
  const ended = (process: ChildProcess) =>
    process.exitCode !== null || process.signalCode !== null
      ? Promise.resolve()
      : new Promise<void>((resolve) => process.once('exit', () => resolve()));

  let startedAt = 0;
  async function start({ keepDatabase = true } = {}): Promise<void> {
    // CoreStatus tells the time of the start in whole seconds: two starts in one second would look like one.
    await delay(Math.max(0, startedAt + 1_100 - Date.now()));
    startedAt = Date.now();
    if (!keepDatabase) {
      fs.rmSync(path.join(folder, 'db'), { recursive: true, force: true });
      fs.mkdirSync(path.join(folder, 'db'));
    }
    const output = fs.openSync(path.join(folder, 'log/console'), 'a');
    // setpriv: it dies with the test's process, however that ends.
    const command = [
      '--pdeathsig',
      'KILL',
      'chroot',
      asteriskRoot,
      'asterisk',
      '-C',
      `${inside}/etc/asterisk.conf`,
      '-f',
    ];
    const started = spawn('setpriv', command, { stdio: ['ignore', output, output] });
    fs.closeSync(output);
    child = started;
    const deadline = Date.now() + 30_000;
    while (!(await fullyBooted(amiPort, password))) {
      if (started.exitCode !== null || Date.now() > deadline) {
        const log = fs.readFileSync(path.join(folder, 'log/console'), 'utf8').slice(-1_500);
        throw new Error(`Asterisk did not start (exit code ${started.exitCode}):\n${log}`);
      }
      await delay(50);
    }
  }
  async function kill(): Promise<void> {
    child?.kill('SIGKILL');
    if (child) await ended(child);
    child = null;
  }
  await start();
  return {
    ami: { host: '127.0.0.1', port: amiPort, username: 'whenabouts', password },
    sipPort,
    phonesPort,
    busyPort,
    silentPort,
    kill,
    start,
    async stop() {
      await kill();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Places {
  inside: string;
  amiPort: number;
  sipPort: number;
  phonesPort: number;
  busyPort: number;
  silentPort: number;
  password: string;
}

const modules = [
  ...['func_db', 'func_devstate', 'func_callerid', 'func_logic', 'pbx_config', 'app_dial', 'codec_ulaw', 'chan_pjsip'],
  ...['bridge_simple', 'bridge_native_rtp', 'bridge_builtin_features', 'res_sorcery_config', 'res_sorcery_memory'],
  ...['res_sorcery_astdb', 'res_pjproject', 'res_pjsip', 'res_pjsip_session', 'res_pjsip_sdp_rtp', 'res_rtp_asterisk'],
  ...['res_pjsip_caller_id', 'res_pjsip_endpoint_identifier_anonymous', 'res_pjsip_endpoint_identifier_user'],
  ...[
    'res_timing_timerfd',
    'res_manager_devicestate',
    'res_pjsip_outbound_registration',
    'res_pjsip_pubsub',
    'res_pjsip_authenticator_digest',
    'func_presencestate',
    'func_strings',
  ],
];
const extensions = Array.from({ length: 20 }, (_, index) => String(101 + index));

function configuration(places: Places): Record<string, string> {
  const { inside, amiPort, sipPort, phonesPort, password } = places;
  const portOf = (number: string) =>
    number === '111' ? places.busyPort : number === '112' ? places.silentPort : phonesPort;
  return {
    'asterisk.conf': `[directories]
astetcdir => ${inside}/etc
astmoddir => /usr/lib/x86_64-linux-gnu/asterisk/modules
astvarlibdir => ${inside}/var
astdbdir => ${inside}/db
astkeydir => ${inside}/keys
astdatadir => /usr/share/asterisk
astagidir => /usr/share/asterisk/agi-bin
astspooldir => ${inside}/spool
astrundir => ${inside}/run
astlogdir => ${inside}/log
[options]
nocolor = yes
`.replace('x86_64-linux-gnu', multiarch()),
    'modules.conf': `[modules]\nautoload=no\n${modules.map((module) => `load=${module}.so\n`).join('')}`,
    'logger.conf': '[general]\n[logfiles]\nmessages => notice,warning,error\n',
    'manager.conf': `[general]
enabled=yes
port=${amiPort}
bindaddr=127.0.0.1
[whenabouts]
secret=${password}
read=system,call,reporting
write=system,call,reporting,command
`,
    'pjsip.conf': `[transport-udp]
type=transport
protocol=udp
bind=127.0.0.1:${sipPort}
[phone](!)
type=endpoint
context=from-internal
disallow=all
allow=ulaw
direct_media=no
${extensions
  .map(
    (number) =>
      `[${number}](phone)\naors=${number}\n[${number}]\ntype=aor\ncontact=sip:${number}@127.0.0.1:${portOf(number)}\n`,
  )
  .join('')}
[outside](phone)
[anonymous](phone)
`,
    // CF before DND, and do not disturb counts as busy, as in FreePBX. Its feature codes for one's own phone: *72 and *73
    // for CF, *90 and *91 for CFB, *52 and *53 for CFU, *78 and *79 for DND. Only CF and DND have lamps.
    'extensions.conf': `[from-internal]
exten => _1XX,1,Set(FORWARD=\${DB(CF/\${EXTEN})})
 same => n,GotoIf($["\${FORWARD}" != ""]?forward)
 same => n,GotoIf($["\${DB(DND/\${EXTEN})}" = "YES"]?busy)
 same => n,Dial(PJSIP/\${EXTEN},1)
 same => n,GotoIf($["\${DIALSTATUS}" = "BUSY"]?busy)
 same => n,Set(FORWARD=\${DB(CFU/\${EXTEN})})
 same => n,GotoIf($["\${FORWARD}" != ""]?forward)
 same => n,Hangup(19)
 same => n(forward),Goto(from-internal,\${FORWARD},1)
 same => n(busy),Set(FORWARD=\${DB(CFB/\${EXTEN})})
 same => n,GotoIf($["\${FORWARD}" != ""]?forward)
 same => n,Hangup(17)
${[
  ['CF', '72', '73', true],
  ['CFB', '90', '91', false],
  ['CFU', '52', '53', false],
]
  .map(([family, on, off, lamp]) => {
    const lit = (state: string) =>
      lamp ? ` same => n,Set(DEVICE_STATE(Custom:${family}\${CALLERID(num)})=${state})\n` : '';
    return `exten => _*${on}X.,1,Set(DB(${family}/\${CALLERID(num)})=\${EXTEN:3})
${lit('BUSY')} same => n,Answer()
 same => n,Hangup()
exten => *${off},1,NoOp(\${DB_DELETE(${family}/\${CALLERID(num)})})
${lit('NOT_INUSE')} same => n,Answer()
 same => n,Hangup()
`;
  })
  .join('')}exten => *78,1,Set(DB(DND/\${CALLERID(num)})=YES)
 same => n,Set(DEVICE_STATE(Custom:DND\${CALLERID(num)})=BUSY)
 same => n,Answer()
 same => n,Hangup()
exten => *79,1,NoOp(\${DB_DELETE(DND/\${CALLERID(num)})})
 same => n,Set(DEVICE_STATE(Custom:DND\${CALLERID(num)})=NOT_INUSE)
 same => n,Answer()
 same => n,Hangup()
exten => _*1XX,1,Dial(PJSIP/outside/sip:voicemail\${EXTEN:1}@127.0.0.1:${phonesPort},10)
exten => _[2-90]X.,1,Dial(PJSIP/outside/sip:\${EXTEN}@127.0.0.1:${phonesPort},10)
`,
  };
}

function multiarch(): string {
  const lib = path.join(asteriskRoot, 'usr/lib');
  const found = fs.readdirSync(lib).find((name) => fs.existsSync(path.join(lib, name, 'asterisk/modules')));
  if (!found) throw new Error('The Asterisk installation has no modules.');
  return found;
}

/** Logs in by AMI and waits for its FullyBooted event: before that the dialplan may be missing. */
function fullyBooted(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    let text = '';
    const socket = net.connect(port, '127.0.0.1', () =>
      socket.write(`Action: Login\r\nUsername: whenabouts\r\nSecret: ${password}\r\n\r\n`),
    );
    const finish = (booted: boolean) => {
      socket.destroy();
      resolve(booted);
    };
    socket.setTimeout(2_000, () => finish(false));
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
    socket.on('data', (chunk) => {
      text += chunk;
      if (text.includes('Event: FullyBooted')) finish(true);
    });
  });
}

function freeTcpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

export function freeUdpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket('udp4').once('error', reject);
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}
