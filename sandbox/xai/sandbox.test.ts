import OpenAI from 'openai';
import { expect, test } from 'vitest';

import { refusalOf } from './bodies.ts';
import { XaiSandbox } from './sandbox.ts';

async function ask(sandbox: XaiSandbox, token: string, input: string): Promise<string> {
  const client = new OpenAI({ apiKey: token, baseURL: sandbox.apiUrl, maxRetries: 0 });
  const stream = await client.responses.create({
    model: 'grok-4.3',
    input,
    stream: true,
    store: false,
    prompt_cache_key: 'conversation-1',
  });
  let text = '';
  for await (const event of stream) {
    if (event.type === 'response.output_text.delta') text += event.delta;
  }
  return text;
}

test('a stale access token is refused as in the report, and one refresh makes it good again', async () => {
  await using sandbox = await XaiSandbox.start();
  const grant = sandbox.signIn();
  expect(await ask(sandbox, grant.access_token, 'Hello')).toContain('You said: “Hello”');

  sandbox.expireAccessTokens();
  const refused = await fetch(`${sandbox.apiUrl}/responses`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${grant.access_token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ model: 'grok-4.3', input: 'Hello' }),
  });
  expect(refused.status).toBe(403);
  expect(await refused.text()).toBe(refusalOf('bad-credentials').body);

  const refreshed = await fetch(`${sandbox.authUrl}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: sandbox.clientId,
      refresh_token: grant.refresh_token,
    }),
  });
  expect(refreshed.status).toBe(200);
  // The sandbox's own answer, asserted on below.
  const next = (await refreshed.json()) as { access_token: string; refresh_token: string };
  expect(next.refresh_token).not.toBe(grant.refresh_token);
  expect(await ask(sandbox, next.access_token, 'Hello again')).toContain('Hello again');
  expect(sandbox.refreshCalls).toBe(1);
  expect(sandbox.requests.map(({ outcome }) => outcome)).toEqual([
    'answered',
    'refused',
    'answered',
  ]);
});
