import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';

import type { FastifyInstance, FastifyReply } from 'fastify';

const folder = new URL('./assets/', import.meta.url);

/** Nothing but what comes from here, and no script or style within a page. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The scripts, styles and pictures of the pages, at `/assets/NAME`. They tell nothing: they are for everybody. */
export function serveAssets(server: FastifyInstance): void {
  for (const name of readdirSync(folder)) {
    const type = types[extname(name)];
    if (type === undefined) continue;
    const text = readFileSync(new URL(name, folder), 'utf8');
    server.get(`/assets/${name}`, async (_request, reply) =>
      guarded(reply).header('cache-control', 'no-cache').type(type).send(text),
    );
  }
}

/** A page of the folder, by name. */
export function pageText(name: string): string {
  return readFileSync(new URL(`${name}.html`, folder), 'utf8');
}

/** Sends a page, under the policy that all pages are under. */
export async function sendPage(reply: FastifyReply, text: string): Promise<FastifyReply> {
  return guarded(reply)
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(text);
}

/** Headers that keep a page to what it is made of. */
function guarded(reply: FastifyReply): FastifyReply {
  return (
    reply
      .header('content-security-policy', policy)
      .header('x-content-type-options', 'nosniff')
      // Not `no-referrer`: a form would then be sent with the origin `null`.
      .header('referrer-policy', 'same-origin')
      .header('cross-origin-opener-policy', 'same-origin')
      .header('cross-origin-resource-policy', 'same-origin')
  );
}
