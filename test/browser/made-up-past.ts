import { Redis } from 'ioredis';

import { usageKey } from '../../src/redis/keys.ts';
import { RedisMinuteBook } from '../../src/redis/minute-book.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** An hour of a busy bridge that never was: a picture of an empty chart shows little. */
export async function makeUpAnHour(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  const book = new RedisMinuteBook(redis, prefix);
  const nowMs = Date.now();
  let answers = 0;
  for (let ago = 59; ago > 0; ago -= 1) {
    const wave = Math.sin(ago / 7) + Math.sin(ago / 2.3) / 2;
    const answered = Math.max(0, Math.round(9 + 5 * wave));
    const slow = Math.round(answered / 6);
    const counts = {
      answered,
      ...(ago % 17 === 0 ? { other: 2, 'refusal rate-limited': 2 } : {}),
      'micro-usd': answered * 2300,
      ...bucketsOf('reply', [
        [2.5, answered - slow],
        [5, slow],
      ]),
      ...bucketsOf('first', [[0.5, answered]]),
    };
    await book.add(nowMs - ago * minuteMs, new Map(Object.entries(counts)));
    answers += answered;
  }
  const today = usageKey(prefix, new Date(nowMs).toISOString().slice(0, 10), 'all');
  const used = { answers, input: answers * 700, output: answers * 300, cost: answers * 23_000_000 };
  await redis.hset(today, used);
  redis.disconnect();
}

/** A day in the life of a sign-in: refreshes ahead of time, one of which failed at first. */
export async function makeUpADay(url: string, prefix: string, name: string): Promise<void> {
  const redis = new Redis(url);
  const note = async (agoMs: number, kind: string, gen: number, detail = '') =>
    redis.xadd(
      `{${prefix}}:cred:${name}:hist`,
      '*',
      ...Object.entries({ at: Date.now() - agoMs, kind, epoch: 1, gen, detail }).flat(),
    );
  for (const [hoursAgo, generation] of [
    [21, 5],
    [15.6, 6],
    [10.3, 7],
    [5.1, 8],
  ] as const) {
    if (generation === 7) await note(10.5 * hourMs, 'failed', 6, 'answered server_error');
    await note(hoursAgo * hourMs, 'begin', generation - 1, 'proactive');
    await note(hoursAgo * hourMs, 'refreshed', generation);
  }
  redis.disconnect();
}

/** As Prometheus counts: each bucket holds those below it, too. */
function bucketsOf(name: string, counts: readonly (readonly [upTo: number, count: number])[]) {
  const bounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 900, '+Inf'] as const;
  return Object.fromEntries(
    bounds.map((bound) => {
      const below = counts.filter(([upTo]) => bound === '+Inf' || upTo <= bound);
      return [`${name} ${bound}`, below.reduce((sum, [, count]) => sum + count, 0)] as const;
    }),
  );
}
