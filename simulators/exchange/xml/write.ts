/** Answers as text, with the prefixes of Exchange, others, or none at all: all mean the same. */
import { type Element, type Namespace, namespaces } from './element.ts';

/** `exchange`: s, m, t as in Microsoft's answers; `none`: each namespace is the default one where it begins. */
export type Prefixes = 'exchange' | 'odd' | 'none';

const prefixes: Record<Exclude<Prefixes, 'none'>, Record<Namespace, string>> = {
  exchange: { soap: 's', messages: 'm', types: 't', errors: 'e' },
  odd: { soap: 'SOAP-ENV', messages: 'ns2', types: 'm', errors: 'x' },
};

export function write(root: Element, style: Prefixes, declaration = true): string {
  const text = style === 'none' ? plain(root, '') : prefixed(root, prefixes[style], new Set());
  return `${declaration ? '<?xml version="1.0" encoding="utf-8"?>' : ''}${text}`;
}

const address = (namespace: string): string => namespaces[namespace as Namespace] ?? namespace;

function prefixed(element: Element, names: Record<string, string>, declared: ReadonlySet<string>): string {
  const prefix = names[element.namespace];
  const isNew = prefix !== undefined && !declared.has(element.namespace);
  const inside = isNew ? new Set([...declared, element.namespace]) : declared;
  const attributes = `${isNew ? ` xmlns:${prefix}="${address(element.namespace)}"` : ''}${written(element.attributes)}`;
  const within = escaped(element.text) + element.children.map((each) => prefixed(each, names, inside)).join('');
  return tag(prefix ? `${prefix}:${element.name}` : element.name, attributes, within);
}

function plain(element: Element, around: string): string {
  const attributes = `${element.namespace === around ? '' : ` xmlns="${address(element.namespace)}"`}${written(element.attributes)}`;
  const within = escaped(element.text) + element.children.map((each) => plain(each, element.namespace)).join('');
  return tag(element.name, attributes, within);
}

const tag = (name: string, attributes: string, within: string): string =>
  within ? `<${name}${attributes}>${within}</${name}>` : `<${name}${attributes}/>`;

const written = (attributes: Record<string, string>): string =>
  Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(value).replaceAll('"', '&quot;').replaceAll('\n', '&#10;')}"`)
    .join('');

/** What XML 1.0 can't hold is sent as a reference all the same, as Exchange does. */
const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, (letter) => `&#x${letter.charCodeAt(0).toString(16).toUpperCase()};`);
