/**
 * Makes `graph.schema.json` from Microsoft's published metadata of Graph v1.0, so that what the simulator answers is
 * held against Microsoft's words and not against ours:
 *
 *   node generate.ts v1.0-Prod.csdl COMMIT
 *
 * The file is `schemas/v1.0-Prod.csdl` of github.com/microsoftgraph/msgraph-metadata (MIT). Taken are the types named
 * below with everything that their properties reach; navigation properties are allowed and looked into no further than
 * the types taken already. CSDL: OData 4.01, "Common Schema Definition Language XML Representation".
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { SaxesParser } from 'saxes';

const roots = [
  'event',
  'calendar',
  'calendarGroup',
  'calendarPermission',
  'mailboxSettings',
  'presence',
  'subscription',
  'changeNotification',
  'scheduleInformation',
  'convertIdResult',
];

interface Property {
  name: string;
  type: string;
  nullable: boolean;
  navigation: boolean;
}
interface CsdlType {
  base: string | null;
  open: boolean;
  abstract: boolean;
  properties: Property[];
  /** Of an enumeration: its members; null for anything else. */
  members: string[] | null;
  flags: boolean;
}
type JsonSchema = Record<string, unknown>;

function readCsdl(text: string): Map<string, CsdlType> {
  const types = new Map<string, CsdlType>();
  const parser = new SaxesParser();
  let namespace = '';
  let current: CsdlType | null = null;
  parser.on('opentag', ({ name, attributes: attribute }) => {
    const { Name = '', Type = '' } = attribute;
    if (name === 'Schema') namespace = attribute.Namespace ?? '';
    if (namespace !== 'microsoft.graph') return;
    if (name === 'EntityType' || name === 'ComplexType' || name === 'EnumType') {
      current = {
        base: attribute.BaseType?.replace(/^graph\./, '') ?? null,
        open: attribute.OpenType === 'true',
        abstract: attribute.Abstract === 'true',
        properties: [],
        members: name === 'EnumType' ? [] : null,
        flags: attribute.IsFlags === 'true',
      };
      types.set(Name, current);
    } else if (name === 'Property' || name === 'NavigationProperty')
      current?.properties.push({
        name: Name,
        type: Type,
        nullable: attribute.Nullable !== 'false',
        navigation: name === 'NavigationProperty',
      });
    else if (name === 'Member') current?.members?.push(Name);
  });
  parser.on('closetag', ({ name }) => {
    if (name === 'EntityType' || name === 'ComplexType' || name === 'EnumType') current = null;
  });
  parser.write(text).close();
  return types;
}

/** The type in `Collection(graph.event)`, and whether it is one. */
function elementOf(type: string): { element: string; collection: boolean } {
  const [, element] = /^Collection\((.*)\)$/.exec(type) ?? [];
  return { element: element ?? type, collection: element !== undefined };
}

/** JSON forms of primitive types: OData 4.01 JSON Format, 7.1. */
const primitives: Record<string, JsonSchema> = {
  'Edm.String': { type: 'string' },
  'Edm.Boolean': { type: 'boolean' },
  'Edm.Int16': { type: 'integer', minimum: -32_768, maximum: 32_767 },
  'Edm.Int32': { type: 'integer', minimum: -2_147_483_648, maximum: 2_147_483_647 },
  'Edm.Int64': { type: 'integer' },
  'Edm.Byte': { type: 'integer', minimum: 0, maximum: 255 },
  'Edm.Double': { anyOf: [{ type: 'number' }, { enum: ['INF', '-INF', 'NaN'] }] },
  'Edm.Single': { anyOf: [{ type: 'number' }, { enum: ['INF', '-INF', 'NaN'] }] },
  'Edm.Guid': { type: 'string', pattern: '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$' },
  'Edm.Date': { type: 'string', pattern: '^-?\\d{4}-\\d\\d-\\d\\d$' },
  'Edm.TimeOfDay': { type: 'string', pattern: '^([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{1,12})?)?$' },
  'Edm.Duration': { type: 'string', pattern: '^-?P(\\d+D)?(T(\\d+H)?(\\d+M)?(\\d+(\\.\\d+)?S)?)?$' },
  'Edm.DateTimeOffset': {
    type: 'string',
    pattern: '^-?\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,12})?)?(Z|[+-]\\d\\d:\\d\\d)$',
  },
  'Edm.Binary': { type: 'string', pattern: '^[A-Za-z0-9+/_-]*={0,2}$' },
  'Edm.Stream': {},
};

/** The types that the roots need, by name; derived types come with the base that a property names. */
function closure(types: ReadonlyMap<string, CsdlType>): Set<string> {
  const needed = new Set<string>();
  const open = [...roots];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const type = types.get(name);
    if (needed.has(name)) continue;
    if (!type) throw new Error(`There is no type ${name} in the metadata.`);
    needed.add(name);
    if (type.base) open.push(type.base);
    for (const property of type.properties) {
      const { element } = elementOf(property.type);
      if (!property.navigation && element.startsWith('graph.')) open.push(element.slice('graph.'.length));
    }
    // "entity" is the base of everything: only what somebody names is taken of those.
    if (name !== 'entity' && name !== 'outlookItem')
      for (const [other, { base }] of types) if (base === name) open.push(other);
  }
  return needed;
}

function schemaOf(name: string, types: ReadonlyMap<string, CsdlType>, needed: ReadonlySet<string>): JsonSchema {
  const type = types.get(name)!;
  if (type.members) {
    if (!type.flags) return { enum: type.members };
    const member = `(${type.members.join('|')})`;
    return { type: 'string', pattern: `^${member}(,\\s?${member})*$` };
  }
  const properties: JsonSchema = {};
  for (let at: CsdlType | undefined = type; at; at = at.base ? types.get(at.base) : undefined)
    for (const property of at.properties) properties[property.name] = schemaOfProperty(property, needed);
  const derived = [...needed].filter((other) => types.get(other)!.base === name);
  const own: JsonSchema = {
    type: 'object',
    properties,
    // Annotations: @odata.type, calendar@odata.associationLink, @removed …
    patternProperties: { '@': {} },
    // An open type may say more. Only where the metadata names nothing is that allowed here: "event" is open too, and
    // a misspelt property is what this is to find.
    additionalProperties: type.open && type.properties.length === 0,
  };
  if (derived.length === 0 || name === 'entity' || name === 'outlookItem') return own;
  const others = derived.map((other) => ({ $ref: `#/$defs/${other}` }));
  return { anyOf: type.abstract ? others : [own, ...others] };
}

function schemaOfProperty({ type, nullable, navigation }: Property, needed: ReadonlySet<string>): JsonSchema {
  const { element, collection } = elementOf(type);
  const single = schemaOfElement(element, needed, navigation);
  if (collection) return { type: 'array', items: nullable ? orNull(single) : single };
  return nullable ? orNull(single) : single;
}

function schemaOfElement(element: string, needed: ReadonlySet<string>, navigation: boolean): JsonSchema {
  if (!element.startsWith('graph.')) {
    const primitive = primitives[element];
    if (!primitive) throw new Error(`${element} has no JSON form here.`);
    return primitive;
  }
  const name = element.slice('graph.'.length);
  if (needed.has(name)) return { $ref: `#/$defs/${name}` };
  if (navigation) return {};
  throw new Error(`${name} is reached and wasn't taken.`);
}

const orNull = (schema: JsonSchema): JsonSchema =>
  Object.keys(schema).length === 0 ? schema : { anyOf: [schema, { type: 'null' }] };

const [path, commit] = process.argv.slice(2);
if (!path || !commit) throw new Error('node generate.ts v1.0-Prod.csdl COMMIT');
const types = readCsdl(readFileSync(path, 'utf8'));
const needed = closure(types);
const sorted = [...needed].sort();
const schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $comment: `Made by generate.ts from schemas/v1.0-Prod.csdl of github.com/microsoftgraph/msgraph-metadata at ${commit}. Copyright (c) Microsoft Graph, MIT License (LICENSE).`,
  $defs: Object.fromEntries(sorted.map((name) => [name, schemaOf(name, types, needed)])),
};
writeFileSync(new URL('./graph.schema.json', import.meta.url), `${JSON.stringify(schema, null, 1)}\n`);
process.stdout.write(`${sorted.length} types\n`);
