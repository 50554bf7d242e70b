/**
 * iCalendar text to components (RFC 5545, 3.1 and 3.4). One pass, linear in the size, and nothing in a text makes it
 * throw: calendars are written by many programs and cut off by many networks. What isn't a content line is passed over.
 */

export interface ContentLine {
  /** Upper case. */
  name: string;
  /** By upper-case name, quotes taken away; null where there are none. */
  parameters: ReadonlyMap<string, string> | null;
  /** As written: text is unescaped by who knows that it is text. */
  value: string;
}

export interface Component {
  /** Upper case. */
  name: string;
  lines: ContentLine[];
  components: Component[];
  /** Where it begins and ends in the text. */
  from: number;
  to: number;
  /** False where the text ended before its END. */
  complete: boolean;
}

const calendars = new Set(['VCALENDAR']);
/** These can't contain one another: where one begins inside another, the other's END is missing. */
const siblings = new Set(['VEVENT', 'VTODO', 'VJOURNAL', 'VFREEBUSY', 'VTIMEZONE']);

/** No honest calendar nests deeper than VCALENDAR, VEVENT, VALARM and something of its own in that. */
const MAX_DEPTH = 16;
/** Characters: the longest honest parameters are a URI and a name. */
const MAX_PARAMETERS = 20_000;

/** @returns a component without a name, whose components are the text's outermost ones */
export function parseComponents(text: string): Component {
  return parse(text, (component, parent) => parent.components.push(component));
}

/**
 * Reads a calendar of any size in memory for one component: `visit` gets each component of a VCALENDAR when it ends, and
 * the returned calendars are without them.
 */
export function visitComponents(text: string, visit: (component: Component) => void): Component[] {
  const root = parse(text, (component, parent) => {
    if (parent.name === 'VCALENDAR') visit(component);
    else parent.components.push(component);
  });
  return root.components.filter((component) => component.name === 'VCALENDAR');
}

/** @param closed what to do with a component that has ended in another one */
function parse(text: string, closed: (component: Component, parent: Component) => void): Component {
  const root: Component = { name: '', lines: [], components: [], from: 0, to: text.length, complete: true };
  const open: Component[] = [root];
  /** Closes the component at `index` and what is open in it. */
  const close = (index: number, to: number, complete: boolean) => {
    while (open.length > index) {
      const component = open.pop()!;
      component.to = to;
      component.complete = complete;
      closed(component, open.at(-1)!);
    }
  };
  for (const { content, from, to } of logicalLines(text)) {
    const line = parseLine(content);
    if (!line) continue;
    if (line.name === 'BEGIN') {
      const name = line.value.trim().toUpperCase();
      const apart = name === 'VCALENDAR' ? calendars : siblings.has(name) ? siblings : null;
      const unclosed = apart ? open.findIndex((component) => apart.has(component.name)) : -1;
      if (unclosed > 0) close(unclosed, from, true);
      if (open.length > MAX_DEPTH) continue;
      open.push({ name, lines: [], components: [], from, to: text.length, complete: false });
    } else if (line.name === 'END') {
      const name = line.value.trim().toUpperCase();
      const index = open.findLastIndex((component) => component.name === name);
      if (index > 0) close(index, to, true);
    } else open.at(-1)!.lines.push(line);
  }
  close(1, text.length, false);
  return root;
}

/** Unfolds: a line break followed by a blank or a tab is no break (3.1). Breaks may be CRLF, LF or CR. */
function* logicalLines(text: string): Generator<{ content: string; from: number; to: number }> {
  const end = text.length;
  const endOfLine = lineEnds(text);
  for (let from = 0; from < end; ) {
    let to = endOfLine(from);
    let next = afterBreak(text, to);
    let content = text.slice(from, to);
    if (isFold(text, next)) {
      const pieces = [content];
      do {
        to = endOfLine(next);
        pieces.push(text.slice(next + 1, to));
        next = afterBreak(text, to);
      } while (isFold(text, next));
      content = pieces.join('');
    }
    if (content !== '') yield { content, from, to: next };
    from = next;
  }
}

/** Asked with growing positions. What was found ahead is kept: a text without any CR is not searched for one again. */
function lineEnds(text: string): (from: number) => number {
  let carriageReturn = -1;
  let lineFeed = -1;
  const next = (character: string, from: number) => {
    const found = text.indexOf(character, from);
    return found < 0 ? text.length : found;
  };
  return (from) => {
    if (carriageReturn < from) carriageReturn = next('\r', from);
    if (lineFeed < from) lineFeed = next('\n', from);
    return Math.min(carriageReturn, lineFeed);
  };
}

/** CR CR LF, left by programs that "mend" line ends twice, is one break: a fold may follow. */
function afterBreak(text: string, end: number): number {
  let after = end;
  while (text.charCodeAt(after) === 13) after++;
  return text.charCodeAt(after) === 10 ? after + 1 : after;
}

function isFold(text: string, start: number): boolean {
  const code = text.charCodeAt(start);
  return code === 32 || code === 9;
}

/** Values of these are dates: a colon more than that belongs to an unquoted TZID, "TZID=(UTC+01:00) Berlin:20260105T…". */
const dateNames = new Set(['DTSTART', 'DTEND', 'DUE', 'RECURRENCE-ID', 'EXDATE', 'RDATE']);

/** name *(";" parameter) ":" value (3.1); null for anything else. */
function parseLine(content: string): ContentLine | null {
  let start = 0;
  // Byte order marks, NULs and blanks before a name.
  while (start < content.length && !isNameCharacter(content.charCodeAt(start))) {
    if (content.charCodeAt(start) > 32 && content.charCodeAt(start) !== 0xfeff) return null;
    start++;
  }
  let end = start;
  while (isNameCharacter(content.charCodeAt(end))) end++;
  const separator = content[end];
  if (end === start || (separator !== ':' && separator !== ';')) return null;
  const name = content.slice(start, end).toUpperCase();
  if (separator === ':') return { name, parameters: null, value: content.slice(end + 1) };
  const valueStart = dateNames.has(name) ? content.lastIndexOf(':') : startOfValue(content, end + 1);
  if (valueStart <= end || valueStart - end > MAX_PARAMETERS) return null;
  return {
    name,
    parameters: parseParameters(content.slice(end + 1, valueStart)),
    value: content.slice(valueStart + 1),
  };
}

/** Letters, digits and the hyphen. */
function isNameCharacter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 45;
}

/** The colon that ends the parameters: the first outside quotes. Where a quote is never closed, the first of all. */
function startOfValue(content: string, from: number): number {
  let colon = content.indexOf(':', from);
  for (let quote = content.indexOf('"', from); quote >= 0 && quote < colon; ) {
    const closing = content.indexOf('"', quote + 1);
    if (closing < 0) break;
    if (closing > colon) colon = content.indexOf(':', closing);
    quote = content.indexOf('"', closing + 1);
  }
  return colon;
}

function parseParameters(text: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const part of text.includes('"') ? splitOutsideQuotes(text) : text.split(';')) {
    const equals = part.indexOf('=');
    if (equals <= 0) continue;
    const value = part
      .slice(equals + 1)
      .trim()
      .replaceAll('"', '');
    // RFC 6868: ^n is a line break, ^' a quote, ^^ a circumflex.
    const unescaped = value.replace(/\^(['n^])/g, (_, code) => (code === 'n' ? '\n' : code === "'" ? '"' : '^'));
    parameters.set(part.slice(0, equals).trim().toUpperCase(), unescaped);
  }
  return parameters;
}

function splitOutsideQuotes(text: string): string[] {
  return text.match(/(?:"[^"]*"|[^;"]|")+/g) ?? [];
}
