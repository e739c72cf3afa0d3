import { readFileSync } from 'node:fs';

import type { Account, Insight } from '../chat/insight.ts';
import { effortsOf } from '../grok/efforts.ts';
import { UsageBook } from '../queue/usage-book.ts';
import { gateKey } from '../redis/keys.ts';
import { ModelList } from '../redis/model-list.ts';
import { openCredentials } from './credential-service.ts';
import type { Foundation } from './foundation.ts';
import type { Queues } from './queues.ts';

/** xAI counts cost in ten-billionths of a dollar (docs.x.ai, `usage.cost_in_usd_ticks`). */
const ticksPerUsd = 1e10;

/** What commands may know, out of what a bridge can reach. */
export function insightInto(foundation: Foundation, { prompts }: Pick<Queues, 'prompts'>): Insight {
  const { config, redis, prefix, clock } = foundation;
  const book = new UsageBook({ redis, prefix, clock });
  const models = new ModelList(redis, prefix);
  return {
    version: programVersion(),
    model: config.GROK_MODEL,
    limits: {
      requestsPerMinute: config.REQUESTS_PER_MINUTE,
      budgetUsdPerDay: config.BUDGET_USD_PER_DAY,
      perConversation: config.QUEUE_PER_CONVERSATION,
      total: config.QUEUE_TOTAL,
      historyDays: config.HISTORY_DAYS,
      access: config.ACCESS,
    },
    models: async () => models.read(),
    efforts: effortsOf,
    usage: async (person) => {
      const today = await book.today(person === 'everybody' ? 'all' : person);
      const { answers, inputTokens, outputTokens, costUsdTicks } = today;
      return { answers, inputTokens, outputTokens, costUsd: costUsdTicks / ticksPerUsd };
    },
    isServing: async () => (await redis.exists(gateKey(prefix))) === 0,
    waiting: async () => (await prompts.depth()).waiting,
    accounts: async () => accounts(foundation),
  };
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
    reason: reason === '' ? error : reason,
  }));
}

function programVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const parsed: unknown = JSON.parse(text);
  const isPackage = typeof parsed === 'object' && parsed !== null && 'version' in parsed;
  return isPackage ? String(parsed.version) : 'unknown';
}
