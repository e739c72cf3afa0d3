import type { ServerResponse } from 'node:http';

import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../src/errors.ts';
import { Asking, completed, delta, FakeServer, sendEvents } from './grok-harness.ts';

/** A server that keeps its streams open behind their last event, until it is told to end them. */
async function tardyServer(events: readonly object[]) {
  const open: ServerResponse[] = [];
  const server = await FakeServer.start((response) => {
    open.push(response);
    sendEvents(response, ...events);
  });
  /** Which connections there were, and how many of them are gone. */
  const sockets = new Set<unknown>();
  let gone = 0;
  server.onConnection((socket) => {
    sockets.add(socket);
    socket.once('close', () => {
      gone += 1;
    });
  });
  return {
    server,
    open,
    get opened() {
      return sockets.size;
    },
    get gone() {
      return gone;
    },
  };
}

describe('a stream that ends a moment after its last event', () => {
  it('keeps nobody waiting, and leaves its connection to the next question', async () => {
    const tardy = await tardyServer([delta('Hi'), completed('Hi')]);
    await using server = tardy.server;
    await using ask = new Asking(server.url);
    for (let asked = 1; asked <= 10; asked += 1) {
      // Answered while the stream is still open.
      await expect(ask.ask()).resolves.toMatchObject({ text: 'Hi' });
      await ended(tardy.open.at(-1));
    }
    expect(tardy.gone).toBe(0);
    // The end may be on its way when the next question leaves, which then opens a second one.
    expect(tardy.opened).toBeLessThanOrEqual(2);
  });

  it('keeps it after a refusal within the stream, too', async () => {
    const error = { message: 'The model is overloaded', code: 'overloaded' };
    const tardy = await tardyServer([{ type: 'error', error }]);
    await using server = tardy.server;
    await using ask = new Asking(server.url);
    await expect(ask.ask()).rejects.toBeInstanceOf(BridgeError);
    await ended(tardy.open.at(-1));
    await expect(ask.ask()).rejects.toBeInstanceOf(BridgeError);
    expect([tardy.gone, tardy.opened]).toEqual([0, expect.toBeOneOf([1, 2])]);
  });

  it('is cut off when it does not end at all', async () => {
    const tardy = await tardyServer([delta('Hi'), completed('Hi')]);
    await using server = tardy.server;
    await using ask = new Asking(server.url);
    await ask.ask();
    expect(tardy.open[0]?.destroyed).toBe(false);
    await expect.poll(() => tardy.open[0]?.destroyed, { timeout: 5000 }).toBe(true);
  });
});

it('a stopped answer is cut off at once', async () => {
  const tardy = await tardyServer([delta('Hi')]);
  await using server = tardy.server;
  await using ask = new Asking(server.url);
  const stop = new AbortController();
  const asked = ask.ask({}, { signal: stop.signal, onText: () => stop.abort(stopped) });
  await expect(asked).rejects.toMatchObject({ code: 'STOPPED' });
  // Well before a stream that is over would be.
  await expect.poll(() => tardy.open[0]?.destroyed, { timeout: 500 }).toBe(true);
});

const stopped = new BridgeError('STOPPED', 'enough');

async function ended(response: ServerResponse | undefined): Promise<void> {
  await new Promise<void>((resolve) => response?.end(resolve));
}
