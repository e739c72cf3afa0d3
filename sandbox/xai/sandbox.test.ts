import OpenAI from 'openai';
import { expect, test } from 'vitest';

import { refusalOf } from './bodies.ts';
import { XaiSandbox } from './sandbox.ts';
import { ask, post, refresh, sdkOptions } from './test-client.ts';
import { TOKEN_MARKER } from './tokens.ts';

test('a stale access token is refused as in the report, and one refresh makes it good again', async () => {
  await using sandbox = await XaiSandbox.start();
  const grant = sandbox.signIn();
  const client = new OpenAI(sdkOptions(sandbox, grant.access_token));
  const stream = client.responses.stream({ model: 'grok-4.3', input: 'Hello' });
  expect((await stream.finalResponse()).output_text).toContain('You said: “Hello”');

  sandbox.expireAccessTokens();
  const asked = { model: 'grok-4.3', input: 'Hello' };
  expect(await post(sandbox, '/v1/responses', asked, grant.access_token)).toEqual({
    status: 403,
    body: '{"code":"The caller does not have permission to execute the specified operation","error":"The OAuth2 access token could not be validated. [WKE=unauthenticated:bad-credentials]"}',
  });

  const { status, body: next } = await refresh(sandbox, grant.refresh_token);
  expect(status).toBe(200);
  expect(next.refresh_token).not.toBe(grant.refresh_token);
  expect(await ask(sandbox, next.access_token ?? '', 'Hello again')).toContain('Hello again');
  expect(sandbox.refreshCalls).toBe(1);
  expect(sandbox.requests.map(({ outcome, refusal }) => refusal ?? outcome)).toEqual([
    'answered',
    'bad-credentials',
    'answered',
  ]);
});

test('an access token ends with its life, and its answer names that life in seconds', async () => {
  let now = Date.UTC(2026, 0, 1);
  const clock = { now: () => now, monotonic: () => now, sleep: () => Promise.resolve() };
  await using sandbox = await XaiSandbox.start({ clock });
  const { access_token: token, expires_in: seconds } = sandbox.signIn();
  expect(seconds).toBe(21_600);
  now += seconds * 1000 - 1;
  expect(await ask(sandbox, token)).toContain('Hello');
  now += 1;
  await expect(ask(sandbox, token)).rejects.toMatchObject({ status: 403 });
});

test('every secret carries the marker, so that a leak is recognised', async () => {
  await using sandbox = await XaiSandbox.start();
  const { access_token: access, refresh_token: refreshing, id_token: id } = sandbox.signIn();
  for (const secret of [access, refreshing, id, sandbox.apiKey, sandbox.addApiKey('other')]) {
    expect(secret).toContain(TOKEN_MARKER);
  }
  expect(access.split('.')).toHaveLength(3);
});

test('the journal knows who asked what, in which conversation, and never a token', async () => {
  await using sandbox = await XaiSandbox.start();
  const { access_token: token } = sandbox.signIn('work');
  await post(
    sandbox,
    '/v1/responses',
    {
      model: 'grok-4.3',
      instructions: 'Be kind.',
      input: [{ role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }],
      prompt_cache_key: 'c1',
      store: false,
    },
    token,
  );
  expect(sandbox.requests).toMatchObject([
    {
      credential: { kind: 'grant', name: 'work', generation: 1 },
      model: 'grok-4.3',
      conversation: 'c1',
      inputs: ['Be kind.', 'Hello'],
      store: false,
      outcome: 'answered',
      status: 200,
    },
  ]);
  const seen = JSON.stringify([sandbox.requests, sandbox.tokenLog, sandbox.families]);
  expect(seen).not.toContain(TOKEN_MARKER);
});

test('waitFor resolves with the change it waits for, and tells what it saw when none comes', async () => {
  await using sandbox = await XaiSandbox.start();
  const two = sandbox.waitFor(({ requestCount }) => requestCount === 2);
  await ask(sandbox, sandbox.apiKey);
  await ask(sandbox, sandbox.apiKey);
  await two;
  await expect(
    sandbox.waitFor(({ refreshCalls }) => refreshCalls === 1, { timeoutMs: 20 }),
  ).rejects.toThrow(/2 inference requests.*api-key default: answered/s);
});

test('requests without, with a wrong and with a foreign credential are told apart', async () => {
  await using sandbox = await XaiSandbox.start();
  const asked = { model: 'grok-4.3', input: 'Hello' };
  const none = await fetch(`${sandbox.apiUrl}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(asked),
  });
  expect(none.status).toBe(401);
  expect(await none.text()).toBe(refusalOf('no-credentials').body);
  const wrong = await post(sandbox, '/v1/responses', asked, 'xai-wrong-key');
  expect(wrong.status).toBe(400);
  expect(wrong.body).toContain('Incorrect API key provided: xa***ey.');
  const foreign = await post(sandbox, '/v1/responses', asked, 'head.payload.signature');
  expect(foreign).toEqual({ status: 403, body: refusalOf('bad-credentials').body });
});

test('the models are listed with prices, aliases and context, to those who may ask', async () => {
  await using sandbox = await XaiSandbox.start();
  const get = (path: string) =>
    fetch(`${sandbox.apiUrl}${path}`, {
      headers: { authorization: `Bearer ${sandbox.apiKey}` },
    });
  expect(await (await get('/models')).json()).toMatchObject({
    object: 'list',
    data: expect.arrayContaining([expect.objectContaining({ id: 'grok-4.3' })]),
  });
  expect(await (await get('/language-models/grok-latest')).json()).toMatchObject({
    id: 'grok-4.7',
    aliases: expect.arrayContaining(['grok-latest']),
    context_length: 500_000,
    prompt_text_token_price: 20_000,
  });
  expect((await get('/models/grok-2')).status).toBe(404);
  expect(await (await get('/api-key')).json()).toMatchObject({ name: 'default' });
  expect((await fetch(`${sandbox.apiUrl}/models`)).status).toBe(401);
});

test('a sandbox closes at once, whatever hangs', async () => {
  const sandbox = await XaiSandbox.start({ tokenDelayMs: 60_000 });
  sandbox.faults.inject({ match: '/v1/responses', fault: { kind: 'hang' } });
  const pending = Promise.allSettled([
    ask(sandbox, sandbox.apiKey),
    refresh(sandbox, sandbox.signIn().refresh_token),
  ]);
  await sandbox.waitFor(({ tokenCalls, inFlight }) => tokenCalls === 1 && inFlight === 1);
  const startedAt = performance.now();
  await sandbox[Symbol.asyncDispose]();
  expect((await pending).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(performance.now() - startedAt).toBeLessThan(2000);
});
