import type { Redis } from 'ioredis';

import { systemClock } from '../clock.ts';
import type { Environment } from '../config.ts';
import type { MemberStatus } from '../credentials/status.ts';
import { isBridgeError } from '../errors.ts';
import { readDurability } from '../redis/durability.ts';
import { readReplication, type Replication } from '../redis/replication.ts';
import { openCredentials } from './credential-service.ts';
import { clockFinding, diskFinding, grokFindings, permissionFinding } from './doctor-machine.ts';
import { platformFindings } from './doctor-platforms.ts';
import { configure, type Foundation, layFoundation } from './foundation.ts';

export interface Finding {
  readonly part: string;
  readonly state: 'ok' | 'warning' | 'failure';
  /** What was found and, if it is not well, what to do. */
  readonly says: string;
}

/** Looks at one part after the other; what depends on a part that failed is left out. */
export async function* findings(environment: Environment): AsyncGenerator<Finding> {
  let configured;
  try {
    configured = await configure({ ...environment, LOG_LEVEL: 'silent' });
  } catch (error) {
    yield failure('configuration', error);
    return;
  }
  const { config, definitions } = configured;
  const names = config.ADAPTERS.length === 0 ? 'no platform' : config.ADAPTERS.join(', ');
  yield { part: 'configuration', state: 'ok', says: `complete; serves ${names}` };
  if (config.ADAPTERS.length === 0) {
    const says = 'none is configured: set DISCORD_TOKEN or TELEGRAM_TOKEN';
    yield { part: 'platforms', state: 'warning', says };
  }

  await using stack = new AsyncDisposableStack();
  let foundation: Foundation | undefined;
  try {
    const volatile = { ...config, ALLOW_VOLATILE_REDIS: true };
    foundation = await layFoundation({ ...configured, config: volatile }, stack);
    yield* redisFindings(foundation.redis, config.ALLOW_VOLATILE_REDIS);
    if (config.REDIS_URL?.includes('+sentinel:') === true) {
      yield replicationFinding(await readReplication(foundation.redis));
    }
  } catch (error) {
    yield failure('redis', error);
  }
  yield await diskFinding(config.DATA_DIR);
  yield await permissionFinding([config.DATA_DIR, '.env']);
  for (const definition of definitions.filter(({ name }) => config.ADAPTERS.includes(name))) {
    const env = config.adapters.get(definition.name);
    yield* platformFindings(definition, env, configured.log);
  }
  yield* grokFindings(config.XAI_API_URL, systemClock);
  if (foundation !== undefined) yield* credentialFindings(foundation);
}

async function* redisFindings(redis: Redis, mayBeVolatile: boolean): AsyncGenerator<Finding> {
  const version = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'unknown';
  const beganAtMs = performance.now();
  for (let round = 0; round < 20; round += 1) await redis.ping();
  const roundTripMs = (performance.now() - beganAtMs) / 20;
  const slow = roundTripMs > 20;
  yield {
    part: 'redis',
    state: slow ? 'warning' : 'ok',
    says: `version ${version}, ${roundTripMs.toFixed(1)} ms a round trip${slow ? ': put it nearer' : ''}`,
  };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 6 || (major === 6 && minor < 2)) {
    yield {
      part: 'redis',
      state: 'failure',
      says: `version ${version} is too old: take 6.2 or newer`,
    };
  }
  yield clockFinding('Redis', Number((await redis.time())[0]) * 1000, systemClock);
  const durability = await readDurability(redis);
  switch (durability.kind) {
    case 'durable':
      yield durability.writesFirst
        ? { part: 'durability', state: 'ok', says: 'AOF at each write, noeviction' }
        : {
            part: 'durability',
            state: 'warning',
            says: 'AOF and noeviction, but a crash may lose the last two seconds, prompts among them: start Redis with --appendfsync always',
          };
      break;
    case 'unknown':
      yield {
        part: 'durability',
        state: 'warning',
        says: 'Redis does not say whether it keeps its data: see that it has AOF and noeviction',
      };
      break;
    case 'volatile':
      yield {
        part: 'durability',
        state: mayBeVolatile ? 'warning' : 'failure',
        says: `a crash would lose data: ${durability.problems.join(', ')}; start Redis with --appendonly yes --maxmemory-policy noeviction`,
      };
  }
}

/** What a fail-over would lose: what no replica has, and what a primary that is cut off goes on to take. */
function replicationFinding({ replicas, leastReplicas }: Replication): Finding {
  const part = 'replication';
  if (replicas === 0) {
    const says = 'no replica follows the primary: a fail-over has nobody to go to';
    return { part, state: 'warning', says };
  }
  const known = `${replicas} ${replicas === 1 ? 'replica follows' : 'replicas follow'} the primary`;
  if (leastReplicas === 0) {
    const says = `${known}, but one that is cut off would go on to take what is then lost: set min-replicas-to-write 1 and min-replicas-max-lag 10 on every server`;
    return { part, state: 'warning', says };
  }
  return { part, state: 'ok', says: known };
}

async function* credentialFindings(foundation: Foundation): AsyncGenerator<Finding> {
  try {
    await using service = await openCredentials(foundation, { tool: true });
    const members = await service.status();
    if (members.length === 0) {
      const says = 'none: run `npm run login`, or set XAI_API_KEY';
      yield { part: 'credential', state: 'failure', says };
    }
    for (const member of members) yield credentialFinding(member);
  } catch (error) {
    yield failure('credential', error);
  }
}

function credentialFinding({ name, state, remainingMs, reason }: MemberStatus): Finding {
  const life = remainingMs === null ? '' : `, token lives ${Math.round(remainingMs / 60_000)} min`;
  const why = reason === '' ? '' : ` (${reason})`;
  const says = `${name} is ${state}${why}${life}`;
  const part = 'credential';
  switch (state) {
    case 'active':
    case 'refreshing':
    case 'interrupted':
    case 'waiting':
      return { part, state: 'ok', says };
    case 'ambiguous':
      return { part, state: 'warning', says: `${says}: sign in again, to be sure: npm run login` };
    case 'expired':
      return { part, state: 'warning', says: `${says}: a refresh is due; does a worker run?` };
    case 'at-only':
      return { part, state: 'warning', says: `${says}: sign in before it ends: npm run login` };
    case 'disabled':
      return { part, state: 'warning', says: `${says}: npm run credentials -- enable ${name}` };
    case 'unknown':
      return { part, state: 'warning', says: `${says}: sign in: npm run login` };
    case 'quarantined':
      return { part, state: 'failure', says: `${says}: sign in again: npm run login` };
  }
}

function failure(part: string, error: unknown): Finding {
  const says = isBridgeError(error)
    ? error.message
    : error instanceof Error
      ? `${error.name}: ${error.message}`
      : String(error);
  return { part, state: 'failure', says };
}
