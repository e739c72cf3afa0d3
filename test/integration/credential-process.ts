import { Redis } from 'ioredis';
import { z } from 'zod';

import { systemClock } from '../../src/clock.ts';
import { parseKeyRing } from '../../src/credentials/key-ring.ts';
import { CredentialService } from '../../src/credentials/service.ts';
import {
  classify,
  imported,
  never,
  quick,
  request,
  scriptsOf,
  stale,
  until,
} from './credential-model.ts';

/** The program of one process of a fleet: does what its parent's messages say, and answers them. */
const setup = z.object({
  url: z.string(),
  /** Where the channel with the news is listened to. */
  newsUrl: z.string(),
  prefix: z.string(),
  dataDir: z.string(),
  keys: z.string(),
  issuer: z.string(),
  skewMs: z.number(),
  /** What differs from the quick ones. */
  timings: z.record(z.string(), z.number()),
  /** Stops itself, as by SIGSTOP, at the first reply of Redis that begins with this word. */
  stopAfter: z.string(),
});
const message = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('sign-in'),
    access: z.string(),
    refresh: z.string(),
    lifeMs: z.number().default(3_600_000),
  }),
  /** So many requests that hold a token meet its refusal, one after another within `overMs`. */
  z.object({ do: z.literal('refuse'), requests: z.number(), overMs: z.number().default(0) }),
  z.object({ do: z.literal('refuse-until-renewed') }),
  z.object({ do: z.literal('due') }),
  z.object({ do: z.literal('state') }),
]);

const { url, newsUrl, prefix, dataDir, keys, issuer, skewMs, stopAfter, timings } = setup.parse(
  JSON.parse(process.argv[2] ?? ''),
);
const connect = async (to: string) => {
  const redis = new Redis(to, { lazyConnect: true, retryStrategy: () => 50 });
  redis.on('error', () => undefined);
  await redis.connect();
  return redis;
};
let stops = true;
/** The connection; once, the process stands still before it reads a reply that begins with `stopAfter`. */
const stopping = (redis: Redis): Redis =>
  scriptsOf(redis, async (run) => {
    const done = await run();
    if (stops && Array.isArray(done) && done[0] === stopAfter) {
      stops = false;
      process.kill(process.pid, 'SIGSTOP');
    }
    return done;
  });
const service = await CredentialService.start({
  redis: stopping(await connect(url)),
  subscriber: await connect(newsUrl),
  prefix,
  dataDir,
  ring: parseKeyRing(keys),
  issuer,
  classify,
  owner: `pid-${process.pid}`,
  timings: { ...quick, storeMs: 5_000, ...timings },
  clock: { ...systemClock, now: () => Date.now() + skewMs },
});

async function answer(asked: z.infer<typeof message>): Promise<unknown> {
  switch (asked.do) {
    case 'sign-in':
      return service.signIn('default', imported(asked, asked.lifeMs));
    case 'due':
      return service.refreshDue(never);
    case 'state': {
      await service.reload().catch(() => undefined);
      const [member] = await service.status();
      const token = await service
        .begin(request)
        .acquire(AbortSignal.timeout(2_000))
        .catch(() => null);
      return { state: member?.state, generation: member?.generation, secret: token?.secret };
    }
    case 'refuse': {
      const advice = Array.from({ length: asked.requests }, async (_, i) => {
        const session = service.begin({ ...request, prompt: `p${i}` });
        const token = await session.acquire(never).catch(() => null);
        if (token === null) return 'wait';
        await systemClock.sleep((i / asked.requests) * asked.overMs);
        return session.refused(token, stale, never);
      });
      return [...new Set(await Promise.all(advice))];
    }
    case 'refuse-until-renewed': {
      // A record that was put back is held for a moment.
      await until(async () => {
        const session = service.begin(request);
        return (await session.refused(await session.acquire(never), stale, never)) === 'again';
      });
      return (await service.status())[0]?.generation;
    }
  }
}

process.on('message', (raw: unknown) => {
  const asked = message.parse(raw);
  answer(asked).then(
    (value) => process.send?.({ value: value ?? null }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.({ value: 'ready' });
