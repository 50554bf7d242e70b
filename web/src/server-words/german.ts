import { calendars } from './german-calendars.ts';
import { connections } from './german-connections.ts';
import { exchange } from './german-exchange.ts';
import { forms } from './german-forms.ts';
import { httpPhones } from './german-http-phones.ts';
import { imports } from './german-imports.ts';
import { microsoft365 } from './german-microsoft365.ts';
import { organization } from './german-organization.ts';
import { phones } from './german-phones.ts';
import { presence } from './german-presence.ts';
import { refusals } from './german-refusals.ts';
import { replies } from './german-replies.ts';
import { rules } from './german-rules.ts';
import { signIn } from './german-sign-in.ts';

interface Sentence {
  /** Also finds the rest of a text that goes on after this sentence. */
  pattern: RegExp;
  order: number[];
  german: string;
  /** How much of it stands firm: of two that fit, the one that says more is meant. */
  firm: number;
  /** Whether it begins with a gap, which could swallow the beginning of another sentence. */
  open: boolean;
}

/** `{0}` … stand for what differs; `{}` in the English takes the next number. */
function sentence([english, german]: [string, string]): Sentence {
  const order: number[] = [];
  const parts = english.split(/\{(\d+)\}/);
  const source = parts
    .map((part, index) => {
      if (index % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      order.push(Number(part));
      return '(.+?)';
    })
    .join('');
  const firm = parts.filter((_, index) => index % 2 === 0).join('').length;
  return { pattern: new RegExp(`^${source}(?: (.+))?$`, 's'), order, german, firm, open: parts[0] === '' };
}

/** In English and German; `{0}` … stand for what differs. */
export const serverSentences: ReadonlyArray<[string, string]> = [
  ...[
    forms,
    connections,
    calendars,
    phones,
    httpPhones,
    organization,
    presence,
    imports,
    microsoft365,
    exchange,
    refusals,
    replies,
    rules,
    signIn,
  ],
].flatMap((part) => Object.entries(part));

const sentences = serverSentences.map(sentence).sort((a, b) => Number(a.open) - Number(b.open) || b.firm - a.firm);

/** What the server says, in German; undefined where a part of it isn't known. Pure. */
export function inGerman(text: string): string | undefined {
  for (const { pattern, order, german } of sentences) {
    const found = pattern.exec(text.trim());
    if (!found) continue;
    const rest = found[order.length + 1];
    const restInGerman = rest === undefined ? '' : inGerman(rest);
    if (restInGerman === undefined) continue;
    // What stands in a gap may be words of the server itself: a reason within a reason, or several.
    const gap = (number: string) => {
      const value = found[order.indexOf(Number(number)) + 1] ?? '';
      const parts = value.split('; ').map((part) => inGerman(part) ?? part);
      return inGerman(value) ?? parts.join('; ');
    };
    const said = german.replace(/\{(\d+)\}/g, (_, number: string) => gap(number));
    return restInGerman === '' ? said : `${said} ${restInGerman}`;
  }
  return undefined;
}
