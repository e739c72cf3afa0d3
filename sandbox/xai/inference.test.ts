import OpenAI from 'openai';
import { expect, test } from 'vitest';

import type { Answerer } from './answerer.ts';
import { refusalOf } from './bodies.ts';
import { XaiSandbox } from './sandbox.ts';
import { ask, collect, post, sdkOptions } from './test-client.ts';

const match = 'POST /v1/responses';
const asked = { model: 'grok-4.3', input: 'Hello' };

test('a refusal strikes once, with the body that xAI was seen to send, and leaves tokens alone', async () => {
  await using sandbox = await XaiSandbox.start();
  const { access_token: token } = sandbox.signIn();
  sandbox.refuse('entitlement');
  const { status, body } = refusalOf('entitlement');
  expect(await post(sandbox, '/v1/responses', asked, token)).toEqual({ status, body });
  expect((await post(sandbox, '/v1/responses', asked, token)).status).toBe(200);
});

test('a stale token is refused as stale although another refusal waits', async () => {
  await using sandbox = await XaiSandbox.start();
  const { access_token: token } = sandbox.signIn();
  sandbox.refuse('quota');
  sandbox.expireAccessTokens();
  await post(sandbox, '/v1/responses', asked, token);
  await post(sandbox, '/v1/responses', asked);
  expect(sandbox.requests.map(({ refusal }) => refusal)).toEqual(['bad-credentials', 'quota']);
});

test('a refusal can be for one credential, one model or one question only', async () => {
  await using sandbox = await XaiSandbox.start();
  const work = sandbox.signIn('work').access_token;
  const home = sandbox.signIn('home').access_token;
  const headers = { 'retry-after': '3' };
  sandbox.refuse('rate-limited', { credential: 'work', times: Infinity, headers });
  sandbox.refuse('safety', { input: 'forbidden' });
  await expect(ask(sandbox, work)).rejects.toMatchObject({ status: 429 });
  const again = new OpenAI(sdkOptions(sandbox, work)).responses.create(asked);
  const limited = await again.catch((error: unknown) => error);
  if (!(limited instanceof OpenAI.RateLimitError)) throw new Error('not limited');
  expect(limited.headers.get('retry-after')).toBe('3');
  expect(await ask(sandbox, home)).toContain('Hello');
  await expect(ask(sandbox, home, 'a forbidden thing')).rejects.toMatchObject({ status: 403 });
  sandbox.behave();
  expect(await ask(sandbox, work)).toContain('Hello');
});

test('respondWith answers with any status, body and headers', async () => {
  await using sandbox = await XaiSandbox.start();
  sandbox.respondWith({ status: 200, body: 'not JSON', headers: { 'content-type': 'text/plain' } });
  expect(await post(sandbox, '/v1/responses', asked)).toEqual({ status: 200, body: 'not JSON' });
});

test('a refusal can come as an event inside a stream that began well', async () => {
  await using sandbox = await XaiSandbox.start();
  sandbox.refuse('safety-event', { afterEvents: 6 });
  const stream = await new OpenAI(sdkOptions(sandbox)).responses.create({ ...asked, stream: true });
  const events = await collect(stream);
  expect(events).toHaveLength(7);
  expect(events.at(-1)).toMatchObject({
    type: 'response.failed',
    response: { error: { code: 'content_policy_violation' } },
  });
  expect(sandbox.requests).toMatchObject([{ outcome: 'refused', refusal: 'safety-event' }]);
});

test('cut-stream: so many events arrive, then the connection is gone', async () => {
  await using sandbox = await XaiSandbox.start();
  sandbox.faults.inject({ match, fault: { kind: 'cut-stream', afterEvents: 6 } });
  const stream = await new OpenAI(sdkOptions(sandbox)).responses.create({ ...asked, stream: true });
  const seen: string[] = [];
  await expect(
    (async () => {
      for await (const { type } of stream) seen.push(type);
    })(),
  ).rejects.toThrow('terminated');
  expect(seen).toHaveLength(6);
  expect(sandbox.requests).toMatchObject([{ outcome: 'cut', fault: 'cut-stream' }]);
});

test('stall-stream: so many events arrive, then nothing until the client hangs up', async () => {
  await using sandbox = await XaiSandbox.start();
  sandbox.faults.inject({ match, fault: { kind: 'stall-stream', afterEvents: 5 } });
  const stream = await new OpenAI(sdkOptions(sandbox)).responses.create({ ...asked, stream: true });
  const stalled = sandbox.waitFor(({ requests }) => requests[0]?.outcome === 'stalled');
  const seen: string[] = [];
  for await (const { type } of stream) {
    seen.push(type);
    if (seen.length < 5) continue;
    await stalled;
    stream.controller.abort();
  }
  expect(seen.at(-1)).toBe('response.output_text.delta');
  await sandbox.waitFor(({ requests }) => requests[0]?.endedAt !== undefined);
});

test.each(['drop-before', 'drop-after'] as const)('%s: no answer at all', async (kind) => {
  await using sandbox = await XaiSandbox.start();
  sandbox.faults.inject({ match, fault: { kind } });
  await expect(post(sandbox, '/v1/responses', asked)).rejects.toThrow('fetch failed');
  expect(sandbox.requests).toMatchObject([{ outcome: 'cut', fault: kind }]);
});

test('a client that hangs up is noted at once, and its answerer is told', async () => {
  const told = Promise.withResolvers<void>();
  // Ends with its client, and not before.
  const endless: Answerer = async function* ({ signal }) {
    yield 'Well';
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    told.resolve();
  };
  await using sandbox = await XaiSandbox.start({ answer: endless });
  const stream = await new OpenAI(sdkOptions(sandbox)).responses.create({ ...asked, stream: true });
  for await (const { type } of stream) if (type === 'response.output_text.delta') break;
  await told.promise;
  await sandbox.waitFor(({ requests }) => requests[0]?.outcome === 'abandoned');
});

test('an answerer that fails is an error of the API, before and inside a stream', async () => {
  await using sandbox = await XaiSandbox.start({
    answer: () => {
      throw new Error('out of order');
    },
  });
  expect((await post(sandbox, '/v1/responses', asked)).status).toBe(500);
  sandbox.answerWith(async function* () {
    yield 'Well';
    throw new Error('out of order');
  });
  const stream = await new OpenAI(sdkOptions(sandbox)).responses.create({ ...asked, stream: true });
  await expect(collect(stream)).rejects.toThrow('invalid tool call');
  expect(sandbox.requests.map(({ outcome }) => outcome)).toEqual(['refused', 'refused']);
});

test('with a chunk delay, an answer comes piece by piece', async () => {
  await using sandbox = await XaiSandbox.start({ chunkDelayMs: 50, answer: () => 'a b c d e f' });
  const beganAtMs = performance.now();
  const stream = await new OpenAI(sdkOptions(sandbox)).responses.create({ ...asked, stream: true });
  let pieces = 0;
  for await (const { type } of stream) if (type === 'response.output_text.delta') pieces += 1;
  expect(pieces).toBe(2);
  // A timer may be early by a millisecond; a busy machine only makes it late.
  expect(performance.now() - beganAtMs).toBeGreaterThan(45);
});

test('three hundred streams at once are answered side by side', async () => {
  const all = 300;
  await using sandbox = await XaiSandbox.start({ answer: ({ text }) => `Hello ${text}` });
  const client = new OpenAI(sdkOptions(sandbox));
  const askAsStream = async (input: string) => {
    const stream = client.responses.stream({ model: 'grok-4.3', input });
    return (await stream.finalResponse()).output_text;
  };
  sandbox.hold('answers');
  const answers = Promise.all(Array.from({ length: all }, (_, at) => askAsStream(`number ${at}`)));
  await sandbox.waitFor(({ inFlight }) => inFlight === all, { timeoutMs: 10_000 });
  sandbox.release('answers');
  expect(await answers).toEqual(Array.from({ length: all }, (_, at) => `Hello number ${at}`));
});
