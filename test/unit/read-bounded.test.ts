import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { readBounded } from '../../src/chat/read-bounded.ts';
import { answering } from '../answering.ts';

const { signal } = new AbortController();

describe('a file that is fetched', () => {
  it('is read up to its bound, and not a byte more is kept', async () => {
    await using server = await answering(() => 'x'.repeat(100));
    expect(await readBounded(server.url, 100, signal)).toMatchObject({ kind: 'fetched' });
    expect(await readBounded(server.url, 99, signal)).toEqual({ kind: 'too large' });
  });

  it.each([301, 302, 303, 307, 308])('is not looked for where a %i leads', async (status) => {
    await using elsewhere = await answering(() => 'a secret of the network');
    await using server = await answering((_, response) => {
      response.writeHead(status, { location: elsewhere.url }).end();
      return undefined;
    });
    expect(await readBounded(server.url, 1_000, signal)).toMatchObject({ kind: 'failed' });
    expect(elsewhere.asked).toEqual([]);
  });

  it('is measured as it is unpacked: a small one that becomes huge is too large', async () => {
    const packed = gzipSync(Buffer.alloc(16 * 1024 * 1024));
    await using server = await answering((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
      return undefined;
    });
    const before = process.memoryUsage().arrayBuffers;
    expect(packed.length).toBeLessThan(100_000);
    expect(await readBounded(server.url, 1_000_000, signal)).toEqual({ kind: 'too large' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  });

  it('that never ends is given up when it is stopped, and says nothing of its address', async () => {
    await using server = await answering((_, response) => {
      response.writeHead(200).write('x');
      return undefined;
    });
    const fetched = await readBounded(`${server.url}/bot-secret`, 1_000, AbortSignal.timeout(100));
    expect(fetched).toEqual({ kind: 'failed', why: 'stopped' });
  });

  it('is not looked for at what is no address', async () => {
    for (const url of ['', 'nothing', 'file:///etc/passwd', 'ftp://127.0.0.1/x']) {
      expect(await readBounded(url, 1_000, signal)).toMatchObject({ kind: 'failed' });
    }
  });
});
