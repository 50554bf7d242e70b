/**
 * The API's documentation as a page: made on the server from the OpenAPI document, without scripts, so that it is
 * readable offline, under our content security policy, and by screen readers.
 */
interface SchemaObject {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, SchemaObject>;
  required?: string[];
  items?: SchemaObject;
  anyOf?: SchemaObject[];
  oneOf?: SchemaObject[];
  allOf?: SchemaObject[];
  additionalProperties?: SchemaObject | boolean;
  example?: unknown;
  examples?: unknown[];
}
interface Content {
  content?: Record<string, { schema?: SchemaObject }>;
  description?: string;
}
interface Operation {
  tags?: string[];
  operationId?: string;
  summary?: string;
  description?: string;
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: SchemaObject }[];
  requestBody?: Content;
  responses?: Record<string, Content>;
  security?: Record<string, string[]>[];
}
export interface OpenApiDocument {
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, SchemaObject> };
}

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{margin:0 auto;max-width:60rem;padding:1rem}
code,pre{font:.9em ui-monospace,monospace}table{border-collapse:collapse;width:100%}
td{overflow-wrap:anywhere}
th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #8884}
article{border-top:2px solid #8886;margin-top:2rem}nav ul{columns:18rem;padding-left:1rem}.m{font-weight:700}
h3{margin-bottom:.3rem;overflow-wrap:anywhere}h4{margin:.8rem 0 .2rem}`;
const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);
const anchor = (text: string) => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');

/** The little Markdown that our descriptions use: paragraphs, lists, `code`. */
function prose(text: string | undefined): string {
  if (!text) return '';
  const inline = (part: string) => escaped(part).replace(/`([^`]+)`/g, '<code>$1</code>');
  return text
    .split(/\n{2,}/)
    .map((block) =>
      block.startsWith('- ')
        ? `<ul>${block
            .split(/\n?^- /m)
            .filter(Boolean)
            .map((item) => `<li>${inline(item)}</li>`)
            .join('')}</ul>`
        : `<p>${inline(block)}</p>`,
    )
    .join('');
}

/** A type in one line; named schemas are links. */
function typeOf(schema: SchemaObject | undefined): string {
  if (!schema) return '';
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return `<a href="#schema-${anchor(name)}">${escaped(name)}</a>`;
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(typeOf).join(' | ');
  if (schema.allOf) return schema.allOf.map(typeOf).join(' &amp; ');
  if (schema.enum) return schema.enum.map((value) => `<code>${escaped(JSON.stringify(value))}</code>`).join(' | ');
  if (schema.const !== undefined) return `<code>${escaped(JSON.stringify(schema.const))}</code>`;
  const type = Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? 'any');
  if (type.startsWith('array')) return `${typeOf(schema.items)}[]${type.slice('array'.length)}`;
  if (schema.properties) return `{ ${Object.keys(schema.properties).map(escaped).join(', ')} }`;
  return escaped(schema.format ? `${type} (${schema.format})` : type);
}

function fields(schema: SchemaObject): string {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return `<p>One of:</p>${choices.map(fields).join('<p>or</p>')}`;
  if (!schema.properties) return `<p>${typeOf(schema)}</p>`;
  const rows = Object.entries(schema.properties).map(([name, field]) => {
    const needed = schema.required?.includes(name) ? '' : ' (optional)';
    const example = field.example ?? field.examples?.[0];
    const shown = example === undefined ? '' : ` Example: <code>${escaped(JSON.stringify(example))}</code>`;
    return `<tr><td><code>${escaped(name)}</code>${needed}</td><td>${typeOf(field)}</td><td>${escaped(field.description ?? '')}${shown}</td></tr>`;
  });
  return `<table><thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

const contentOf = (content: Content | undefined) =>
  Object.entries(content?.content ?? {})
    .map(
      ([type, { schema }]) => `${typeOf(schema)}${type === 'application/json' ? '' : ` <code>${escaped(type)}</code>`}`,
    )
    .join(', ');

/** Which scopes let a token call it; nothing where nobody has to sign in. */
function tokens(security: Operation['security'] = []): string {
  if (security.length === 0) return '';
  const scopes = security.flatMap(({ token = [] }) => token.map((scope) => `<code>${escaped(scope)}</code>`));
  return scopes.length > 0 ? `<p>API token: ${scopes.join(' or ')}.</p>` : '<p>No API token may call this.</p>';
}

function operationOf(path: string, method: string, operation: Operation): string {
  const parameters = (operation.parameters ?? []).map(
    ({ name, in: place, required, description, schema }) =>
      `<tr><td><code>${escaped(name)}</code> (${place}${required ? '' : ', optional'})</td><td>${typeOf(schema)}</td><td>${escaped(description ?? schema?.description ?? '')}</td></tr>`,
  );
  const responses = Object.entries(operation.responses ?? {}).map(
    ([code, response]) =>
      `<tr><td>${escaped(code)}</td><td>${contentOf(response)}</td><td>${escaped(response.description ?? '')}</td></tr>`,
  );
  return `<article id="${anchor(operation.operationId ?? path)}"><h3><span class="m">${method.toUpperCase()}</span> <code>${escaped(path)}</code></h3>
<p><strong>${escaped(operation.summary ?? '')}</strong></p>${prose(operation.description)}${tokens(operation.security)}
${parameters.length > 0 ? `<h4>Parameters</h4><table><tbody>${parameters.join('')}</tbody></table>` : ''}
${operation.requestBody ? `<h4>Request</h4><p>${contentOf(operation.requestBody)}</p>` : ''}
<details><summary>Answers</summary><table><tbody>${responses.join('')}</tbody></table></details></article>`;
}

export function docsPage({ info, paths, components }: OpenApiDocument): string {
  const byTag = new Map<string, { path: string; method: string; operation: Operation }[]>();
  for (const [path, methods] of Object.entries(paths))
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? 'Other';
      byTag.set(tag, [...(byTag.get(tag) ?? []), { path, method, operation }]);
    }
  const contents = [...byTag].map(
    ([tag, list]) =>
      `<h3>${escaped(tag)}</h3><ul>${list.map(({ operation, path }) => `<li><a href="#${anchor(operation.operationId ?? path)}">${escaped(operation.summary ?? path)}</a></li>`).join('')}</ul>`,
  );
  const sections = [...byTag].map(
    ([tag, list]) =>
      `<section><h2>${escaped(tag)}</h2>${list.map(({ path, method, operation }) => operationOf(path, method, operation)).join('')}</section>`,
  );
  const schemas = Object.entries(components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<article id="schema-${anchor(name)}"><h3>${escaped(name)}</h3>${prose(schema.description)}${fields(schema)}</article>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(info.title)} API ${escaped(info.version)}</title><style>${style}</style></head>
<body><header><h1>${escaped(info.title)} API ${escaped(info.version)}</h1>${prose(info.description)}<p>For programs: <a href="/api/openapi.json">openapi.json</a> (OpenAPI 3.1).</p></header>
<nav aria-label="Contents"><h2>Contents</h2>${contents.join('')}</nav><main>${sections.join('')}<section><h2>Schemas</h2>${schemas.join('')}</section></main></body></html>`;
}
