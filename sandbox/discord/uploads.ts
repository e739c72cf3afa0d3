import type { FastifyRequest } from 'fastify';

import type { Attachment } from './entities.ts';
import { refusals } from './refusal.ts';
import type { Snowflakes } from './snowflakes.ts';

/** What Discord takes of one file in a guild without boosts. */
const maxFileBytes = 10 * 1024 * 1024;

/** A multipart body: the JSON part, parsed, and the files by their part's name. */
export class Multipart {
  readonly json: unknown;
  readonly files: ReadonlyMap<string, File>;

  constructor(json: unknown, files: ReadonlyMap<string, File>) {
    this.json = json;
    this.files = files;
  }
}

export async function multipartBody(request: FastifyRequest, body: Buffer): Promise<Multipart> {
  const type = request.headers['content-type'] ?? '';
  const form = await formOf(body, type);
  const files = new Map<string, File>();
  let json: unknown = {};
  for (const [name, value] of form) {
    if (typeof value !== 'string') files.set(name, value);
    else if (name === 'payload_json') json = parsed(value);
  }
  return new Multipart(json, files);
}

/** The JSON of a body, with or without files around it. */
export function jsonOf(body: unknown): unknown {
  return body instanceof Multipart ? body.json : body;
}

export async function attachmentsOf(body: unknown, ids: Snowflakes): Promise<Attachment[]> {
  if (!(body instanceof Multipart)) return [];
  const files = [...body.files.values()];
  if (files.some(({ size }) => size > maxFileBytes)) throw refusals.tooLarge();
  return Promise.all(
    files.map(async (file) => ({
      id: ids.next(),
      filename: file.name,
      contentType: file.type === '' ? 'application/octet-stream' : file.type,
      bytes: new Uint8Array(await file.arrayBuffer()),
    })),
  );
}

async function formOf(body: Buffer, type: string): Promise<FormData> {
  try {
    const headers = { 'content-type': type };
    return await new Response(new Uint8Array(body), { headers }).formData();
  } catch {
    throw refusals.unreadable();
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw refusals.unreadable();
  }
}
