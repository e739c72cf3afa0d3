import { describe, expect, it } from 'vitest';

import type { Usage } from '../../src/grok/dialect.ts';
import type { GrokRequest } from '../../src/grok/request.ts';
import { Asking, completed, delta, FakeServer, sendEvents } from './grok-harness.ts';

const created = { type: 'response.created', response: { id: 'resp_1', status: 'in_progress' } };

describe('that Grok works, and costs, is told', () => {
  it.each([
    ['it thinks', { type: 'response.reasoning_summary_text.delta', delta: 'Hm' }],
    ['it begins an item', { type: 'response.output_item.added', item: { type: 'reasoning' } }],
    ['it searches', { type: 'response.web_search_call.searching', item_id: 'ws_1' }],
    ['text comes', delta('Half an ')],
  ])('as soon as %s', async (_name, event) => {
    expect(await toldOf('responses', [created, event])).toEqual([undefined]);
  });

  it.each([
    ['it thinks', { reasoning_content: 'Hm' }],
    ['text comes', { content: 'Half an ' }],
  ])('over the chat API, too, as soon as %s', async (_name, said) => {
    const chunk = { id: 'c', model: 'grok-4.3', choices: [{ index: 0, delta: said }] };
    expect(await toldOf('chat', [chunk])).toEqual([undefined]);
  });

  it('with what it took, although the answer is held back', async () => {
    const { response } = completed('x');
    const incomplete_details = { reason: 'content_filter' };
    const held = { type: 'response.incomplete', response: { ...response, incomplete_details } };
    const told = await toldOf('responses', [held]);
    expect(told).toContainEqual(
      expect.objectContaining({ inputTokens: 3, outputTokens: 2, costUsdTicks: 5 }),
    );
  });

  it('not before: not of a request that was taken, nor of one refused in its stream', async () => {
    const error = { type: 'error', code: 'invalid-argument', message: 'No.' };
    expect(await toldOf('responses', [created])).toEqual([]);
    expect(await toldOf('responses', [created, error])).toEqual([]);
  });
});

describe('of a picture that is being drawn', () => {
  it('it is told when it is stopped, for nothing else tells', async () => {
    const stop = new AbortController();
    await using server = await FakeServer.start(() => stop.abort());
    await using ask = new Asking(server.url);
    const told: unknown[] = [];
    const how = { signal: stop.signal, onWork: () => told.push('work') };
    await expect(ask.ask({ isPicture: true }, how)).rejects.toMatchObject({ code: 'STOPPED' });
    expect(told).toEqual(['work']);
  });

  it('it is not told when it is refused', async () => {
    const refusal = JSON.stringify({ code: 'invalid-argument', error: 'No.' });
    await using server = await FakeServer.start((response) => {
      response.writeHead(400, { 'content-type': 'application/json' }).end(refusal);
    });
    expect(await toldBy(server, 'responses', { isPicture: true })).toEqual([]);
  });
});

/** What is told of a stream that has these events and no end. */
async function toldOf(api: 'responses' | 'chat', events: readonly object[]) {
  await using server = await FakeServer.start((response) => {
    sendEvents(response, ...events);
    response.end();
  });
  return await toldBy(server, api);
}

async function toldBy(
  server: FakeServer,
  api: 'responses' | 'chat',
  changes: Partial<GrokRequest> = {},
): Promise<(Usage | undefined)[]> {
  await using ask = new Asking(server.url, { api });
  const told: (Usage | undefined)[] = [];
  await expect(ask.ask(changes, { onWork: (usage) => told.push(usage) })).rejects.toThrow();
  return told;
}
