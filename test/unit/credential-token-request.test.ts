import { once } from 'node:events';
import { createServer } from 'node:net';

import { expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { postForm } from '../../src/credentials/token-endpoint.ts';

/** Listens, hands the address to `post`, and tells what it then heard. */
async function heardBy(post: (url: URL) => Promise<void>): Promise<string> {
  const heard: Buffer[] = [];
  const server = createServer((socket) => socket.on('data', (bytes) => heard.push(bytes)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  await post(new URL(`http://127.0.0.1:${port}/oauth2/token`));
  const closed = once(server, 'close');
  server.close();
  await closed;
  return Buffer.concat(heard).toString();
}

test('a process that stood still while it connected sends nothing, though the connection is made', async () => {
  const heard = await heardBy(async (url) => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof postForm>>();
    // Of all phases of the loop it is after a timer that sockets are looked at before timers.
    setTimeout(() => {
      resolve(postForm(url, { refresh_token: 'rt' }, { connectMs: 50, deadlineMs: 5_000 }));
      process.nextTick(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150));
    }, 0);
    expect(await promise).toMatchObject({ kind: 'not-sent' });
  });
  expect(heard).toBe('');
});

test('nor does one whose machine slept, which the monotonic clock does not count', async () => {
  let sleptMs = 0;
  const clock = { monotonic: () => systemClock.monotonic(), now: () => Date.now() + sleptMs };
  const heard = await heardBy(async (url) => {
    const limits = { connectMs: 5_000, deadlineMs: 5_000 };
    const answer = postForm(url, { refresh_token: 'rt' }, limits, clock);
    sleptMs = 600_000;
    expect(await answer).toMatchObject({ kind: 'not-sent' });
  });
  expect(heard).toBe('');
});
