import OpenAI from 'openai';
import { z } from 'zod';

import type { TokenSet } from './grants.ts';
import type { XaiSandbox } from './sandbox.ts';

/** The SDK as the program uses it: no retries of its own. */
export function openai(sandbox: XaiSandbox, token = sandbox.apiKey): OpenAI {
  return new OpenAI({ apiKey: token, baseURL: sandbox.apiUrl, maxRetries: 0 });
}

/** Everything that an iterable yields. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The text of a streamed answer. */
export async function ask(sandbox: XaiSandbox, token: string, input = 'Hello'): Promise<string> {
  const stream = await openai(sandbox, token).responses.create({
    model: 'grok-4.3',
    input,
    stream: true,
    store: false,
  });
  let text = '';
  for await (const event of stream) {
    if (event.type === 'response.output_text.delta') text += event.delta;
  }
  return text;
}

/** A request as it is, without an SDK between. */
export async function post(
  sandbox: XaiSandbox,
  path: string,
  body: unknown,
  token: string | undefined = sandbox.apiKey,
): Promise<{ status: number; body: string }> {
  const response = await fetch(`${sandbox.authUrl}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: await response.text() };
}

export interface TokenAnswer {
  status: number;
  body: Partial<TokenSet> & { error?: string; error_description?: string };
}

/** One call of the token endpoint. */
export async function callToken(
  sandbox: XaiSandbox,
  form: Record<string, string>,
): Promise<TokenAnswer> {
  const response = await fetch(`${sandbox.authUrl}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: sandbox.clientId, ...form }),
  });
  return { status: response.status, body: tokenAnswer.parse(await response.json()) };
}

export async function refresh(sandbox: XaiSandbox, refreshToken: string): Promise<TokenAnswer> {
  return callToken(sandbox, { grant_type: 'refresh_token', refresh_token: refreshToken });
}

const text = z.string().exactOptional();
const tokenAnswer = z.object({
  access_token: text,
  refresh_token: text,
  id_token: text,
  token_type: z.literal('Bearer').exactOptional(),
  expires_in: z.number().exactOptional(),
  scope: text,
  error: text,
  error_description: text,
});
