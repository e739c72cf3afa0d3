import type { Account, Insight, UsageOf } from '../chat/insight.ts';
import { effortsOf } from '../grok/efforts.ts';
import { chatScope } from '../queue/fair-use.ts';
import { UsageBook } from '../queue/usage-book.ts';
import { gateKey } from '../redis/keys.ts';
import { ModelList } from '../redis/model-list.ts';
import { accountWhy } from './account-why.ts';
import { openCredentials } from './credential-service.ts';
import type { Foundation } from './foundation.ts';
import { fairUseOf, type Queues } from './queues.ts';
import { programVersion } from './version.ts';

/** xAI counts cost in ten-billionths of a dollar (docs.x.ai, `usage.cost_in_usd_ticks`). */
export const ticksPerUsd = 1e10;

/** What commands may know, out of what a bridge can reach. */
export function insightInto(foundation: Foundation, { prompts }: Pick<Queues, 'prompts'>): Insight {
  const { config, redis, prefix, clock } = foundation;
  const book = new UsageBook({ redis, prefix, clock });
  const models = new ModelList(redis, prefix);
  return {
    version: programVersion(),
    model: config.GROK_MODEL,
    limits: {
      ...fairUseOf(config),
      perConversation: config.QUEUE_PER_CONVERSATION,
      total: config.QUEUE_TOTAL,
      historyDays: config.HISTORY_DAYS,
      access: config.ACCESS,
    },
    models: async () => models.read(),
    efforts: effortsOf,
    usage: async (of) => {
      const today = await book.today(scopeOf(of));
      const { answers, inputTokens, outputTokens, costUsdTicks } = today;
      return { answers, inputTokens, outputTokens, costUsd: costUsdTicks / ticksPerUsd };
    },
    isServing: async () => (await redis.exists(gateKey(prefix))) === 0,
    waiting: async () => (await prompts.depth()).waiting,
    accounts: async () => accounts(foundation),
  };
}

function scopeOf(of: UsageOf): string {
  switch (of.kind) {
    case 'person':
      return of.id;
    case 'chat':
      return chatScope(of.id);
    case 'all':
      return 'all';
  }
}

/** Looked at when asked for, since a process that only bridges has no accounts open. */
async function accounts(foundation: Foundation): Promise<readonly Account[]> {
  await using service = await openCredentials(foundation, { tool: true });
  const members = await service.status();
  return members.map(({ name, kind, state, remainingMs, reason, error }) => ({
    name,
    kind,
    state,
    remainingMs,
    why: accountWhy(reason, error),
  }));
}
