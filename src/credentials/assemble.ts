import { createHmac } from 'node:crypto';

import type { Redis } from 'ioredis';

import { type Clock, systemClock } from '../clock.ts';
import { ApiKey } from './api-key.ts';
import { Copies } from './copies.ts';
import { Credential } from './credential.ts';
import { Discovery } from './discovery.ts';
import { DueRefresh } from './due.ts';
import { isDurable } from './durability.ts';
import type { OnCredentialEvent } from './events.ts';
import { Exchange } from './exchange.ts';
import { Gate } from './gate.ts';
import type { KeyRing } from './key-ring.ts';
import { CredentialKeys } from './keys.ts';
import { Pool } from './pool.ts';
import { Reactive } from './reactive.ts';
import type { CredentialRecord } from './record.ts';
import { RedisCredentials } from './redis-store.ts';
import { RedisTime } from './redis-time.ts';
import { CredentialScripts } from './scripts.ts';
import { type OpenFile, SpillFolder } from './spill.ts';
import { type CredentialTimings, timings } from './timings.ts';
import { Connection } from './upkeep.ts';
import type { TokenClassifier } from './verdict.ts';
import { Waiters } from './waiters.ts';

export interface CredentialServiceOptions {
  /** Connected; used for commands. */
  readonly redis: Redis;
  /** A connection of its own for the channel; null for a tool that ends soon. */
  readonly subscriber: Redis | null;
  readonly prefix: string;
  readonly dataDir: string;
  /** Opens and seals the records; null where no keys are configured: then only an API key serves. */
  readonly ring: KeyRing | null;
  /** XAI_AUTH_URL, the issuer. */
  readonly issuer: string;
  /** Used for sign-ins that do not name their own. */
  readonly clientId?: string | undefined;
  readonly apiKey?: string | undefined;
  /** Judges the token endpoint's answers. */
  readonly classify: TokenClassifier;
  /** Names this process in records and logs. */
  readonly owner: string;
  readonly onEvent?: OnCredentialEvent;
  readonly clock?: Clock;
  readonly timings?: Partial<CredentialTimings>;
  readonly random?: () => number;
  /** Opens the files under `dataDir`; default: as node:fs does. */
  readonly openFile?: OpenFile;
  /** A tool looks and changes; it restores, replays and closes nothing of its own accord. */
  readonly tool?: boolean;
}

/** The collaborators of one process's credential service. */
export interface Assembly {
  readonly limits: CredentialTimings;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onEvent: OnCredentialEvent;
  readonly keys: CredentialKeys;
  readonly store: RedisCredentials;
  readonly time: RedisTime;
  readonly waiters: Waiters;
  readonly connection: Connection;
  readonly spills: SpillFolder | null;
  readonly exchange: Exchange | null;
  readonly pool: Pool;
  readonly gate: Gate;
  readonly due: DueRefresh;
  readonly reactive: Reactive;
  /** Whether this process has been through the spill folder. */
  readonly progress: { replayed: boolean };
  readonly copies: Copies | null;
}

/** Puts the parts together; touches neither Redis nor the disk. */
export function assemble(options: CredentialServiceOptions): Assembly {
  const { redis, prefix, ring, owner, classify, clientId, dataDir, tool } = options;
  const limits = timings(options.timings);
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const onEvent = options.onEvent ?? (() => undefined);
  const keys = new CredentialKeys(prefix);
  const time = new RedisTime(clock);
  const scripts = new CredentialScripts(redis, keys, time, limits.storeMs);
  const store = new RedisCredentials(scripts, limits);
  const waiters = new Waiters(clock);
  const connection = new Connection(redis, clock);
  const discovery = new Discovery(options.issuer, clock, limits.discoveryMs);
  const spills = ring === null ? null : new SpillFolder(dataDir, ring, options.openFile);
  const copies =
    spills === null
      ? null
      : new Copies(spills, (credential, why) =>
          onEvent({
            credential,
            kind: 'alert',
            what: `the sealed copy could not be written: ${why}`,
          }),
        );
  const progress = { replayed: false };
  const shared = { store, time, clock, limits, onEvent, random };

  const exchange =
    ring === null || spills === null || copies === null
      ? null
      : new Exchange({
          ...shared,
          spills,
          copies,
          ring,
          owner,
          clientId,
          classify,
          endpoint: async () => (await discovery.find()).tokenEndpoint,
          durable: async () => isDurable(redis),
          losses: () => connection.losses,
          onCommitted: (name, record) => pool.credential(name)?.adopt(record),
          onProvisional: (name, record) => pool.credential(name)?.adoptProvisional(record),
        });

  const keepCopy: (name: string, sealed: CredentialRecord) => void = (name, record) => {
    if (tool !== true) void copies?.keep(name, record);
  };
  const open = (name: string): Credential | null =>
    ring === null || exchange === null
      ? null
      : new Credential(name, {
          ...shared,
          exchange,
          ring,
          waiters,
          keepCopy,
          mayRefresh: () => connection.mayRefresh(limits),
          mayResend: () => progress.replayed && connection.mayResend(limits),
        });

  const key = options.apiKey ?? '';
  const apiKey = key === '' ? null : new ApiKey(key, printOf(key), store);
  const pool = new Pool({ store, time, apiKey, open });
  return {
    ...shared,
    keys,
    waiters,
    connection,
    spills,
    exchange,
    pool,
    progress,
    copies,
    gate: new Gate(redis, keys, store, onEvent),
    due: new DueRefresh(pool, time, clock, random),
    reactive: new Reactive(shared),
  };
}

/** The same in every process that holds the key, whatever its sealing keys are. */
function printOf(apiKey: string): string {
  return createHmac('sha256', apiKey).update('grok-bridge api key').digest('hex').slice(0, 12);
}
