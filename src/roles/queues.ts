import type { Config } from '../config.ts';
import { partLog } from '../log.ts';
import { ConversationCommands } from '../queue/conversation-commands.ts';
import type { FairUse } from '../queue/fair-use.ts';
import { PromptQueue } from '../queue/prompt-queue.ts';
import { Sweeper } from '../queue/sweeper.ts';
import { TurnQueues } from '../queue/turn-queues.ts';
import { replyTo } from '../reply.ts';
import { type Words, wordsFor } from '../words.ts';
import type { Foundation } from './foundation.ts';
import { watchQueues } from './queue-watch.ts';

const dayMs = 24 * 60 * 60_000;

/** How much of a conversation is kept, whatever Grok is shown of it. */
const maxExchanges = 500;

export function historyBounds(config: Pick<Config, 'HISTORY_DAYS'>) {
  return { maxExchanges, lifetimeMs: config.HISTORY_DAYS * dayMs };
}

/** What people, chats and all together may use. */
export function fairUseOf(config: Config): Required<FairUse> {
  return {
    person: {
      requestsPerMinute: config.REQUESTS_PER_MINUTE,
      budgetUsdPerDay: config.BUDGET_USD_PER_DAY,
    },
    chat: {
      requestsPerMinute: config.REQUESTS_PER_MINUTE_CHAT,
      budgetUsdPerDay: config.BUDGET_USD_PER_DAY_CHAT,
    },
    all: { budgetUsdPerDay: config.BUDGET_USD_PER_DAY_TOTAL },
  };
}

/** Both sides' way to the queues. */
export function openQueues(foundation: Foundation, stack: AsyncDisposableStack) {
  const { config, redis, prefix, clock } = foundation;
  const log = partLog(foundation.log, 'queue');
  const turns = stack.use(
    new TurnQueues({ redis, prefix, log, telemetry: foundation.queueTelemetry }),
  );
  const fairUse = fairUseOf(config);
  const prompts = new PromptQueue({
    redis,
    prefix,
    turns,
    clock,
    limits: { perConversation: config.QUEUE_PER_CONVERSATION, total: config.QUEUE_TOTAL },
    fairUse,
    historyLifetimeMs: historyBounds(config).lifetimeMs,
  });
  const commands = new ConversationCommands({
    redis,
    prefix,
    queue: prompts,
    turns,
    clock,
    historyLifetimeMs: historyBounds(config).lifetimeMs,
    fairUse,
  });
  watchQueues(foundation, { prompts, turns });
  return { turns, prompts, commands };
}

/** See `openQueues`. */
export type Queues = ReturnType<typeof openQueues>;

/** Finds what nobody would come back to; one in every process. */
export function startSweeper(
  { redis, prefix, clock, log }: Foundation,
  turns: TurnQueues,
  recheckGate: () => Promise<unknown>,
): Sweeper {
  return new Sweeper({
    redis,
    prefix,
    turns,
    clock,
    log: partLog(log, 'queue'),
    recheckGate: async () => {
      await recheckGate();
    },
    waitingNotice: (prompt, reason) =>
      replyTo(prompt, {
        id: `${prompt.id}.waiting`,
        kind: 'words',
        final: false,
        text: waitWords(wordsFor(prompt.author.locale), reason),
      }),
  });
}

/** What the author of a prompt is told that waits for this reason of the gate. */
function waitWords({ notAvailable, waitingForSignIn }: Words, reason: string): string {
  return reason === 'invalid-api-key' ? notAvailable : waitingForSignIn;
}
