/**
 * Serves the built web client. The list of files is read once at start, so that no request can name anything else;
 * hashed assets may be kept for ever, everything else is asked for again (ETag).
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Context as HttpContext } from 'hono';

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

interface File {
  path: string;
  type: string;
  gzip: string | null;
  etag: string;
  immutable: boolean;
}

/** @param folder may be absent: then every page says how to build it. */
export function webClient(folder: string): (http: HttpContext) => Response | Promise<Response> {
  const files = listFiles(folder);
  const index = files.get('/index.html');
  return async (http) => {
    if (http.req.method !== 'GET' && http.req.method !== 'HEAD') return http.text('Not allowed.', 405);
    if (!index) return http.text('The web client is not built yet: "npm start" builds it.', 503);
    let { pathname } = new URL(http.req.url);
    if (pathname === '/') pathname = '/index.html';
    const file = files.get(pathname);
    if (file) return answer(http, file);
    // Addresses of the client's own pages; a missing script must not become a page.
    const isPage = !path.extname(pathname) || (http.req.header('accept') ?? '').includes('text/html');
    return isPage && !pathname.startsWith('/assets/') ? answer(http, index) : http.text('Not found.', 404);
  };
}

async function answer(http: HttpContext, file: File): Promise<Response> {
  const zipped = file.gzip !== null && /\bgzip\b/.test(http.req.header('accept-encoding') ?? '');
  const etag = zipped ? `${file.etag.slice(0, -1)}-gzip"` : file.etag;
  const headers: Record<string, string> = {
    'content-type': file.type,
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag,
    vary: 'accept-encoding',
  };
  if (http.req.header('if-none-match')?.split(/,\s*/).includes(etag))
    return new Response(null, { status: 304, headers });
  if (zipped) headers['content-encoding'] = 'gzip';
  const body = await fs.promises.readFile(zipped ? file.gzip! : file.path);
  headers['content-length'] = String(body.length);
  return new Response(http.req.method === 'HEAD' ? null : body, { headers });
}

function listFiles(folder: string): Map<string, File> {
  const files = new Map<string, File>();
  if (!fs.existsSync(folder)) return files;
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const full = path.join(entry.parentPath, entry.name);
    const extension = path.extname(entry.name);
    if (!entry.isFile() || extension === '.gz' || extension === '.map') continue;
    const url = `/${path.relative(folder, full).split(path.sep).join('/')}`;
    const digest = createHash('sha256').update(fs.readFileSync(full)).digest('base64url').slice(0, 20);
    files.set(url, {
      path: full,
      type: types[extension] ?? 'application/octet-stream',
      gzip: fs.existsSync(`${full}.gz`) ? `${full}.gz` : null,
      etag: `"${digest}"`,
      immutable: url.startsWith('/assets/'), // Vite puts a hash of the content into these names
    });
  }
  return files;
}
