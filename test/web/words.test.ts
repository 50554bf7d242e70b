import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const source = path.join(import.meta.dirname, '../../web/src');
const everything = fs.readdirSync(source, { recursive: true, encoding: 'utf8' });
const files = everything.filter((name) => name.endsWith('.tsx'));
const rooms = [...new Set(everything.filter((name) => name.endsWith('.json')).map((name) => path.dirname(name)))];

type Words = { [key: string]: string | Words };

function flatten(words: Words, prefix = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(words))
    if (typeof value === 'string') flat.set(prefix + key, value);
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) flat.set(inner, text);
  return flat;
}

const catalogue = (room: string, language: string) =>
  flatten(JSON.parse(fs.readFileSync(path.join(source, room, `${language}.json`), 'utf8')) as Words);
const placeholders = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map(([all]) => all).sort();

describe('the catalogues of texts', () => {
  it.each(rooms)('%s says the same in English and German', (room) => {
    const [english, german] = [catalogue(room, 'en'), catalogue(room, 'de')];
    expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, text] of english) {
      expect(text.trim(), key).not.toBe('');
      expect(german.get(key)!.trim(), key).not.toBe('');
      expect(placeholders(german.get(key)!), key).toEqual(placeholders(text));
    }
  });

  it('holds every text that is shown: no words stand in the pages themselves', () => {
    const found: string[] = [];
    for (const file of files) {
      const text = fs.readFileSync(path.join(source, file), 'utf8');
      // Words between tags, or as the value of an attribute that is read out or shown.
      for (const [, words] of text.matchAll(/>\s*([A-ZÄÖÜ][a-zäöüß]+(?: [^<>{}\n;=]*)?)\s*</g))
        found.push(`${file}: ${words}`);
      for (const [, words] of text.matchAll(
        /(?:aria-label|title|label|placeholder|description|alt)="([^"]*[A-Za-z]{2}[^"]*)"/g,
      ))
        found.push(`${file}: ${words}`);
    }
    expect(found).toEqual(['shell/brand.tsx: Whenabouts']);
  });
});
