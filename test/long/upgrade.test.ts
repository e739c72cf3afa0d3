import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';

import { QueueKeys } from '../../src/queue/queue-keys.ts';
import { Daemon } from '../daemon.ts';
import { Load, slowAnswers } from '../faults/mid-load.ts';
import { telegramPrivate } from '../people.ts';
import { Stage, unlimited } from '../stage.ts';
import { earlierVersion } from './earlier-version.ts';

const before = await earlierVersion();
const world = { ...unlimited, xai: slowAnswers };
const size = { people: 16, questions: 8 } as const;
/** While processes come and go, answers take so long that many are under way at any moment. */
const heldUp = { firstChunkDelayMs: 20_000 } as const;

afterAll(() => before?.remove());

if (before === undefined) {
  const why =
    'Left out: the upgrade from the version before, which is not in this clone (`git fetch --unshallow`).';
  console.log(why);
  it.skipIf(process.env['CI'] === undefined)('with CI set, a clone has the version before', () => {
    throw new Error(why);
  });
}

type Version = 'before' | 'now';

describe.skipIf(before === undefined)(`an upgrade from ${before?.name ?? 'nowhere'}`, () => {
  it('one process after the other, in mid load, loses nothing, shows nothing twice, keeps the order and the sign-in', async () => {
    await using stage = await Stage.start({ world });
    await signIn(stage, 'before');
    const old = [await up(stage, 'worker', 'before'), await up(stage, 'worker', 'before')];
    const oldBridge = await up(stage, 'bridge', 'before');
    const load = await Load.begin(stage, size);

    await load.until(10);
    stage.world.xai.configure(heldUp);
    const workers = [await up(stage, 'worker', 'now')];
    // Old and new work side by side for a while.
    await load.until(26);
    expect(settledBy(old)).toBeGreaterThan(0);
    expect(await old[0]?.stop()).toBe(0);
    workers.push(await up(stage, 'worker', 'now'));
    await load.until(42);
    const bridge = await up(stage, 'bridge', 'now', { standsBy: true });
    expect(await oldBridge.stop()).toBe(0);
    expect(await old[1]?.stop()).toBe(0);
    await bridge.logged('account taken', { timeoutMs: 30_000 });
    expect(load.answered()).toBeLessThan(load.prompts);
    stage.world.xai.configure(slowAnswers);
    await load.until(load.prompts);
    expect(settledBy(workers)).toBeGreaterThan(0);
    expect(load.verify().strays).toBe(0);

    // The sign-in that the old version made is refreshed by the new one.
    stage.world.xai.expireAccessTokens();
    await telegramPrivate(stage.world, 'Later').ask('And now?');
    expect(stage.world.xai.refreshCalls).toBe(1);
    expect(await everyoneStopped(stage)).toBe(true);
  });

  it('back again, in mid load, loses nothing either; what only the new version can read waits for it', async () => {
    await using stage = await Stage.start({ world });
    await signIn(stage, 'now');
    const worker = await up(stage, 'worker', 'now');
    const bridge = await up(stage, 'bridge', 'now');
    const load = await Load.begin(stage, size);
    await load.until(20);
    stage.world.xai.configure(heldUp);
    const redis = new Redis(stage.redis?.url ?? '');
    try {
      const { list, entry } = newerPrompt();
      await redis.rpush(list, entry);
      await redis.zadd(new QueueKeys('grok-bridge').waitingPrompts, Date.now(), 'x-1.newer');
      const oldWorker = await up(stage, 'worker', 'before');
      const oldBridge = await up(stage, 'bridge', 'before', { standsBy: true });
      await load.until(36);
      expect(await worker.stop()).toBe(0);
      expect(await bridge.stop()).toBe(0);
      expect(load.answered()).toBeLessThan(load.prompts);
      stage.world.xai.configure(slowAnswers);
      await load.until(load.prompts);
      expect(load.verify().strays).toBe(0);
      expect(settledBy([oldWorker])).toBeGreaterThan(0);
      await oldWorker.logged('prompt was written by a newer version, left for a newer worker');
      stage.world.xai.expireAccessTokens();
      await telegramPrivate(stage.world, 'Later').ask('And now?');
      expect(stage.world.xai.refreshCalls).toBe(1);
      expect(await redis.lrange(list, 0, -1)).toEqual([entry]);
      expect(oldBridge.hasEnded).toBe(false);
    } finally {
      redis.disconnect();
    }
  });
});

function newerPrompt() {
  const id = randomUUID();
  return {
    list: new QueueKeys('grok-bridge').prompts('x-1.newer'),
    entry: `${id} 0 1 ${JSON.stringify({ v: 2, id, said: 'in a form of tomorrow' })}`,
  };
}

function start(stage: Stage, words: readonly string[], version: Version): Daemon {
  if (version === 'now') return stage.run(words);
  const daemon = Daemon.start(words, stage.environment, before?.main);
  stage.daemons.push(daemon);
  return daemon;
}

async function up(
  stage: Stage,
  role: 'worker' | 'bridge',
  version: Version,
  { standsBy = false } = {},
): Promise<Daemon> {
  const daemon = start(stage, [role], version);
  await daemon.logged('started', { timeoutMs: 60_000 });
  if (role === 'bridge' && !standsBy) {
    await stage.world.discord.waitFor(() => stage.world.discord.stats.connected === 1, {
      timeoutMs: 40_000,
    });
  }
  return daemon;
}

async function signIn(stage: Stage, version: Version): Promise<void> {
  if (version === 'now') return stage.signIn();
  const file = join(stage.dataDir, 'sign-in.json');
  await writeFile(file, JSON.stringify(stage.world.xai.signIn('main')), { mode: 0o600 });
  const login = start(stage, ['login', '--name', 'main', '--import', file], version);
  expect(await login.ended({ timeoutMs: 40_000 }), login.output).toBe(0);
}

function settledBy(daemons: readonly Daemon[]): number {
  return daemons.flatMap(({ lines }) => lines.filter(({ msg }) => msg === 'prompt settled')).length;
}

async function everyoneStopped(stage: Stage): Promise<boolean> {
  const codes = await Promise.all(
    stage.daemons.filter((daemon) => !daemon.hasEnded).map(async (daemon) => daemon.stop()),
  );
  return codes.every((code) => code === 0);
}
