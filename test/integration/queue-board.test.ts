import { Queue } from 'bullmq';
import { expect, it } from 'vitest';

import { openSite } from '../console-site.ts';
import { TestRedis } from '../redis-server.ts';

it('the queues can be looked at in detail, and not be changed', async () => {
  await using redis = await TestRedis.start();
  const queue = new Queue('prompts', { connection: { url: redis.url }, prefix: '{t}' });
  const job = await queue.add('turn', { conversation: 'c' });
  await using site = await openSite({ queues: [queue] });
  const address = `http://127.0.0.1:${site.port}/queues`;
  expect((await fetch(address)).headers.get('content-type')).toContain('text/html');
  const shown: unknown = await (await fetch(`${address}/api/queues`)).json();
  expect(shown).toMatchObject({ queues: [{ name: 'prompts', counts: { waiting: 1 } }] });
  const removal = await fetch(`${address}/api/queues/prompts/${job.id ?? ''}/clean`, {
    method: 'PUT',
  });
  expect(removal.status).toBeGreaterThanOrEqual(400);
  expect(await queue.getWaitingCount()).toBe(1);
  await queue.close();
});
