import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';

import { TestRedis } from '../redis-server.ts';
import { TokenServer } from './credential-server.ts';
import { type Step, play, step } from './credential-steps.ts';
import { Wires } from './credential-wires.ts';
import { World } from './credential-world.ts';

const runs = Number(process.env['CREDENTIAL_RUNS'] ?? 300);
/** Worlds beside each other: most of the time of one is waiting. */
const shards = Number(process.env['CREDENTIAL_SHARDS'] ?? 8);
/** A failure plays again with the seed and path that it names: CREDENTIAL_REPLAY=seed,path. */
const [seed, path] = process.env['CREDENTIAL_REPLAY']?.split(',') ?? [];
const replay = seed === undefined || path === undefined ? null : { seed: Number(seed), path };
let redis: TestRedis;

beforeAll(async () => {
  // The model takes data away by itself; a file on a busy disk would only be waited for.
  redis = await TestRedis.start('--appendonly', 'no');
});
afterAll(async () => redis[Symbol.asyncDispose]());

/** Plays each list of steps in a world of its own; `befalls` hands out the lists. */
async function inWorlds(
  befalls: (run: (steps: readonly Step[]) => Promise<void>) => Promise<void>,
): Promise<void> {
  await using server = await TokenServer.start();
  using wires = await Wires.connect(redis.url);
  await befalls(async (steps) => {
    await using world = await World.make(wires, server);
    for (const each of steps) {
      await play(world, each);
      await world.check();
    }
    await world.settle();
  });
}

test('whatever befalls the processes, Redis and the server, no sign-in is lost that the server did not take away, and none is spent twice', async () => {
  const steps = fc.array(step, { minLength: 4, maxLength: 18 });
  const options = { endOnFailure: process.env['CREDENTIAL_SHRINK'] === undefined };
  const shard = async (more: object) =>
    inWorlds(async (run) => fc.assert(fc.asyncProperty(steps, run), { ...options, ...more }));
  if (replay !== null) return shard(replay);
  const numRuns = Math.ceil(runs / shards);
  await Promise.all(Array.from({ length: shards }, async () => shard({ numRuns })));
}, 1_400_000);

/** What was once taken for a breach and is none, or was one. */
const found: Record<string, readonly Step[]> = {
  'a re-send at the end of the token stays the only one when a busy server refuses it': [
    { kind: 'plan', answer: { kind: 'lost-after' }, times: 1 },
    { kind: 'plan', answer: { kind: 'status', status: 429, body: '' }, times: 1 },
    { kind: 'pass', share: 0.8 },
    { kind: 'pass', share: 0.4 },
    { kind: 'other-refusal', process: 1 },
    { kind: 'due-everywhere' },
    { kind: 'refuse-everywhere' },
    { kind: 'roll-back', steps: 2 },
    { kind: 'other-refusal', process: 2 },
  ],
  'a refused token whose refresh takes longer than its owner may wait leads to one re-send': [
    { kind: 'hold' },
    { kind: 'refuse', process: 0, prompt: 2 },
    { kind: 'due-everywhere' },
    { kind: 'pass', share: 0.001 },
    { kind: 'refuse-everywhere' },
    { kind: 'refuse', process: 1, prompt: 3 },
  ],
};

test.each(Object.entries(found))('%s', async (_, steps) => {
  await inWorlds(async (run) => run(steps));
});
