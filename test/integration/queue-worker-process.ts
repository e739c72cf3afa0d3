/**
 * A worker process for the tests that kill and freeze one: `node queue-worker-process.ts URL PREFIX
 * NAME MODE`. `work` answers after a moment; `hold` answers once the key `release` is there. What it
 * does it notes in the list `effects`, and only if it may act.
 */
import { Redis } from 'ioredis';

import { systemClock } from '../../src/clock.ts';
import { PromptTurns } from '../../src/queue/prompt-turns.ts';
import { StopSignals } from '../../src/queue/stop-signals.ts';
import { Sweeper } from '../../src/queue/sweeper.ts';
import { TurnQueues } from '../../src/queue/turn-queues.ts';
import { redisOptions } from '../../src/redis/connection.ts';
import { endings, quiet, reply, words } from './queue-harness.ts';

const [, , url = '', prefix = '', name = '', mode = ''] = process.argv;
const redis = new Redis(url, redisOptions());
const subscriber = new Redis(url, redisOptions());
const turns = new TurnQueues({ redis, prefix, log: quiet });
const stops = new StopSignals({ subscriber, prefix, log: quiet });
await stops.ready;

const worker = new PromptTurns({
  redis,
  prefix,
  turns,
  stops,
  clock: systemClock,
  log: quiet,
  metrics: { settled: () => undefined, retried: () => undefined, deadLettered: () => undefined },
  endings,
  concurrency: 10,
  history: { maxExchanges: 5, lifetimeMs: 60_000 },
  deadlineMs: 60_000,
  tuning: { lockMs: 1000 },
  handle: async (turn) => {
    const { id } = turn.prompt;
    await redis.rpush(`{${prefix}}:starts`, `${name} ${id}`);
    if (mode === 'hold') {
      while ((await redis.exists(`{${prefix}}:release`)) === 0) await systemClock.sleep(10);
    } else {
      await systemClock.sleep(5 + Math.random() * 20);
    }
    await redis.rpush(
      `{${prefix}}:effects`,
      `${name} ${id} ${turn.mayAct() ? 'acted' : 'kept still'}`,
    );
    return { kind: 'settle', reply: reply(turn.prompt, `by ${name}`), outcome: 'answered' };
  },
});
await worker.ready();
void new Sweeper({
  redis,
  prefix,
  turns,
  clock: systemClock,
  log: quiet,
  recheckGate: async () => undefined,
  waitingNotice: (prompt) => words(prompt, 'waiting', false),
  intervalMs: 200,
});
process.stdout.write('ready\n');
