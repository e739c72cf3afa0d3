import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { refusalKindSchema } from '../../sandbox/xai/bodies.ts';
import { XaiSandbox } from '../../sandbox/xai/sandbox.ts';
import { Asking, question, ScriptedTokens } from './grok-harness.ts';

let xai: XaiSandbox;

beforeAll(async () => {
  xai = await XaiSandbox.start();
});
beforeEach(() => xai.behave());
afterAll(async () => {
  await xai[Symbol.asyncDispose]();
});

const history = [
  { prompt: 'one', answer: 'I' },
  { prompt: 'two', answer: 'II' },
  { prompt: 'three', answer: 'III' },
];

describe.each(['responses', 'chat'] as const)('an answer over the %s API', (api) => {
  const asking = (tokens = new ScriptedTokens([xai.apiKey])) =>
    new Asking(xai.apiUrl, { api, tokens });

  it('is the whole text, shown piece by piece, with what it cost', async () => {
    await using ask = asking();
    const answer = await ask.ask();
    expect(answer.text).toContain('How are you?');
    expect(answer).toMatchObject({ model: 'grok-4.3', cut: false });
    expect(answer.responseId).toBeTypeOf('string');
    expect(answer.usage.inputTokens).toBeGreaterThan(0);
    expect(answer.usage.outputTokens).toBeGreaterThan(0);
    expect(answer.usage.costUsdTicks).toBeGreaterThan(0);
    expect(ask.shown.at(-1)).toBe(answer.text);
    expect(ask.shown.length).toBeGreaterThan(1);
    expect(ask.shown.every((text) => answer.text.startsWith(text))).toBe(true);
    expect(ask.tokens.accepted).toEqual([xai.apiKey]);
    expect(ask.failures).toEqual([]);
  });

  it('knows the instructions and the history, and is kept by nobody', async () => {
    await using ask = asking();
    await ask.ask({ history });
    const request = xai.requests.at(-1);
    expect(request?.inputs).toEqual([
      'Be brief.',
      'one',
      'I',
      'two',
      'II',
      'three',
      'III',
      'How are you?',
    ]);
    if (api === 'responses') expect(request?.store).toBe(false);
  });

  it('reads the prefix of the conversation from the cache', async () => {
    await using ask = asking();
    const conversation = `cache-${api}`;
    const first = await ask.ask({ conversation, text: 'a rather long first question' });
    const past = { prompt: 'a rather long first question', answer: first.text };
    const second = await ask.ask({ conversation, history: [past] });
    expect(first.usage.cachedTokens).toBe(0);
    expect(second.usage.cachedTokens).toBe(first.usage.inputTokens);
    expect(xai.requests.at(-1)?.conversation).not.toContain(conversation);
  });

  it('names its sources once each, in order', async () => {
    await using ask = asking();
    const { sources } = await ask.ask({ text: 'sources, please' });
    expect(sources).toEqual([
      { url: 'https://docs.x.ai/docs/models' },
      { url: 'https://docs.x.ai/docs/api-reference' },
    ]);
  });

  it('is marked as cut when it is too long', async () => {
    await using ask = asking();
    const answer = await ask.ask({ text: 'a long one', maxOutputTokens: 10 });
    expect(answer.cut).toBe(true);
    expect(answer.text.length).toBeLessThanOrEqual(40);
  });

  it('comes after one replay with a newer token', async () => {
    const stale = xai.signIn().access_token;
    xai.expireAccessTokens();
    await using ask = asking(new ScriptedTokens([stale, xai.apiKey], ['again']));
    const answer = await ask.ask();
    expect(answer.text).toContain('How are you?');
    expect(ask.tokens.refusals).toEqual([
      { class: 'bad-credentials', status: 403, streamed: false },
    ]);
    expect(ask.tokens.began).toEqual([
      { conversation: question.conversation, model: 'grok-4.3', prompt: question.prompt },
    ]);
    expect(ask.failures).toMatchObject([
      { prompt: 'tg-1-7', class: 'bad-credentials', status: 403, generation: 0 },
    ]);
  });

  it('stays away while no credential can serve', async () => {
    await using ask = asking(new ScriptedTokens([xai.apiKey], ['wait']));
    xai.refuse('bad-credentials-slug', { times: 1 });
    await expect(ask.ask()).rejects.toMatchObject({ code: 'CREDENTIAL_WAIT' });
  });

  it('is not asked for without end, whatever is advised', async () => {
    await using ask = asking(new ScriptedTokens([xai.apiKey], Array(100).fill('again')));
    xai.refuse('bad-credentials', { times: 100 });
    const before = xai.requestCount;
    await expect(ask.ask()).rejects.toMatchObject({ code: 'CREDENTIAL_WAIT' });
    expect(xai.requestCount - before).toBe(8);
  });

  it('comes with half the history when all of it is too long', async () => {
    await using ask = asking();
    xai.refuse('context-too-long', { times: 1 });
    await ask.ask({ history });
    expect(xai.requests.at(-1)?.inputs).toEqual(['Be brief.', 'three', 'III', 'How are you?']);
  });

  it('is given up when half the history is too long as well', async () => {
    await using ask = asking();
    xai.refuse('context-too-long', { times: 2 });
    await expect(ask.ask({ history })).rejects.toMatchObject({ code: 'GROK_CONTEXT_TOO_LONG' });
  });

  it('is given up at once when there is no history to leave out', async () => {
    await using ask = asking();
    const before = xai.requestCount;
    xai.refuse('context-too-long', { times: 1 });
    await expect(ask.ask()).rejects.toMatchObject({ code: 'GROK_CONTEXT_TOO_LONG' });
    expect(xai.requestCount - before).toBe(1);
  });

  it('is asked for once more after stale reasoning, and only once', async () => {
    await using ask = asking();
    xai.refuse('stale-reasoning', { times: 1 });
    await ask.ask();
    xai.refuse('stale-reasoning', { times: 2 });
    await expect(ask.ask()).rejects.toMatchObject({ code: 'GROK_STALE_REASONING' });
  });

  const codes = {
    'bad-credentials': 'CREDENTIAL_WAIT',
    'bad-credentials-slug': 'CREDENTIAL_WAIT',
    'no-credentials': 'GROK_NO_CREDENTIALS',
    'invalid-api-key': 'GROK_KEY_INVALID',
    entitlement: 'GROK_ENTITLEMENT',
    'entitlement-event': 'GROK_ENTITLEMENT',
    blocked: 'GROK_ENTITLEMENT',
    quota: 'GROK_QUOTA',
    'free-usage-exhausted': 'GROK_QUOTA',
    'rate-limited': 'GROK_RATE_LIMITED',
    'rate-limited-event': 'GROK_RATE_LIMITED',
    safety: 'GROK_DECLINED',
    'safety-event': 'GROK_DECLINED',
    'context-too-long': 'GROK_CONTEXT_TOO_LONG',
    'stale-reasoning': 'GROK_STALE_REASONING',
    'invalid-request': 'GROK_INVALID_REQUEST',
    'model-unavailable': 'GROK_MODEL_UNAVAILABLE',
    forbidden: 'GROK_FORBIDDEN',
    unavailable: 'GROK_UNAVAILABLE',
    overloaded: 'GROK_UNAVAILABLE',
    'internal-error': 'GROK_UNAVAILABLE',
    html: 'GROK_UNAVAILABLE',
    'error-event': 'GROK_UNAVAILABLE',
  } as const;
  const ofTheCredential = /credentials|key|entitlement|blocked|quota|usage|rate-limited/;

  it.each([...refusalKindSchema.values])('fails with the code for %s', async (kind) => {
    await using ask = asking();
    xai.refuse(kind, { times: 2 });
    const failure: unknown = await ask.ask().catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'BridgeError', code: codes[kind] });
    // Only what concerns the credential is its business.
    expect(ask.tokens.refusals.length).toBe(ofTheCredential.test(kind) ? 1 : 0);
    const told = JSON.stringify([String(failure), ask.failures]);
    expect(told).not.toMatch(/f1692451|xa\*\*\*|SuperGrok at|How are you/);
    expect(told).not.toContain(xai.apiKey);
  });

  it('passes on how long to wait', async () => {
    await using ask = asking();
    xai.refuse('rate-limited', { times: 1 });
    await expect(ask.ask()).rejects.toMatchObject({ retryAfterMs: 60_000 });
    expect(ask.tokens.refusals).toMatchObject([{ retryAfterMs: 60_000 }]);
  });
});
