/** What the web client knows of the server's sentences, held against the server: who rewords one sees it here. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inGerman } from '../../web/src/server-words/german.ts';
import { connections } from '../../web/src/server-words/german-connections.ts';
import { forms } from '../../web/src/server-words/german-forms.ts';
import { imports } from '../../web/src/server-words/german-imports.ts';
import { organization } from '../../web/src/server-words/german-organization.ts';
import { phones } from '../../web/src/server-words/german-phones.ts';
import { signIn } from '../../web/src/server-words/german-sign-in.ts';

const sentences = Object.entries({ ...forms, ...connections, ...phones, ...organization, ...imports, ...signIn });
const server = path.join(import.meta.dirname, '../../server/src');
const sources = fs
  .readdirSync(server, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => fs.readFileSync(path.join(server, name), 'utf8'))
  .join('\n')
  .replaceAll("\\'", "'")
  .replaceAll('\\`', '`');

describe('the server’s sentences in German', () => {
  it('are such as the server says', () => {
    const ofZod = /expected|^Invalid/;
    const unknown = sentences
      .map(([english]) => english)
      .filter((english) => !ofZod.test(english))
      .filter((english) => !english.split(/\{\d+\}/).every((part) => part.length < 8 || isSaid(part)));
    expect(unknown).toEqual([]);
  });

  /** Wholly, or in a few pieces that conditions put together. */
  function isSaid(part: string, pieces = 3): boolean {
    if (sources.includes(part)) return true;
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
  ])('%s', (english, german) => expect(inGerman(english)).toBe(german));

  it.each(['Nobody has ever said this.', 'The server answers. Nobody has ever said this.', ''])(
    'are none where a part is unknown: %s',
    (text) => expect(inGerman(text)).toBeUndefined(),
  );
});
