/** The command line as its users call it: another process, files and pipes. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const program = path.resolve(import.meta.dirname, '../server/bin/whenabouts.js');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-cli-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

function whenabouts(parameters: string[], input = ''): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [program, ...parameters], { input, encoding: 'utf8', maxBuffer: 2 ** 26 });
}

const ics = [
  'BEGIN:VCALENDAR',
  'BEGIN:VEVENT\r\nUID:daily\r\nDTSTART;TZID=Europe/Berlin:20260105T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=2\r\nSUMMARY:Stand-up\r\nEND:VEVENT',
  'BEGIN:VEVENT\r\nUID:day\r\nDTSTART;VALUE=DATE:20260106\r\nSUMMARY:Away\r\nX-MICROSOFT-CDO-BUSYSTATUS:OOF\r\nEND:VEVENT',
  'BEGIN:VEVENT\r\nUID:float\r\nDTSTART:20260107T090000\r\nEND:VEVENT',
  'BEGIN:VEVENT\r\nUID:broken\r\nDTSTART:soon\r\nEND:VEVENT',
  'END:VCALENDAR',
].join('\r\n');
const file = path.join(folder, 'calendar.ics');
fs.writeFileSync(file, ics);
const january = ['--from', '2026-01-01', '--to', '2026-02-01', '--zone', 'Europe/Berlin'];

describe('whenabouts agenda', () => {
  it('prints JSON, and what it had to skip beside it', () => {
    const { status, stdout, stderr } = whenabouts(['agenda', file, ...january, '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([
      {
        uid: 'daily',
        recurrenceId: '2026-01-05T08:00:00Z',
        start: '2026-01-05T08:00:00Z',
        end: '2026-01-05T09:00:00Z',
        allDay: false,
        title: 'Stand-up',
        showAs: 'busy',
      },
      {
        uid: 'day',
        recurrenceId: null,
        start: '2026-01-06',
        end: '2026-01-07',
        allDay: true,
        title: 'Away',
        showAs: 'outOfOffice',
      },
      { uid: 'daily', recurrenceId: '2026-01-06T08:00:00Z' },
      { uid: 'float', start: '2026-01-07T08:00:00Z', floating: true },
    ]);
    expect(stderr).toContain('skipped broken: DTSTART "soon" is not a date.');
  });

  it('reads a file that Outlook saved as UTF-16', () => {
    const saved = path.join(folder, 'saved.ics');
    fs.writeFileSync(saved, `\ufeff${ics.replace('Stand-up', 'Frühstück')}`, 'utf16le');
    expect(whenabouts(['agenda', saved, ...january]).stdout).toContain('09:00-10:00  Frühstück');
  });

  it('prints an agenda to read, also from a pipe', () => {
    const { stdout } = whenabouts(['agenda', '-', ...january], ics);
    expect(stdout.split('\n')[0]).toBe('2026-01-05  09:00-10:00  Stand-up');
  });

  it.each([
    [['agenda'], 2, 'Name one iCalendar file.'],
    [['agenda', file], 2, '--from is missing'],
    [['agenda', file, '--from', 'x', '--to', '2026-02-01'], 2, '--from "x" is not a day'],
    [['agenda', file, ...january, '--zone', 'Mars/Base'], 2, '"Mars/Base" is not a time zone'],
    [['agenda', file, '--frm', '2026-01-01'], 2, "Unknown option '--frm'"],
    [['agenda', path.join(folder, 'none.ics'), ...january], 1, "can't be read"],
    [['agenda', program, ...january], 1, 'not an iCalendar file'],
    [['dance'], 2, 'there is no command "dance"'],
    [[], 2, 'Usage:'],
  ])('%j exits with %i and says why', (parameters, status, message) => {
    const result = whenabouts(parameters);
    expect(result.stderr).toContain(message);
    expect(result.status).toBe(status);
  });

  it.each([['--help'], ['agenda', '--help'], ['expand', '--help']])('%s helps', (...parameters) => {
    expect(whenabouts(parameters)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('whenabouts') as string,
    });
  });
});

describe('whenabouts expand', () => {
  it('answers line by line, also what it can’t answer', () => {
    const cases = [
      '{"id":"rule","rrules":["FREQ=DAILY;COUNT=2"],"dtstart":"2026-01-05T09:00:00","tzid":"Europe/Berlin"}',
      '{"id":"days","rrules":["FREQ=DAILY"],"dtstart":"2026-01-05","valueType":"DATE","tzid":null,"take":1}',
      JSON.stringify({
        id: 'calendar',
        ics,
        window: { from: '2026-01-06', to: '2026-01-07', localTo: 'event', overlap: true },
      }),
      'nonsense',
      '{"id":"wrong","rrules":["FREQ=NEVER"],"dtstart":"2026-01-05","valueType":"DATE"}',
      '{"id":"none","rrules":["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"],"dtstart":"2026-01-05T09:00:00","tzid":"floating"}',
    ];
    const { status, stdout } = whenabouts(['expand'], `\ufeff${cases.join('\n')}`);
    expect(status).toBe(0);
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(answers).toMatchObject([
      { id: 'rule', starts: ['2026-01-05T08:00:00Z', '2026-01-06T08:00:00Z'] },
      { id: 'days', starts: ['2026-01-05'] },
      { id: 'calendar', starts: ['2026-01-06', '2026-01-06T08:00:00Z'] },
      { id: null, error: expect.stringContaining('JSON') as string },
      { id: 'wrong', error: 'The rule has no known frequency (FREQ=NEVER).' },
      { id: 'none', starts: [] },
    ]);
  });

  it('answers 1,000 cases in seconds', () => {
    const one = (id: number) =>
      `{"id":${id},"rrules":["FREQ=WEEKLY;BYDAY=MO,WE;COUNT=60"],"dtstart":"2026-01-05T09:00:00","tzid":"America/New_York"}`;
    const began = performance.now();
    const { stdout } = whenabouts(['expand'], Array.from({ length: 1000 }, (_, id) => one(id)).join('\n'));
    expect(stdout.trim().split('\n')).toHaveLength(1000);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
