/** What the web client knows of the server's sentences, held against the server: who rewords one sees it here. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inGerman, serverSentences as sentences } from '../../web/src/server-words/german.ts';
import { saidSentences } from './said-sentences.ts';

const server = path.join(import.meta.dirname, '../../server/src');
const sources = fs
  .readdirSync(server, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => fs.readFileSync(path.join(server, name), 'utf8'))
  .join('\n')
  .replaceAll("\\'", "'")
  .replaceAll('\\`', '`');

/** How many sentences the server may say that German doesn't know yet. It only goes down: lower it with every one. */
const untranslated = 4;

describe('the server’s sentences in German', () => {
  it('are all known but the last few, which only become fewer', () => {
    const said = saidSentences(server);
    const missing = said.filter(
      ({ text }) => inGerman(text.replace(/\{(\d+)\}/g, 'Q$1')) === undefined && !isPart(text),
    );
    expect(said.length).toBeGreaterThan(400);
    const list = missing.map(({ file, text }) => `${file}: ${text}`).join('\n');
    expect(missing.length, `Say these in German, in web/src/server-words:\n${list}\n`).toBeLessThanOrEqual(
      untranslated,
    );
  });

  it('are such as the server says', () => {
    const ofZod = /expected|^Invalid/;
    const unknown = sentences
      .map(([english]) => english)
      .filter((english) => !ofZod.test(english))
      .filter((english) => !english.split(/\{\d+\}/).every((part) => part.length < 8 || isSaid(part)));
    expect(unknown).toEqual([]);
  });

  /** Of a sentence that is known as a whole, where variables put it together. */
  function isPart(text: string): boolean {
    const parts = text.split(/\{\d+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    const shape = new RegExp(`^${parts.join('.*')}$`, 's');
    return sentences.some(([english]) => shape.test(english));
  }

  /** Wholly, or in a few pieces that conditions put together. */
  function isSaid(part: string, pieces = 3): boolean {
    if (sources.includes(part) || sources.includes(part.replace(/[).]+$/, ''))) return true;
    const words = part.trim().split(' ');
    return words.some((_, at) => {
      const first = words.slice(0, at).join(' ');
      return at > 0 && pieces > 1 && sources.includes(first) && isSaid(words.slice(at).join(' '), pieces - 1);
    });
  }

  it('keep what differs, and lose nothing of it', () => {
    for (const [english, german] of sentences) {
      const filled = (text: string) => text.replace(/\{(\d+)\}/g, (_, number: string) => `Q${number}`);
      const said = inGerman(filled(english));
      expect(said, english).toBeDefined();
      for (const [gap] of german.matchAll(/\{\d+\}/g)) expect(english, german).toContain(gap);
    }
  });

  it.each([
    ['The phone system did not answer in time.', 'Die Telefonanlage hat nicht rechtzeitig geantwortet.'],
    ['Write a whole number of days from 0 to 90.', 'Schreiben Sie eine ganze Zahl von Tagen von 0 bis 90.'],
    // A reason within a reason.
    [
      'dav.example.com can’t be reached: its certificate has expired.',
      'dav.example.com ist nicht erreichbar: sein Zertifikat ist abgelaufen.',
    ],
    // Several.
    [
      'The Exchange server "Vienna" is in use: 3 accounts are read by it; the settings of "Vienna / Sales".',
      'Der Exchange-Server „Vienna“ wird gebraucht: 3 Konten werden darüber gelesen; die Einstellungen von „Vienna / Sales“.',
    ],
    // One sentence after the other.
    [
      'dav.example.com accepted the sign-in. The connection is not encrypted: others can read the password.',
      'dav.example.com hat die Anmeldung angenommen. Die Verbindung ist nicht verschlüsselt: andere können das Passwort lesen.',
    ],
    [
      'Sign-in is blocked. Ended: 2 sessions, 0 API tokens, 1 identity of sign-in providers.',
      'Die Anmeldung ist gesperrt. Beendet: 2 Sitzungen, 0 API-Token, 1 Identität bei Identitätsanbietern.',
    ],
    ['line 7 has the same e-mail address already.', 'Zeile 7 hat schon dieselbe E-Mail-Adresse.'],
    [
      'ada@example.com belongs to Ada Admin, who was made by hand. Users of other origin are never touched.',
      'ada@example.com gehört Ada Admin, von Hand angelegt. Benutzer anderer Herkunft bleiben immer unberührt.',
    ],
    [
      'The language "fr" is neither German nor English and is left out. Extension 201 is left out: it belongs to Ada.',
      'Die Sprache „fr“ ist weder Deutsch noch Englisch und bleibt weg. Die Nebenstelle 201 bleibt weg: sie gehört Ada.',
    ],
    ['3 calendars found: Work, Home and 1 more.', '3 Kalender gefunden: Work, Home und 1 weitere.'],
    ['The answer of dav.example.com can’t be read: it is empty.', 'Die Antwort von dav.example.com ist leer.'],
    [
      '0900 5 123456 is a premium or shared-cost number.',
      '0900 5 123456 ist eine Mehrwertnummer oder eine mit geteilten Kosten.',
    ],
    [
      'The mobile number is left out: 030 12 is not a number in DE. Write it as on a business card, with + or its area code.',
      'Die Mobilnummer bleibt weg: 030 12 ist in DE keine Nummer. Schreiben Sie sie wie auf einer Visitenkarte, mit + oder ihrer Vorwahl.',
    ],
    [
      'dav.example.com/a/ has moved to dav.example.com/b/. The calendars are looked for again.',
      'dav.example.com/a/ ist nach dav.example.com/b/ umgezogen. Die Kalender werden neu gesucht.',
    ],
    [
      'This API token lacks the scope "read:settings" or "manage:settings".',
      'Diesem API-Token fehlt das Recht "read:settings" oder "manage:settings".',
    ],
  ])('%s', (english, german) => expect(inGerman(english)).toBe(german));

  it.each(['Nobody has ever said this.', 'The server answers. Nobody has ever said this.', ''])(
    'are none where a part is unknown: %s',
    (text) => expect(inGerman(text)).toBeUndefined(),
  );
});
