/**
 * The built console, at /console. Every path below it that is no file answers the same page, which finds its way by
 * the path itself. Files have a hash in their names and may be kept for ever; the page may not be kept at all.
 *
 * The page may run scripts and styles of this server only, and nothing that is written into it: whatever a payload or a
 * name contains, it cannot run. Mantine writes style elements, so those carry a nonce that is new with every answer.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Settings } from '../../config.js';
import { PosthornError } from '../../errors.js';

export type PortalSettings = Pick<Settings, 'portalLogoUrl' | 'portalFrameAncestors'>;

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** Fonts are compressed already. */
const COMPRESSED = new Set(['.js', '.css', '.svg']);
const YEAR_SECONDS = 31_536_000;
const NONCE_PLACEHOLDER = '__CSP_NONCE__';

const NOT_BUILT = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Posthorn</title></head>
<body><h1>The console is not built</h1>
<p>Run <code>npm run build</code> where Posthorn is installed, and reload this page. The API works without it: see <a href="/docs">the reference</a>.</p>
</body></html>
`;

export function installConsole(app: NestFastifyApplication, settings: PortalSettings): void {
  const instance = app.getHttpAdapter().getInstance();
  const folder = consoleFolder();
  const assets = new Assets(folder);

  instance.get('/console/assets/:file', async (request, reply) => {
    const { file } = request.params as { file: string };
    return send(await assets.get(join('assets', basename(file))), request, reply, YEAR_SECONDS);
  });
  instance.get('/console/posthorn.svg', async (request, reply) =>
    send(await assets.get('posthorn.svg'), request, reply, 3_600),
  );
  for (const path of ['/console', '/console/*']) {
    instance.get(path, async (request, reply) => {
      const [, face] = /^\/console\/(portal|catalog)(?:\/|\?|$)/.exec(request.url) ?? [];
      const framedBy = face === 'portal' ? settings.portalFrameAncestors : [];
      return sendPage(reply, folder, face === undefined ? undefined : settings.portalLogoUrl, framedBy ?? []);
    });
  }
}

/** From src/api/console as from dist/src/api/console; found anew each time, so that a build needs no restart. */
function consoleFolder(): string {
  const candidates = ['../../../console/dist', '../../../../console/dist'];
  const found = candidates.map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return found.find((path) => existsSync(path)) ?? found.at(-1)!;
}

/** @param logoUrl an image from elsewhere that the page may show @param framedBy origins that may frame it */
async function sendPage(
  reply: FastifyReply,
  folder: string,
  logoUrl: string | undefined,
  framedBy: string[],
): Promise<FastifyReply> {
  void reply.type('text/html; charset=utf-8').header('cache-control', 'no-store');
  const page = await readFile(join(folder, 'index.html'), 'utf8').catch(() => undefined);
  if (page === undefined) return reply.status(503).send(NOT_BUILT);
  const nonce = randomBytes(16).toString('base64');
  // The older header cannot name origins, and would forbid what the policy allows.
  if (framedBy.length > 0) reply.removeHeader('x-frame-options');
  else void reply.header('x-frame-options', 'DENY');
  return reply
    .header('content-security-policy', contentSecurityPolicy(nonce, framedBy, logoUrl))
    .send(page.replace(NONCE_PLACEHOLDER, nonce));
}

function contentSecurityPolicy(nonce: string, framedBy: string[], logoUrl: string | undefined): string {
  const logo = logoUrl === undefined ? '' : ` ${new URL(logoUrl).origin}`;
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self'${logo}`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors ${framedBy.length > 0 ? framedBy.join(' ') : `'none'`}`,
  ].join('; ');
}

interface Asset {
  type: string;
  bytes: Buffer;
  gzipped: Buffer | undefined;
}

/** Files of a build never change, so each is read and compressed once. */
class Assets {
  private readonly known = new Map<string, Asset>();

  constructor(private readonly folder: string) {}

  /** @throws PosthornError `not_found` */
  async get(path: string): Promise<Asset> {
    const known = this.known.get(path);
    if (known !== undefined) return known;
    const extension = extname(path);
    const type = TYPES[extension];
    const bytes = type && (await readFile(join(this.folder, path)).catch(() => undefined));
    if (!type || !bytes)
      throw new PosthornError('not_found', 'The console has no such file; reload the page.');
    const gzipped = COMPRESSED.has(extension) ? await promisify(gzip)(bytes) : undefined;
    const asset = { type, bytes, gzipped };
    this.known.set(path, asset);
    return asset;
  }
}

function send(
  asset: Asset,
  request: FastifyRequest,
  reply: FastifyReply,
  maxAgeSeconds: number,
): FastifyReply {
  const { type, bytes, gzipped } = asset;
  const immutable = maxAgeSeconds === YEAR_SECONDS ? ', immutable' : '';
  void reply
    .type(type)
    .header('cache-control', `public, max-age=${maxAgeSeconds}${immutable}`)
    .header('vary', 'accept-encoding');
  const accepts = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  if (gzipped === undefined || !accepts) return reply.send(bytes);
  return reply.header('content-encoding', 'gzip').send(gzipped);
}
