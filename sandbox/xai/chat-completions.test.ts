import OpenAI from 'openai';
import { expect, test } from 'vitest';

import { XaiSandbox } from './sandbox.ts';
import { collect, post, sdkOptions } from './test-client.ts';

const messages = [
  { role: 'system' as const, content: 'Be kind.' },
  { role: 'user' as const, content: 'Hello' },
];

test('a stream ends with a finish reason, the usage and [DONE]', async () => {
  await using sandbox = await XaiSandbox.start();
  const stream = await new OpenAI(sdkOptions(sandbox)).chat.completions.create(
    { model: 'grok-4.3', messages, stream: true },
    { headers: { 'x-grok-conv-id': 'c1' } },
  );
  const chunks = await collect(stream);
  const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
  expect(text).toContain('You said: “Hello”');
  expect(chunks.at(-1)).toMatchObject({
    choices: [{ finish_reason: 'stop' }],
    usage: { prompt_tokens: 4, cost_in_usd_ticks: expect.any(Number) },
  });
  expect(sandbox.requests).toMatchObject([
    { path: '/v1/chat/completions', conversation: 'c1', inputs: ['Be kind.', 'Hello'] },
  ]);
  const raw = await post(sandbox, '/v1/chat/completions', {
    model: 'grok-4.3',
    messages,
    stream: true,
  });
  expect(raw.body.endsWith('data: [DONE]\n\n')).toBe(true);
});

test('an answer in one piece has the same text, cut where max_tokens says', async () => {
  await using sandbox = await XaiSandbox.start();
  const { completions } = new OpenAI(sdkOptions(sandbox)).chat;
  const whole = await completions.create({ model: 'grok-4.3', messages });
  expect(whole.choices[0]).toMatchObject({
    finish_reason: 'stop',
    message: { role: 'assistant', content: expect.stringContaining('“Hello”') },
  });
  const cut = await completions.create({ model: 'grok-4.3', messages, max_tokens: 2 });
  expect(cut.choices[0]).toMatchObject({
    finish_reason: 'length',
    message: { content: whole.choices[0]?.message.content?.slice(0, 8) },
  });
});

test.each([
  ['no messages', { model: 'grok-4.3', messages: [] }, 422],
  ['null content', { model: 'grok-4.3', messages: [{ role: 'user', content: null }] }, 422],
  ['an unknown model', { model: 'grok-beta', messages }, 404],
])('a request with %s is refused', async (_what, body, status) => {
  await using sandbox = await XaiSandbox.start();
  expect((await post(sandbox, '/v1/chat/completions', body)).status).toBe(status);
});
