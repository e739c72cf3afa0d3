import { afterEach, describe, expect, it, vi } from 'vitest';

import {
  Asking,
  completed,
  delta,
  FakeServer,
  ScriptedTokens,
  sendEvents,
} from './grok-harness.ts';

const answerFine = (response: Parameters<typeof sendEvents>[0]) => {
  sendEvents(response, delta('Fine.'), completed('Fine.'));
  response.end();
};

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('what is sent', () => {
  it('is the request, the token of this attempt, and nothing of the environment', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'leaked-key');
    vi.stubEnv('OPENAI_ADMIN_KEY', 'leaked-admin');
    vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:9/leaked');
    vi.stubEnv('OPENAI_ORG_ID', 'leaked-org');
    vi.stubEnv('OPENAI_PROJECT_ID', 'leaked-project');
    vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'x-leaked: yes\nauthorization: Bearer leaked');
    await using server = await FakeServer.start(answerFine);
    await using ask = new Asking(server.url);
    await ask.ask({ history: [{ prompt: 'a', answer: 'b' }], maxOutputTokens: 100 });
    const [asked] = server.asked;
    expect(asked).toMatchObject({ method: 'POST', url: '/v1/responses' });
    expect(JSON.stringify(asked)).not.toContain('leaked');
    const { host: _, ...headers } = asked?.headers ?? {};
    expect(headers).toEqual({
      accept: 'text/event-stream',
      'accept-encoding': expect.stringContaining('gzip'),
      'accept-language': '*',
      authorization: 'Bearer secret',
      connection: 'keep-alive',
      'content-length': expect.any(String),
      'content-type': 'application/json',
      'sec-fetch-mode': 'cors',
      'user-agent': 'grok-bridge',
      'x-grok-conv-id': expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(asked?.body).toEqual({
      model: 'grok-4.3',
      instructions: 'Be brief.',
      input: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b' },
        { role: 'user', content: 'How are you?' },
      ],
      stream: true,
      store: false,
      prompt_cache_key: headers['x-grok-conv-id'],
      safety_identifier: expect.stringMatching(/^[\w-]{43}$/),
      max_output_tokens: 100,
    });
  });

  it('is the same conversation every time, and another for another', async () => {
    await using server = await FakeServer.start(answerFine);
    await using ask = new Asking(server.url);
    await ask.ask();
    await ask.ask({ prompt: 'another' });
    await ask.ask({ conversation: 'another', author: 'discord:1' });
    const [first, second, third] = server.asked.map(({ headers }) => headers['x-grok-conv-id']);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(JSON.stringify(server.asked)).not.toMatch(/telegram-1|telegram:99|discord:1/);
  });

  it('has the chat shape for servers that want it', async () => {
    await using server = await FakeServer.start((response) => {
      sendEvents(response, { choices: [{ delta: { content: 'Fine.' }, finish_reason: 'stop' }] });
      response.end();
    });
    await using ask = new Asking(server.url, { api: 'chat' });
    expect((await ask.ask()).text).toBe('Fine.');
    expect(server.asked[0]).toMatchObject({
      url: '/v1/chat/completions',
      body: {
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'How are you?' },
        ],
        stream: true,
      },
    });
  });

  it('carries the token of each attempt', async () => {
    await using server = await FakeServer.start((response) => {
      if (server.asked.length > 1) return answerFine(response);
      response.writeHead(403).end('{"code":"unauthenticated:bad-credentials"}');
    });
    const tokens = new ScriptedTokens(['first', 'second'], ['again']);
    await using ask = new Asking(server.url, { tokens });
    await ask.ask();
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first',
      'Bearer second',
    ]);
  });
});

describe('what is not done', () => {
  it('following a redirect with the token', async () => {
    await using elsewhere = await FakeServer.start(answerFine);
    await using server = await FakeServer.start((response) => {
      response.writeHead(307, { location: `${elsewhere.url}/responses` }).end();
    });
    await using ask = new Asking(server.url);
    await expect(ask.ask()).rejects.toMatchObject({ code: 'GROK_UNAVAILABLE' });
    expect(elsewhere.asked).toEqual([]);
  });

  it.each([408, 409, 429, 500, 503])('sending again after %i', async (status) => {
    await using server = await FakeServer.start((response) => {
      response.writeHead(status, { 'retry-after': '0' }).end();
    });
    await using ask = new Asking(server.url);
    await expect(ask.ask()).rejects.toThrow('Grok refused');
    expect(server.asked.length).toBe(1);
  });

  it('reading an endless error to its end', async () => {
    await using server = await FakeServer.start((response) => {
      response.writeHead(500);
      const more = () => {
        while (response.write('x'.repeat(65_536))) if (response.destroyed) return;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    await using ask = new Asking(server.url);
    await expect(ask.ask()).rejects.toMatchObject({ code: 'GROK_UNAVAILABLE' });
  });
});
