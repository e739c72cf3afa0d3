import { collapse } from '../console/incidents.ts';
import { lastHour } from '../console/minutes.ts';
import type { CredentialView, PlatformView, QueuesView, Today } from '../console/snapshot.ts';
import type { ConsoleSources } from '../console/sources.ts';
import type { CredentialService } from '../credentials/service.ts';
import { QueueKeys } from '../queue/queue-keys.ts';
import { UsageBook } from '../queue/usage-book.ts';
import type { RedisIncidents } from '../redis/incident-list.ts';
import { gateKey } from '../redis/keys.ts';
import type { RedisMinuteBook } from '../redis/minute-book.ts';
import type { ProcessNote, RedisPresence } from '../redis/presence.ts';
import type { Foundation } from './foundation.ts';
import { ticksPerUsd } from './insight.ts';
import type { Queues } from './queues.ts';
import { programVersion } from './version.ts';

export interface ConsoleParts {
  readonly queues: Pick<Queues, 'turns' | 'prompts'>;
  readonly presence: RedisPresence;
  readonly incidents: RedisIncidents;
  readonly book: RedisMinuteBook;
  /** Those of the worker, or opened to look at them. */
  readonly credentials: () => Promise<Pick<CredentialService, 'status' | 'past'>>;
  /** Which of the processes this is. */
  readonly ownId: string;
  readonly hasPlayground: boolean;
  readonly hasQueueBoard: boolean;
}

/** What is shown of the past. */
const shown = { incidents: 40, moments: 30 } as const;

/**
 * The console's sections, of all processes that share the Redis: but for the checks, which are this
 * process' own, they are read there.
 */
export function consoleSources(foundation: Foundation, parts: ConsoleParts): ConsoleSources {
  const { config, health, clock } = foundation;
  const { presence, incidents, book, ownId, hasPlayground, hasQueueBoard } = parts;
  const version = programVersion();
  const processes = async () => presence.all(clock.now());
  return {
    about: async () =>
      Promise.resolve({ version, model: config.GROK_MODEL, hasPlayground, hasQueueBoard }),
    checks: async () => {
      const { checks } = await health.read();
      return Object.entries(checks).map(([name, check]) =>
        check.kind === 'ready' ? { name } : { name, problem: check.reason },
      );
    },
    platforms: async () => platformsOf(await processes()),
    credentials: async () => credentialsOf(await parts.credentials()),
    queues: async () => queuesOf(foundation, parts, await processes()),
    hour: async () => lastHour(book, clock.now()),
    today: async () => todayOf(foundation),
    incidents: async () =>
      collapse(await incidents.newest(shown.incidents * 2)).slice(0, shown.incidents),
    processes: async () =>
      (await processes()).map(({ id, sides, host, pid, startedAtMs, rssBytes, isHere }) => ({
        id,
        sides,
        host,
        pid,
        startedAtMs,
        rssBytes,
        isHere,
        isThis: id === ownId,
      })),
  };
}

type KnownProcess = ProcessNote & { readonly id: string; readonly isHere: boolean };

/** Of each account: the process that serves it, else one that would. */
function platformsOf(processes: readonly KnownProcess[]): PlatformView[] {
  const all = processes.flatMap(({ accounts, ...process }) =>
    accounts.map((account) => ({ ...account, process })),
  );
  const byAccount = Map.groupBy(all, ({ account }) => account);
  return [...byAccount.values()].flatMap((seats) => {
    const here = seats.filter(({ process }) => process.isHere);
    const serving = here.find(({ state }) => state !== 'standby');
    const seat = serving ?? here.at(-1) ?? seats.at(-1);
    if (seat === undefined) return [];
    const { platform, account, displayName, state, lastEventAtMs, process } = seat;
    return [
      {
        platform,
        account,
        displayName,
        state: process.isHere ? state : 'gone',
        lastEventAtMs,
        process: `${process.host} ${process.pid}`,
        standbys: here.filter((other) => other !== seat).length,
      },
    ];
  });
}

async function credentialsOf(
  service: Pick<CredentialService, 'status' | 'past'>,
): Promise<CredentialView[]> {
  const members = await service.status();
  return Promise.all(
    members.map(async (member) => ({
      name: member.name,
      kind: member.kind,
      state: member.state,
      epoch: member.epoch,
      generation: member.generation,
      expiresAtMs: member.expiresAtMs,
      refreshedAtMs: member.refreshedAtMs,
      nextAttemptAtMs: member.nextAttemptAtMs,
      benchedUntilMs: member.benchedUntilMs,
      reason: member.reason === '' ? member.error : member.reason,
      past: await service.past(member.name, shown.moments),
    })),
  );
}

async function queuesOf(
  { redis, prefix }: Foundation,
  { queues }: Pick<ConsoleParts, 'queues'>,
  processes: readonly KnownProcess[],
): Promise<QueuesView> {
  const accounts = processes.flatMap((process) => process.accounts.map(({ account }) => account));
  const [depth, counts, deadLetters, closedBecause] = await Promise.all([
    queues.prompts.depth(),
    queues.turns.counts([...new Set(accounts)].sort()),
    redis.llen(new QueueKeys(prefix).deadLetters),
    redis.hget(gateKey(prefix), 'reason'),
  ]);
  const turns = [...Map.groupBy(counts, ({ queue }) => queue)].map(([queue, states]) => {
    const jobs = (state: string) => states.find((count) => count.state === state)?.jobs ?? 0;
    return {
      queue,
      waiting: jobs('waiting'),
      active: jobs('active'),
      delayed: jobs('delayed'),
      failed: jobs('failed'),
    };
  });
  const { waiting: prompts, conversations, oldestAtMs } = depth;
  return { prompts, conversations, oldestAtMs, deadLetters, turns, closedBecause };
}

async function todayOf({ redis, prefix, clock }: Foundation): Promise<Today> {
  const book = new UsageBook({ redis, prefix, clock });
  const { answers, inputTokens, outputTokens, costUsdTicks } = await book.today('all');
  return { answers, tokens: inputTokens + outputTokens, costUsd: costUsdTicks / ticksPerUsd };
}
