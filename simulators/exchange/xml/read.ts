/** Requests as elements. */
import { SaxesParser } from 'saxes';
import { type Element, type Namespace, namespaces } from './element.ts';

const short = new Map(Object.entries(namespaces).map(([name, address]) => [address as string, name as Namespace]));

/** @throws Error with the place, when it isn't well-formed. A document type is refused, as Exchange does. */
export function read(text: string): Element {
  const parser = new SaxesParser({ xmlns: true });
  const root: Element = { namespace: '', name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => {
    throw new Error('For security reasons DTD is prohibited in this XML document.');
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    const element: Element = { namespace: short.get(uri) ?? uri, name: local, attributes: {}, children: [], text: '' };
    for (const attribute of Object.values(attributes))
      if (attribute.prefix !== 'xmlns' && attribute.name !== 'xmlns')
        element.attributes[attribute.prefix ? attribute.name : attribute.local] = attribute.value;
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('text', (part) => {
    open.at(-1)!.text += part;
  });
  parser.on('cdata', (part) => {
    open.at(-1)!.text += part;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  return root.children[0]!;
}
