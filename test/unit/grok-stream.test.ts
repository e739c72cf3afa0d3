import type { ServerResponse } from 'node:http';

import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../src/errors.ts';
import { FakeClock } from '../fake-clock.ts';
import {
  Asking,
  completed,
  delta,
  FakeServer,
  ScriptedTokens,
  sendEvents,
} from './grok-harness.ts';

describe('a stream that does not come to its end', () => {
  it('is no answer, however much came', async () => {
    await using server = await FakeServer.start((response) => {
      sendEvents(response, delta('Half an '));
      response.end();
    });
    await using ask = new Asking(server.url);
    await expect(ask.ask()).rejects.toMatchObject({ code: 'GROK_INCOMPLETE' });
    expect(ask.shown).toEqual(['Half an ']);
    expect(ask.failures).toMatchObject([{ class: 'transient', status: null }]);
  });

  it('is unavailable when the connection breaks', async () => {
    await using server = await FakeServer.start((response) => {
      sendEvents(response, delta('Half an '));
      response.write('data: {"type"', () => response.destroy());
    });
    await using ask = new Asking(server.url);
    await expect(ask.ask()).rejects.toMatchObject({ code: 'GROK_UNAVAILABLE' });
    expect(ask.failures).toMatchObject([{ class: 'transient', status: null, slug: null }]);
  });

  it('is unavailable when there is no connection', async () => {
    const server = await FakeServer.start(() => {});
    const { url } = server;
    await server[Symbol.asyncDispose]();
    await using ask = new Asking(url);
    const failure: unknown = await ask.ask().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'GROK_UNAVAILABLE' });
    expect(String(failure)).toContain('ECONNREFUSED');
  });

  it.each([
    ['{oops', 'GROK_UNAVAILABLE'],
    ['Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO', 'GROK_DECLINED'],
    ['stream error [WKE=personal-team-blocked:spending-limit] mid-response', 'GROK_QUOTA'],
  ])('is what an event that is no JSON says: %s', async (text, code) => {
    await using server = await FakeServer.start((response) => {
      sendEvents(response, `data: ${text}\n\n`);
      response.end();
    });
    await using ask = new Asking(server.url);
    await expect(ask.ask()).rejects.toMatchObject({ code });
  });

  it.each([
    ['an end without text', completed('')],
    ['an end that is blank', completed(' \n')],
    ['an ending of unknown reason', { type: 'response.incomplete', response: { output: [] } }],
  ])('is incomplete with %s', async (_name, event) => {
    await using server = await FakeServer.start((response) => {
      sendEvents(response, event);
      response.end();
    });
    await using ask = new Asking(server.url);
    await expect(ask.ask()).rejects.toMatchObject({ code: 'GROK_INCOMPLETE' });
  });

  it.each([
    ['a filter', { ...completed('x'), type: 'response.incomplete', reason: 'content_filter' }],
    ['a refusal', { type: 'response.completed', refusal: 'I cannot.' }],
  ])('is declined by %s', async (_name, given) => {
    const event =
      'refusal' in given
        ? {
            type: given.type,
            response: { output: [{ content: [{ type: 'refusal', refusal: 'I cannot.' }] }] },
          }
        : {
            type: given.type,
            response: { ...given.response, incomplete_details: { reason: given.reason } },
          };
    await using server = await FakeServer.start((response) => {
      sendEvents(response, event);
      response.end();
    });
    await using ask = new Asking(server.url);
    await expect(ask.ask()).rejects.toMatchObject({ code: 'GROK_DECLINED' });
  });

  it('is unavailable when a success is no stream at all', async () => {
    await using server = await FakeServer.start((response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome</html>');
    });
    await using ask = new Asking(server.url);
    await expect(ask.ask()).rejects.toMatchObject({ code: 'GROK_UNAVAILABLE' });
  });
});

describe('a refusal within a stream', () => {
  it('is understood by its code although the status was 200', async () => {
    const error = { code: 'unauthenticated:bad-credentials', error: 'Token is stale.' };
    await using server = await FakeServer.start((response) => {
      const stale = server.asked.length === 1;
      if (stale)
        sendEvents(response, delta('Hm'), `event: error\ndata: ${JSON.stringify(error)}\n\n`);
      else sendEvents(response, delta('Fine.'), completed('Fine.'));
      response.end();
    });
    const tokens = new ScriptedTokens(['old', 'new'], ['again']);
    await using ask = new Asking(server.url, { tokens });
    expect((await ask.ask()).text).toBe('Fine.');
    expect(tokens.refusals).toEqual([{ class: 'bad-credentials', status: null, streamed: true }]);
    expect(ask.shown).toEqual(['Hm', 'Fine.']);
    expect(tokens.accepted).toEqual(['old', 'new']);
  });
});

describe('a stream that comes to its end', () => {
  it('is not waited for any longer', async () => {
    await using server = await FakeServer.start((response) => {
      sendEvents(response, delta('Fine.'), completed('Fine.'));
    });
    await using ask = new Asking(server.url, { clock: new FakeClock() });
    expect((await ask.ask()).text).toBe('Fine.');
  });

  it.each([[[delta('Fi')]], [[]]])(
    'has the text of its end when pieces are missing',
    async (pieces) => {
      await using server = await FakeServer.start((response) => {
        sendEvents(response, ...pieces, completed('Fine.'));
      });
      await using ask = new Asking(server.url);
      expect((await ask.ask()).text).toBe('Fine.');
      expect(ask.tokens.accepted).toEqual(['secret']);
    },
  );

  it('may tell its usage after the end, or not at all', async () => {
    const clock = new FakeClock();
    const end = { choices: [{ delta: {}, finish_reason: 'stop' }] };
    const usage = { choices: [], usage: { prompt_tokens: 7, completion_tokens: 1 } };
    await using server = await FakeServer.start((response) => {
      sendEvents(response, { choices: [{ delta: { content: 'Fine.' } }] }, end);
      if (server.asked.length === 1) sendEvents(response, usage);
    });
    await using ask = new Asking(server.url, { api: 'chat', clock });
    expect((await ask.ask()).usage).toMatchObject({ inputTokens: 7, outputTokens: 1 });
    const { promise: came, resolve } = Promise.withResolvers<string>();
    const second = ask.ask({}, { onText: resolve });
    await came;
    expect((await clock.until(second)).usage.inputTokens).toBe(0);
    expect(clock.monotonic()).toBeLessThan(300_000);
  });
});

describe('silence', () => {
  it('is unavailability, before the first event and between two', async () => {
    const clock = new FakeClock();
    const { promise: held, resolve } = Promise.withResolvers<ServerResponse>();
    await using server = await FakeServer.start((response) => {
      if (server.asked.length === 1) resolve(response);
      else sendEvents(response, delta('And '));
    });
    await using ask = new Asking(server.url, { clock });
    const first = ask.ask();
    await held;
    await expect(clock.until(first)).rejects.toMatchObject({ code: 'GROK_UNAVAILABLE' });
    expect(clock.monotonic()).toBe(300_000);

    const { promise: came, resolve: onText } = Promise.withResolvers<string>();
    const second = ask.ask({}, { onText });
    await came;
    await expect(clock.until(second)).rejects.toMatchObject({ code: 'GROK_UNAVAILABLE' });
    expect(clock.monotonic()).toBe(600_000);
    expect(clock.sleepers).toBe(0);
  });

  it('is measured from the last event', async () => {
    const clock = new FakeClock();
    const streams: ServerResponse[] = [];
    await using server = await FakeServer.start((response) => {
      streams.push(response);
      sendEvents(response, delta('1'));
    });
    const texts = new TextEvents();
    await using ask = new Asking(server.url, { clock });
    const answer = ask.ask({}, { onText: texts.add });
    await texts.until('1');
    await clock.advance(299_000);
    streams.forEach((stream) => sendEvents(stream, delta('2')));
    await texts.until('12');
    await clock.advance(299_000);
    streams.forEach((stream) => sendEvents(stream, completed('12')));
    expect((await answer).text).toBe('12');
  });
});

describe('an answer that is not wanted any more', () => {
  it.each([
    ['STOPPED', new Error('whatever')],
    ['STOPPED', new BridgeError('STOPPED', 'by its author')],
    ['LEASE_LOST', new BridgeError('LEASE_LOST', 'another one acts')],
  ])('ends with %s at once, and the connection with it', async (code, reason) => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    await using server = await FakeServer.start((response) => {
      response.once('close', resolve);
      sendEvents(response, delta('Well, '));
    });
    await using ask = new Asking(server.url);
    const stop = new AbortController();
    const answer = ask.ask({}, { signal: stop.signal, onText: () => stop.abort(reason) });
    await expect(answer).rejects.toMatchObject({ code });
    await closed;
    expect(ask.shown).toEqual(['Well, ']);
    expect(ask.failures).toEqual([]);
  });

  it('is not even asked for', async () => {
    await using server = await FakeServer.start(() => {});
    await using ask = new Asking(server.url);
    await expect(ask.ask({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'STOPPED',
    });
    expect(server.asked).toEqual([]);
  });

  it('ends at its deadline, although it is still coming', async () => {
    const clock = new FakeClock();
    await using server = await FakeServer.start((response) => sendEvents(response, delta('Well')));
    await using ask = new Asking(server.url, { clock });
    const { promise: came, resolve } = Promise.withResolvers<string>();
    const answer = ask.ask({}, { deadlineMs: 60_000, onText: resolve });
    await came;
    await expect(clock.until(answer)).rejects.toMatchObject({ code: 'DEADLINE_PASSED' });
    expect(clock.monotonic()).toBe(60_000);
  });
});

/** Waits for a text to be shown. */
class TextEvents {
  #shown = '';
  #look = () => {};

  readonly add = (text: string): void => {
    this.#shown = text;
    this.#look();
  };

  async until(text: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#look = () => {
      if (this.#shown === text) resolve();
    };
    this.#look();
    await promise;
  }
}
