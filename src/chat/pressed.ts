import type { Conversations } from './conversations.ts';
import { waitWords } from './desk.ts';
import type { Pressed } from './port.ts';
import type { Prompts, Unfair } from './prompts.ts';
import type { Visit } from './visit.ts';

export interface PressParts {
  readonly prompts: Pick<Prompts, 'stop'>;
  readonly conversations: Pick<Conversations, 'retry'>;
  readonly unfairWords: (outcome: Unfair) => string;
}

/**
 * What the buttons below answers do: they name their prompt, and say nothing in the conversation,
 * where everybody sees what comes of it. Undefined: the press is another command's.
 */
export function pressAnswer(visit: Visit, parts: PressParts): Promise<Pressed> | undefined {
  const [, command, prompt = ''] = /^\/(stop|retry) (\S+)$/.exec(visit.text) ?? [];
  if (command === undefined) return undefined;
  return command === 'stop' ? stop(visit, prompt, parts) : retry(visit, prompt, parts);
}

async function stop(visit: Visit, prompt: string, { prompts }: PressParts): Promise<Pressed> {
  const { message, conversation, words } = visit;
  const outcome = await prompts.stop(message.id, conversation, { kind: 'prompt', prompt }, null);
  return outcome === 'nothing' ? { notice: words.nothingToStop } : {};
}

async function retry(visit: Visit, prompt: string, parts: PressParts): Promise<Pressed> {
  const { message, conversation, account, author, receivedAtMs, words } = visit;
  const again = { id: message.id, conversation, account, author, receivedAtMs, only: prompt };
  const outcome = await parts.conversations.retry(again, waitWords(visit));
  if (outcome === 'none') return { notice: words.nothingToRetry };
  return typeof outcome === 'object' ? { notice: parts.unfairWords(outcome) } : {};
}
