import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { XaiSandbox } from '../../sandbox/xai/sandbox.ts';
import { GrokClient } from '../../src/grok/client.ts';
import { effortsOf } from '../../src/grok/efforts.ts';
import { readModels } from '../../src/grok/models.ts';
import { Asking, completed, FakeServer, ScriptedTokens, sendEvents } from './grok-harness.ts';

let xai: XaiSandbox;

beforeAll(async () => {
  xai = await XaiSandbox.start();
});
beforeEach(() => xai.behave());
afterAll(async () => {
  await xai[Symbol.asyncDispose]();
});

const asking = () => new Asking(xai.apiUrl, { tokens: new ScriptedTokens([xai.apiKey]) });
const { signal } = new AbortController();

describe('search and effort', () => {
  it('are offered to the API as they are asked for, else left out', async () => {
    await using ask = asking();
    await ask.ask();
    expect(xai.requests.at(-1)).not.toHaveProperty('tools');
    expect(xai.requests.at(-1)).not.toHaveProperty('effort');
    await ask.ask({ search: 'may', effort: 'low' });
    const offered = { tools: ['web_search', 'x_search'], effort: 'low' };
    expect(xai.requests.at(-1)).toMatchObject(offered);
  });

  it('are demanded behind the history, so that its beginning stays what it was', async () => {
    await using ask = asking();
    await ask.ask({ search: 'must', history: [{ prompt: 'one', answer: 'I' }] });
    const inputs = xai.requests.at(-1)?.inputs ?? [];
    expect(inputs.slice(0, 3)).toEqual(['Be brief.', 'one', 'I']);
    expect(inputs[3]).toContain('web_search');
    expect(inputs[4]).toBe('How are you?');
  });

  it('are left out once a model refuses them, and for a while after that', async () => {
    await using ask = asking();
    const model = 'grok-4.20-reasoning';
    const told = { model, without: ['effort'] };
    expect(await ask.ask({ model, effort: 'high', search: 'may' })).toMatchObject(told);
    expect(await ask.ask({ model, effort: 'high' })).toMatchObject(told);
    expect(await ask.ask({ model })).not.toHaveProperty('without');
    expect(await ask.ask({ effort: 'high' })).not.toHaveProperty('without');
    const sent = xai.requests.slice(-5).map(({ outcome, effort }) => [outcome, effort]);
    expect(sent).toEqual([
      ['refused', 'high'],
      ['answered', undefined],
      ['answered', undefined],
      ['answered', undefined],
      ['answered', 'high'],
    ]);
  });

  it('are left out where a server knows no tools; another refusal is the end of it', async () => {
    await using server = await FakeServer.start((response, { body }) => {
      const text = JSON.stringify(body);
      if (!text.includes('"tools"')) {
        sendEvents(response, completed('Fine.'));
        response.end();
        return;
      }
      response.writeHead(400, { 'content-type': 'application/json' });
      const error = text.includes('wrong') ? 'Invalid argument: input' : 'unknown tool: x_search';
      response.end(JSON.stringify({ code: 'invalid-argument', error }));
    });
    await using ask = new Asking(server.url);
    await expect(ask.ask({ search: 'may', text: 'wrong' })).rejects.toMatchObject({
      code: 'GROK_INVALID_REQUEST',
    });
    expect(server.asked).toHaveLength(1);
    const fine = { text: 'Fine.', without: ['search'] };
    expect(await ask.ask({ search: 'may' })).toMatchObject(fine);
    expect(server.asked).toHaveLength(3);
  });

  it('are left out of the chat completions API, which takes neither, and the answer tells', async () => {
    await using ask = new Asking(xai.apiUrl, {
      tokens: new ScriptedTokens([xai.apiKey]),
      api: 'chat',
    });
    const answer = await ask.ask({ search: 'must', effort: 'low' });
    expect(answer.without).toEqual(['effort', 'search']);
    expect(xai.requests.at(-1)?.inputs).toEqual(['Be brief.', 'How are you?']);
  });

  it('are known of the models there are', () => {
    expect(effortsOf('grok-4.3')).toContain('none');
    expect(effortsOf('grok-4.20-reasoning')).toEqual([]);
    expect(effortsOf('grok-4.7-latest')).toEqual(['low', 'medium', 'high', 'xhigh']);
    expect(effortsOf('grok-4.3')).not.toContain('xhigh');
    expect(effortsOf('grok-9')).toContain('high');
  });
});

describe('the list of models', () => {
  it('is read from the API, with the other names of each', async () => {
    await using client = new GrokClient({ baseUrl: xai.apiUrl, api: 'responses' });
    const models = await client.models(xai.apiKey, signal);
    expect(models?.find(({ id }) => id === 'grok-4.3')?.aliases).toContain('grok-4.3-latest');
    expect(models?.find(({ id }) => id === 'grok-4.3')?.inputs).toContain('image');
    expect(models?.find(({ id }) => id === 'grok-build-0.1')?.inputs).toEqual(['text']);
    expect(await client.models('xai-wrong', signal)).toBeUndefined();
  });

  it('comes from /models where there is no other, and is not made up', async () => {
    await using server = await FakeServer.start((response, { url }) => {
      const known = url === '/v1/models';
      response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
      response.end(known ? '{"object":"list","data":[{"id":"llama"}]}' : 'not found');
    });
    await using client = new GrokClient({ baseUrl: server.url, api: 'chat' });
    expect(await client.models('any', signal)).toEqual([{ id: 'llama', aliases: [] }]);
    const headers = new Headers();
    expect(readModels({ status: 200, body: '<html>', headers })).toBeUndefined();
    expect(readModels({ status: 200, body: '{"data":[{}]}', headers })).toBeUndefined();
    const image = '{"models":[{"id":"draw","output_modalities":["image"]}]}';
    expect(readModels({ status: 200, body: image, headers })).toEqual([]);
  });
});

describe('a picture', () => {
  const picture = { model: 'grok-imagine-image', text: 'A red cat', isPicture: true };

  it('is drawn as it was described, and counted at what it cost', async () => {
    await using ask = asking();
    const answer = await ask.ask(picture);
    expect(answer).toMatchObject({ text: '🎨 A red cat', picture: { mime: 'image/png' } });
    expect(
      Buffer.from(answer.picture?.base64 ?? '', 'base64')
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    expect(answer.usage.costUsdTicks).toBeGreaterThan(0);
    expect(ask.tokens.accepted).toEqual([xai.apiKey]);
  });

  it('is refused in the classes of any answer, and never made up', async () => {
    await using ask = asking();
    await expect(ask.ask({ ...picture, model: 'grok-none' })).rejects.toMatchObject({
      code: 'GROK_MODEL_UNAVAILABLE',
    });
    await using server = await FakeServer.start((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"data":[{"b64_json":"aGVsbG8="}]}');
    });
    await using other = new Asking(server.url);
    await expect(other.ask(picture)).rejects.toMatchObject({ code: 'GROK_INCOMPLETE' });
  });
});
