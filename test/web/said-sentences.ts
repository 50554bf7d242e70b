/** The sentences that the server's source says to people, found in its syntax: what German must know. */
import fs from 'node:fs';
import path from 'node:path';
import { parseSync } from 'vite';

export interface Said {
  /** What differs stands as {0}, {1} …; a condition inside gives one sentence for each way. */
  text: string;
  /** Below server/src. */
  file: string;
}

interface Node {
  type: string;
  [key: string]: unknown;
}

/** What is told to programmers and at a terminal, which speak English; and mail, which is in its owner's language. */
const unseenFiles =
  /^(cli[./]|store\/|start\.ts|main\.ts|environment\.ts|organization\/as-code\/|organization\/sample-company\/|automatic-replies\/absence\.ts|api\/(docs|openapi|route|scopes|static)\.ts)|\.(test|fixture)\.ts$|-oracle\.ts$/;
const unseenProperties = new Set(['description', 'summary', 'example', 'title', 'pattern']);
const unseenCalls = /(^|\.)(log|console|logger)\.|\.(openapi|describe|meta)$|^super$|^(sql|RegExp|createHash)/;

/** A sentence: begins like one, ends like one, and has at least two words. */
const isSentence = (text: string) =>
  /^["{A-Z0-9]/.test(text) && /[.?!…]$/.test(text) && /\w\S* \S*\w/.test(text.replace(/\{\d+\}/g, ''));

export function saidSentences(folder: string): Said[] {
  const said = fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => name.endsWith('.ts') && !unseenFiles.test(name))
    .sort()
    .flatMap((file) => inFile(file, fs.readFileSync(path.join(folder, file), 'utf8')).map((text) => ({ text, file })));
  return said.filter(({ text }, index) => said.findIndex((other) => other.text === text) === index);
}

function inFile(file: string, source: string): string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const one of value) visit(one);
      return;
    }
    if (value === null || typeof value !== 'object') return;
    const node = value as Node;
    if (isUnseen(node, source)) return;
    const texts = textsOf(node);
    if (texts) {
      found.push(...texts.map(numbered).filter(isSentence));
      // What stands in a gap is a sentence of its own where it is one.
      if (node.type === 'TemplateLiteral') visit(node.expressions);
      return;
    }
    for (const [key, child] of Object.entries(node)) if (key !== 'type') visit(child);
  };
  visit(parseSync(file, source).program);
  return found;
}

function isUnseen(node: Node, source: string): boolean {
  const textOf = (inner: unknown) => source.slice((inner as { start: number }).start, (inner as { end: number }).end);
  if (node.type === 'CallExpression') return unseenCalls.test(textOf(node.callee));
  if (node.type === 'TaggedTemplateExpression') return true;
  if (node.type === 'NewExpression') return /^(Error|RangeError|TypeError)$/.test(textOf(node.callee));
  if (node.type === 'Property') return unseenProperties.has(textOf(node.key));
  return /^(Import|Export(All|Named).*From|TS(Type|Interface|Literal))/.test(node.type);
}

const gap = '\u0000';
const numbered = (text: string) => {
  let next = 0;
  return text.replaceAll(gap, () => `{${next++}}`).trim();
};

/** Every text that the expression may come to, with `gap` for what isn't known; undefined for what is no text. */
function textsOf(node: Node): string[] | undefined {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? [node.value] : undefined;
    case 'TemplateLiteral': {
      const quasis = node.quasis as Array<{ value: { cooked: string } }>;
      const expressions = node.expressions as Node[];
      return quasis.reduce<string[]>(
        (texts, { value }, index) => {
          const inner = index === 0 ? [''] : (waysOf(expressions[index - 1]!) ?? [gap]);
          return texts.flatMap((text) => inner.map((one) => `${text}${one}${value.cooked}`)).slice(0, 12);
        },
        [''],
      );
    }
    case 'BinaryExpression': {
      if (node.operator !== '+') return undefined;
      const [left, right] = [textsOf(node.left as Node), textsOf(node.right as Node)];
      if (!left && !right) return undefined;
      return (left ?? [gap]).flatMap((one) => (right ?? [gap]).map((two) => one + two));
    }
    default:
      return undefined;
  }
}

/** A condition between texts: each of them. */
function waysOf(node: Node): string[] | undefined {
  if (node.type === 'ConditionalExpression') {
    const ways = [node.consequent as Node, node.alternate as Node].map((one) => waysOf(one) ?? [gap]);
    return ways.flat();
  }
  return textsOf(node);
}
