import { z } from 'zod';

import type { TokenSet } from './grants.ts';
import type { XaiSandbox } from './sandbox.ts';

/** How the program sets up the SDK: no retries of its own. */
export function sdkOptions(sandbox: XaiSandbox, token = sandbox.apiKey) {
  return { apiKey: token, baseURL: sandbox.apiUrl, maxRetries: 0 };
}

/** Everything that an iterable yields. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/**
 * The text of an answer in one piece.
 * @throws an error with the `status` of a refusal.
 */
export async function ask(sandbox: XaiSandbox, token: string, input = 'Hello'): Promise<string> {
  const { status, body } = await post(
    sandbox,
    '/v1/responses',
    { model: 'grok-4.3', input, store: false },
    token,
  );
  if (status !== 200) throw Object.assign(new Error(body), { status });
  const { output } = answered.parse(JSON.parse(body));
  return output.flatMap(({ content }) => content.map(({ text: said }) => said)).join('');
}

const answered = z.object({
  output: z.array(z.object({ content: z.array(z.object({ text: z.string() })) })),
});

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
