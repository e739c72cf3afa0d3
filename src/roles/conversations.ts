import type { Conversations } from '../chat/conversations.ts';
import { History } from '../conversation/history.ts';
import { partLog } from '../log.ts';
import type { Foundation } from './foundation.ts';
import type { Queues } from './queues.ts';
import { tracedRetry } from './traced-prompts.ts';

/** What is kept of conversations, and what commands do to them, as one. */
export function conversationsOf(
  { config, redis, prefix, log, tracing }: Foundation,
  { commands }: Pick<Queues, 'commands'>,
): Conversations {
  const history = new History({
    redis,
    prefix,
    budgetTokens: config.HISTORY_TOKENS,
    log: partLog(log, 'chat'),
  });
  return {
    settings: async (conversation) => commands.settings(conversation),
    kept: async (conversation) => history.all(conversation),
    change: async (...change) => commands.change(...change),
    retry: tracedRetry(async (...retry) => commands.retry(...retry), tracing),
    undo: async (...undo) => commands.undo(...undo),
    forget: async (...forget) => commands.forget(...forget),
  };
}
