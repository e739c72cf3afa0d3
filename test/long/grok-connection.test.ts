import { setTimeout as delay } from 'node:timers/promises';

import { expect, it } from 'vitest';

import { Asking, completed, FakeServer, sendEvents } from '../unit/grok-harness.ts';

it('a question that comes some seconds after the last one finds its connection open', async () => {
  await using server = await FakeServer.start((response) => {
    // Said by us, it comes without the time within which Node wants its clients back.
    response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'keep-alive' });
    sendEvents(response, completed('Hi'));
    response.end();
  });
  server.keepConnections(60_000);
  let gone = 0;
  server.onConnection((socket) => {
    socket.once('close', () => {
      gone += 1;
    });
  });
  await using ask = new Asking(server.url);
  await ask.ask();
  // As long as it takes to read an answer; a client's connections are closed after 4 s by default.
  await delay(8_000);
  expect(gone).toBe(0);
  await expect(ask.ask()).resolves.toMatchObject({ text: 'Hi' });
});
