/** Debian's vdirsyncer doing the same: a CalDAV calendar into a folder, in a configuration of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import type { Radicale } from '../../test/servers/radicale.ts';

export const program = '/usr/bin/vdirsyncer';

export function whyNoVdirsyncer(): string | null {
  return fs.existsSync(program) ? null : 'vdirsyncer is not installed (apt-get install vdirsyncer)';
}

export function vdirsyncer(folder: string, radicale: Radicale, calendarPath: string) {
  fs.mkdirSync(path.join(folder, 'calendar'), { recursive: true });
  const file = path.join(folder, 'config');
  fs.writeFileSync(
    file,
    `[general]\nstatus_path = "${folder}/status/"\n` +
      '[pair p]\na = "local"\nb = "remote"\ncollections = null\nconflict_resolution = "b wins"\n' +
      `[storage local]\ntype = "filesystem"\npath = "${folder}/calendar"\nfileext = ".ics"\n` +
      `[storage remote]\ntype = "caldav"\nurl = "${new URL(calendarPath, radicale.address)}"\n` +
      `username = "${radicale.user}"\npassword = "${radicale.password}"\n`,
  );
  const run = async (...args: string[]) => {
    const child = spawn(program, ['--config', file, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr!.on('data', (part) => {
      said += part;
    });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`vdirsyncer ${args.join(' ')} ended with ${code}: ${said.slice(-1000)}`);
  };
  return {
    discover: () => run('discover'),
    sync: () => run('sync'),
    count: () => fs.readdirSync(path.join(folder, 'calendar')).length,
  };
}
