import { once } from 'node:events';
import { createServer } from 'node:net';

import { expect, test } from 'vitest';

import { postForm } from '../../src/credentials/token-endpoint.ts';

test('a process that stood still while it connected sends nothing, though the connection is made', async () => {
  const heard: Buffer[] = [];
  const server = createServer((socket) => socket.on('data', (bytes) => heard.push(bytes)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  const { promise, resolve } = Promise.withResolvers<ReturnType<typeof postForm>>();
  // Of all phases of the loop it is after a timer that sockets are looked at before timers.
  setTimeout(() => {
    const url = new URL(`http://127.0.0.1:${port}/oauth2/token`);
    resolve(postForm(url, { refresh_token: 'rt' }, { connectMs: 50, deadlineMs: 5_000 }));
    process.nextTick(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150));
  }, 0);
  expect(await promise).toMatchObject({ kind: 'not-sent' });
  const closed = once(server, 'close');
  server.close();
  await closed;
  expect(Buffer.concat(heard).toString()).toBe('');
});
