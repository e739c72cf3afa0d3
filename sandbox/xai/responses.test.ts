import OpenAI from 'openai';
import { expect, test } from 'vitest';

import { XaiSandbox } from './sandbox.ts';
import { collect, post, sdkOptions } from './test-client.ts';

test('a stream has the events of the Responses API, in order, and ends with the usage', async () => {
  await using sandbox = await XaiSandbox.start();
  const stream = await new OpenAI(sdkOptions(sandbox)).responses.create({
    model: 'grok-4.3',
    input: 'Hello',
    stream: true,
  });
  const events = await collect(stream);
  const types = events.map(({ type }) => type);
  expect(types.filter((type, at) => type !== types[at - 1])).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ]);
  expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, at) => at));
  const deltas = events.filter((event) => event.type === 'response.output_text.delta');
  expect(deltas.length).toBeGreaterThan(3);
  const last = events.at(-1);
  if (last?.type !== 'response.completed') throw new Error('not completed');
  expect(last.response.output).toMatchObject([
    {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: deltas.map(({ delta }) => delta).join('') }],
    },
  ]);
  expect(last.response.usage).toMatchObject({
    input_tokens: 2,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
    cost_in_usd_ticks: expect.any(Number),
  });
});

test("the SDK's own stream helper and the answer in one piece agree with it", async () => {
  await using sandbox = await XaiSandbox.start();
  const client = new OpenAI(sdkOptions(sandbox));
  const streamed = await client.responses
    .stream({ model: 'grok-4.3', input: 'Hello' })
    .finalResponse();
  const whole = await client.responses.create({ model: 'grok-4.3', input: 'Hello' });
  expect(whole.status).toBe('completed');
  expect(whole.output_text).toBe(streamed.output_text);
});

test('an answer shows the memory of the conversation, and its prefix is cached', async () => {
  await using sandbox = await XaiSandbox.start();
  const client = new OpenAI(sdkOptions(sandbox));
  const turn = (input: { role: 'user' | 'assistant'; content: string }[]) =>
    client.responses.create({ model: 'grok-4.3', input, prompt_cache_key: 'c1' });
  const first = await turn([{ role: 'user', content: 'My name is Ada.' }]);
  const second = await turn([
    { role: 'user', content: 'My name is Ada.' },
    { role: 'assistant', content: first.output_text },
    { role: 'user', content: 'Who am I?' },
  ]);
  expect(second.output_text).toContain('This is turn 2. Before that you said: “My name is Ada.”');
  expect(second.usage?.input_tokens_details.cached_tokens).toBe(first.usage?.input_tokens);
});

test('an answer over max_output_tokens ends incomplete, not completed', async () => {
  await using sandbox = await XaiSandbox.start();
  const stream = await new OpenAI(sdkOptions(sandbox)).responses.create({
    model: 'grok-4.3',
    input: 'A long answer, please',
    max_output_tokens: 20,
    stream: true,
  });
  const last = (await collect(stream)).at(-1);
  expect(last).toMatchObject({
    type: 'response.incomplete',
    response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
  });
});

test('sources are cited inline and as annotations', async () => {
  await using sandbox = await XaiSandbox.start();
  const { output } = await new OpenAI(sdkOptions(sandbox)).responses.create({
    model: 'grok-4.3',
    input: 'Name your sources',
  });
  expect(output).toMatchObject([
    { content: [{ annotations: [{ url: 'https://docs.x.ai/docs/models', title: '1' }, {}] }] },
  ]);
});

test.each([
  ['no input', { model: 'grok-4.3' }, 422],
  ['an empty text', { model: 'grok-4.3', input: '' }, 422],
  ['an empty list', { model: 'grok-4.3', input: [] }, 422],
  ['content that is null', { model: 'grok-4.3', input: [{ role: 'user', content: null }] }, 422],
  ['a role of its own', { model: 'grok-4.3', input: [{ role: 'bot', content: 'x' }] }, 422],
  ['no model', { input: 'Hello' }, 422],
  ['an unknown model', { model: 'grok-2', input: 'Hello' }, 404],
  ['no JSON', '{', 400],
])('a request with %s is refused', async (_what, body, status) => {
  await using sandbox = await XaiSandbox.start();
  expect((await post(sandbox, '/v1/responses', body)).status).toBe(status);
});

test('a prompt beyond the context is refused with both numbers', async () => {
  await using sandbox = await XaiSandbox.start({ maxPromptTokens: 100 });
  const { status, body } = await post(sandbox, '/v1/responses', {
    model: 'grok-4.3',
    input: 'x'.repeat(401),
  });
  expect(status).toBe(400);
  expect(body).toContain('maximum prompt length is 100 but the request contains 101 tokens');
});
