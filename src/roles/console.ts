import type { Queue } from 'bullmq';

import { MinuteSampler } from '../console/minutes.ts';
import type { Playground } from '../console/playground.ts';
import { Console } from '../console/server.ts';
import type { CredentialService } from '../credentials/service.ts';
import { partLog } from '../log.ts';
import { RedisIncidents } from '../redis/incident-list.ts';
import { RedisMinuteBook } from '../redis/minute-book.ts';
import { RedisPresence } from '../redis/presence.ts';
import { consoleSources } from './console-sources.ts';
import { openCredentials } from './credential-service.ts';
import type { Foundation } from './foundation.ts';
import { Incidents } from './incidents.ts';
import { Presence, type PresenceParts } from './presence.ts';
import type { Queues } from './queues.ts';

export interface ConsoleOfProcess extends Pick<PresenceParts, 'sides' | 'accounts'> {
  readonly queues: Queues;
  readonly board: readonly Queue[];
  /** The worker's; where there is no worker they are opened when they are looked at. */
  readonly credentials: CredentialService | undefined;
  readonly playground: Playground | undefined;
}

/** How often what happened is added to the minute's. */
const sampleMs = 2000;

/**
 * Health, metrics and the pages, with Redis as the first thing that has to be ready; and what this
 * process adds to the pages of all.
 */
export async function openConsole(
  foundation: Foundation,
  parts: ConsoleOfProcess,
  stack: AsyncDisposableStack,
): Promise<Console> {
  const { config, redis, prefix, health, metrics, clock, log } = foundation;
  health.add('redis', async () => {
    await redis.ping();
    return { kind: 'ready' };
  });
  const list = new RedisIncidents(redis, prefix);
  const incidents = new Incidents({ list, clock, log });
  const present = new RedisPresence(redis, prefix);
  const presence = stack.use(new Presence(foundation, { ...parts, presence: present, incidents }));
  await presence.start();

  const book = new RedisMinuteBook(redis, prefix);
  stack.adopt(keepSampling(foundation, book), (sampling) => sampling.abort());
  return stack.use(
    await Console.listen({
      host: config.HTTP_HOST,
      port: config.HTTP_PORT,
      token: config.HTTP_TOKEN,
      health,
      metrics,
      sources: consoleSources(foundation, {
        queues: parts.queues,
        presence: present,
        incidents: list,
        book,
        credentials: credentialsFor(foundation, parts.credentials, stack),
        ownId: presence.id,
        hasPlayground: parts.playground !== undefined,
        hasQueueBoard: parts.board.length > 0,
      }),
      queues: parts.board,
      playground: parts.playground,
      clock,
      log: partLog(log, 'console'),
    }),
  );
}

function keepSampling({ metrics, clock, log }: Foundation, book: RedisMinuteBook): AbortController {
  const ended = new AbortController();
  const sampler = new MinuteSampler({ metrics, book, clock });
  const keep = async () => {
    for (;;) {
      await clock.sleep(sampleMs, ended.signal);
      await sampler.sample().catch((error: unknown) => {
        log.warn({ err: error }, 'minute not noted');
      });
    }
  };
  keep().catch(() => undefined);
  return ended;
}

/** A process that only bridges has no credentials open: it opens them to look, and reads them anew each time. */
function credentialsFor(
  foundation: Foundation,
  own: CredentialService | undefined,
  stack: AsyncDisposableStack,
): () => Promise<CredentialService> {
  if (own !== undefined) return async () => Promise.resolve(own);
  let opened: Promise<CredentialService> | undefined;
  stack.defer(async () => (await opened?.catch(() => undefined))?.[Symbol.asyncDispose]());
  return async () => {
    opened ??= openCredentials(foundation, { tool: true });
    try {
      const service = await opened;
      await service.reload();
      return service;
    } catch (error) {
      const failed = opened;
      opened = undefined;
      await (await failed.catch(() => undefined))?.[Symbol.asyncDispose]();
      throw error;
    }
  };
}
