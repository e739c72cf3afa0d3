import type { FastifyRequest } from 'fastify';

import type { TelegramFile } from './chats.ts';

/**
 * The parameters of a request, in any of the four ways that Telegram takes them: query string, URL
 * encoded form, JSON, multipart. A file becomes a `TelegramFile`.
 */
export async function paramsOf(request: FastifyRequest): Promise<Record<string, unknown>> {
  const query = Object.fromEntries(new URL(request.url, 'http://sandbox').searchParams);
  const type = request.headers['content-type'] ?? '';
  if (!Buffer.isBuffer(request.body) || request.body.length === 0) return query;
  if (type.startsWith('application/json')) return { ...query, ...jsonObject(request.body) };
  try {
    const body = new Uint8Array(request.body);
    const form = await new Response(body, { headers: { 'content-type': type } }).formData();
    return { ...query, ...(await fieldsOf(form)) };
  } catch {
    return query;
  }
}

function jsonObject(body: Buffer): object {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** `attach://name` in a field means the file sent as `name`. */
async function fieldsOf(form: FormData): Promise<Record<string, unknown>> {
  const values = new Map<string, unknown>();
  for (const [name, value] of form) {
    values.set(name, typeof value === 'string' ? value : await fileOf(value));
  }
  const attachment = 'attach://';
  for (const [name, value] of values) {
    if (typeof value === 'string' && value.startsWith(attachment)) {
      values.set(name, values.get(value.slice(attachment.length)));
    }
  }
  return Object.fromEntries(values);
}

async function fileOf(file: File): Promise<TelegramFile> {
  const content = new Uint8Array(await file.arrayBuffer());
  return { name: file.name, mime: file.type, bytes: file.size, content };
}
