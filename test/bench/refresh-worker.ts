import { Redis } from 'ioredis';
import { z } from 'zod';

import { parseKeyRing } from '../../src/credentials/key-ring.ts';
import { CredentialService } from '../../src/credentials/service.ts';
import type { StampedToken } from '../../src/credentials/token.ts';
import { classify } from '../../src/grok/classify.ts';
import { redisOptions } from '../../src/redis/connection.ts';
import { answerParent } from './child.ts';
import { percentile } from './figures.ts';
import { plainTokens } from './plain-refresh.ts';
import { recoverAll, type Tokens } from './waiting-workers.ts';

/** One process of a fleet whose token has just been refused: the credential service, or a plain way. */
const setup = z
  .object({
    REDIS_URL: z.string(),
    DATA_DIR: z.string(),
    KEYS: z.string(),
    ISSUER: z.string(),
    CLIENT_ID: z.string(),
    API_URL: z.string(),
  })
  .parse(process.env);
const never = new AbortController().signal;
const stale = { class: 'bad-credentials', status: 403, streamed: false } as const;
const importSchema = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresInMs: z.number(),
});
const waySchema = z.union([
  z.object({ kind: z.literal('lock'), lifeMs: z.number() }),
  z.object({ kind: z.literal('process') }),
  z.object({ kind: z.literal('control'), waitMs: z.number() }),
]);
const redis = new Redis(setup.REDIS_URL, redisOptions());
const service = await CredentialService.start({
  redis,
  subscriber: new Redis(setup.REDIS_URL, redisOptions()),
  prefix: 'bench',
  dataDir: setup.DATA_DIR,
  ring: parseKeyRing(setup.KEYS),
  issuer: setup.ISSUER,
  clientId: setup.CLIENT_ID,
  classify: (answer) => classify({ endpoint: 'token', ...answer }),
  owner: `pid-${process.pid}`,
});
let prompts = 0;

const serviceTokens: Tokens = {
  begin: () => {
    prompts += 1;
    const prompt = `p${process.pid}-${prompts}`;
    const session = service.begin({ conversation: prompt, model: 'grok-4.3', prompt });
    let token: StampedToken | undefined;
    return {
      current: async () => {
        token = await session.acquire(never);
        return token.secret;
      },
      afterRefusal: async () => {
        if (token === undefined) return;
        const advice = await session.refused(token, stale, never);
        if (advice !== 'again') throw new Error(`advised to ${advice}`);
      },
      accepted: () => {
        if (token !== undefined) session.accepted(token);
      },
    };
  },
};

answerParent({
  signIn: async (value) => service.signIn('main', importSchema.parse(value)),
  /** Until this process knows the sign-in, too. */
  reload: async () => service.reload(),
  recover: async (value) => recoverAll(z.number().parse(value), setup.API_URL, serviceTokens),
  recoverPlainly: async (value) => {
    const { workers, way } = z.object({ workers: z.number(), way: waySchema }).parse(value);
    const plain = { redis, issuer: setup.ISSUER, clientId: setup.CLIENT_ID };
    return recoverAll(workers, setup.API_URL, await plainTokens(way, plain));
  },
  /** What a request pays for its token while nothing is wrong, in nanoseconds. */
  read: async () => {
    const session = service.begin({ conversation: 'c', model: 'grok-4.3', prompt: 'p' });
    const now = () => process.hrtime.bigint();
    const took = { ready: [0], acquired: [0] };
    for (let n = 0; n < 200_000; n += 1) {
      const start = now();
      session.ready(never);
      const between = now();
      await session.acquire(never);
      took.acquired.push(Number(now() - between));
      took.ready.push(Number(between - start));
    }
    return { ready: spread(took.ready), acquired: spread(took.acquired) };
  },
});

/** Once it is warm. */
function spread(took: readonly number[]): { p50: number; p99: number } {
  const warm = took.slice(took.length / 2);
  return { p50: percentile(warm, 0.5), p99: percentile(warm, 0.99) };
}
