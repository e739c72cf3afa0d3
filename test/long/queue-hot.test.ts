import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

import { Seeded } from '../faults/seeded.ts';
import { account, Deployment, prompt, said } from '../integration/queue-harness.ts';
import { TestRedis } from '../redis-server.ts';

const seed = Number(process.env['HOT_SEED'] ?? Date.now() % 2 ** 31);
const hot = 2_000;
const quiet = 1_000;
const perQuiet = 2;
const file = fileURLToPath(new URL('../integration/queue-worker-process.ts', import.meta.url));

it('one conversation of 2,000 messages beside 1,000 quiet ones, under random kill -9: order kept, one at a time, nobody starved', async ({
  onTestFailed,
}) => {
  onTestFailed(() => console.error(`HOT_SEED=${seed}`));
  const chance = new Seeded(seed);
  await using server = await TestRedis.start();
  await using deployment = new Deployment(server.url, { perConversation: hot, total: 10_000 });
  const { redis, prefix, queue } = deployment;
  const others = Array.from({ length: quiet }, (_, at) => `q${at}`);
  for (let n = 1; n <= hot; n += 1) await queue.enqueue(prompt('hot', n), said);
  for (let n = 1; n <= perQuiet; n += 1) {
    for (const c of others) await queue.enqueue(prompt(c, n), said);
  }

  const workers: ChildProcess[] = [];
  let started = 0;
  const launch = async () => {
    started += 1;
    const words = [file, server.url, prefix, `w${started}`, 'work'];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    return child;
  };
  await using stack = new AsyncDisposableStack();
  stack.defer(() => {
    for (const child of workers) child.kill('SIGKILL');
  });
  for (let at = 0; at < 3; at += 1) workers.push(await launch());
  let kills = 0;
  while ((await queue.depth()).waiting > 0) {
    const at = Math.floor(chance.next() * workers.length);
    await new Promise((resolve) => {
      setTimeout(resolve, chance.between(300, 1_500));
    });
    workers[at]?.kill('SIGKILL');
    workers[at] = await launch();
    kills += 1;
  }
  expect(kills).toBeGreaterThan(5);

  for (const [c, count] of [['hot', hot] as const, ...others.map((c) => [c, perQuiet] as const)]) {
    const ids = (await deployment.replies(`${account}.${c}`)).map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: count }, (_, at) => `${c}-${at + 1}`));
  }
  // Begun in order, and again only what a killed worker had begun: one at a time.
  const begun = await idsIn('starts');
  const before = new Map<string, number>();
  for (const { c, n } of begun) {
    const last = before.get(c) ?? 0;
    expect([last, last + 1], `${c}-${n}`).toContain(n);
    before.set(c, n);
  }
  expect(begun.length).toBeLessThanOrEqual(hot + quiet * perQuiet + kills * 10);
  // When the last of the quiet ones was answered, most of the long one was still to come.
  const acted = await idsIn('effects');
  const lastQuiet = acted.findLastIndex(({ c }) => c !== 'hot');
  const hotBefore = acted.slice(0, lastQuiet).filter(({ c }) => c === 'hot').length;
  expect(hotBefore).toBeLessThan(hot / 2);

  async function idsIn(list: string): Promise<{ c: string; n: number }[]> {
    const lines = await redis.lrange(`{${prefix}}:${list}`, 0, -1);
    return lines.map((line) => {
      const [, c = '', n = ''] = /^\S+ (\w+)-(\d+)/.exec(line) ?? [];
      return { c, n: Number(n) };
    });
  }
});
