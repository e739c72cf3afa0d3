import { mkdirSync } from 'node:fs';

import type { Redis } from 'ioredis';

import { loadAdapters } from '../adapters.ts';
import type { AdapterDefinition } from '../chat/port.ts';
import { type Clock, systemClock } from '../clock.ts';
import { type Config, type Environment, readConfig } from '../config.ts';
import { Health } from '../console/health.ts';
import { Metrics } from '../console/metrics.ts';
import { BridgeError } from '../errors.ts';
import { createLog, type Logger, partLog } from '../log.ts';
import { RedisConnections } from '../redis/connection.ts';
import { readDurability, requireDurable } from '../redis/durability.ts';
import { EmbeddedRedis } from '../redis/embedded.ts';
import { requireKnownLayout } from '../redis/layout.ts';
import { noTracing } from '../tracing.ts';
import type { Traced } from './telemetry.ts';

/** What every role stands on. Closed with the stack it was laid in. */
export interface Foundation extends Traced {
  readonly config: Config;
  readonly definitions: readonly AdapterDefinition[];
  readonly log: Logger;
  readonly clock: Clock;
  readonly connections: RedisConnections;
  /** For commands; subscribing and blocking take connections of their own. */
  readonly redis: Redis;
  readonly prefix: string;
  readonly metrics: Metrics;
  readonly health: Health;
  /** Whether what was written survives a crash of Redis. */
  readonly isDurable: boolean;
  /** The Redis is the program's own. */
  readonly isEmbedded: boolean;
  /** No other process used the Redis when this one came: what is marked as under way is nobody's. */
  readonly isAlone: boolean;
}

/** What there is before anything is opened. */
export type Configured = Pick<Foundation, 'config' | 'definitions' | 'log'>;

/**
 * Configuration and log, before anything is opened. `quiet`: the level where none is set.
 * @throws {BridgeError} `CONFIG_INVALID`, `ADAPTER_UNKNOWN`
 */
export async function configure(
  environment: Environment,
  { quiet }: { readonly quiet?: 'warn' | 'fatal' } = {},
): Promise<Configured> {
  const definitions = await loadAdapters();
  const config = readConfig(environment, definitions);
  const unknown = config.ADAPTERS.find(
    (name) => !definitions.some((definition) => definition.name === name),
  );
  if (unknown !== undefined) {
    const names = definitions.map(({ name }) => name).join(', ');
    throw new BridgeError(
      'ADAPTER_UNKNOWN',
      `ADAPTERS: there is no adapter “${unknown}”. There are: ${names}.`,
    );
  }
  // Where a person chats at the very terminal that the log would be printed on, it says only what matters.
  const isChat = config.ADAPTERS.includes('terminal') && process.stdout.isTTY;
  const unset = quiet ?? (isChat ? 'warn' : undefined);
  const isUnset = (environment['LOG_LEVEL'] ?? '') === '';
  const level = isUnset && unset !== undefined ? unset : config.LOG_LEVEL;
  return { config, definitions, log: createLog({ level }) };
}

/**
 * Opens Redis, its own one where none is configured, and looks whether it keeps what it is told.
 * @throws {BridgeError} `REDIS_UNREACHABLE`, `REDIS_VOLATILE`, `REDIS_EMBEDDED_FAILED`, `RECORD_NEWER`
 */
export async function layFoundation(
  configured: Configured,
  stack: AsyncDisposableStack,
): Promise<Foundation> {
  const { config } = configured;
  const log = partLog(configured.log, 'redis');
  makeDataFolder(config.DATA_DIR);
  const embedded =
    config.REDIS_URL === undefined
      ? stack.use(await EmbeddedRedis.open({ dataDir: config.DATA_DIR, clock: systemClock, log }))
      : undefined;
  const url = config.REDIS_URL ?? embedded?.url ?? '';
  const connections = stack.use(new RedisConnections(url, log, { ca: config.REDIS_CA }));
  const redis = await connections.connect('grok-bridge');
  const durability =
    embedded === undefined
      ? await requireDurable(redis, { allowVolatile: config.ALLOW_VOLATILE_REDIS, log })
      : await readDurability(redis);
  await requireKnownLayout(redis, config.REDIS_PREFIX);
  return {
    ...configured,
    clock: systemClock,
    connections,
    redis,
    prefix: config.REDIS_PREFIX,
    tracing: noTracing,
    metrics: new Metrics(),
    health: new Health(),
    isDurable: durability.kind !== 'volatile',
    isEmbedded: embedded !== undefined,
    isAlone: embedded?.isOurs ?? false,
  };
}

function makeDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new BridgeError(
      'CONFIG_INVALID',
      `DATA_DIR: the folder ${folder} cannot be made. Name one that this user may write to.`,
      { cause },
    );
  }
}
