/** $batch: up to 20 requests in one; each is judged alone, answers come in any order. */
import type { Answer, Asked } from '../http.ts';
import { badRequest } from './errors.ts';

interface Part {
  id: string;
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: unknown;
  dependsOn?: string[];
}

const atATime = 4;

export async function batch(
  asked: Asked,
  version: string,
  carryOut: (part: Asked) => Promise<Answer>,
  random: () => number,
): Promise<Answer> {
  let parts: Part[];
  try {
    parts = (JSON.parse(asked.body) as { requests: Part[] }).requests;
  } catch {
    return badRequest('Invalid batch payload format.');
  }
  if (!Array.isArray(parts) || parts.length === 0) return badRequest('A batch has at least one request.');
  if (parts.length > 20) return badRequest('The number of requests in a batch is limited to 20.');
  if (new Set(parts.map(({ id }) => id)).size < parts.length) return badRequest('Request ids must be unique.');
  const depending = parts.filter(({ dependsOn }) => dependsOn?.length);
  if (depending.length > 0 && depending.length < parts.length - 1)
    return badRequest('Either all requests of a batch depend on another or none.');

  const done = new Map<string, Answer>();
  const one = async (part: Part): Promise<void> => {
    const failed = part.dependsOn?.some((id) => (done.get(id)?.status ?? 500) >= 400);
    done.set(
      part.id,
      failed ? { status: 424, body: failedDependency } : await carryOut(requestOf(part, asked, version)),
    );
  };
  if (depending.length > 0) for (const part of parts) await one(part);
  else {
    const queue = [...parts];
    const worker = async () => {
      for (let part = queue.shift(); part; part = queue.shift()) await one(part);
    };
    await Promise.all(Array.from({ length: atATime }, worker));
  }
  const responses = parts
    .map(({ id }) => ({ id, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ id }) => {
      const { status, headers = {}, body } = done.get(id)!;
      return { id, status, headers: { 'Content-Type': 'application/json', ...named(headers) }, body };
    });
  return { status: 200, body: { responses } };
}

function requestOf({ method, url, headers = {}, body }: Part, asked: Asked, version: string): Asked {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    method,
    url: new URL(`${version}${url.startsWith('/') ? '' : '/'}${url}`, 'http://graph'),
    headers: { authorization: asked.headers.authorization ?? '', ...lower },
    body: body === undefined ? '' : JSON.stringify(body),
  };
}

/** Inside a batch headers are written as Graph writes them: Retry-After. */
const named = (headers: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.replace(/(^|-)[a-z]/g, (part) => part.toUpperCase()), value]),
  );

const failedDependency = {
  error: { code: 'FailedDependency', message: 'A request that this one depends on has failed.' },
};
