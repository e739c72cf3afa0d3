import type { Exchange } from '../conversation/exchange.ts';
import { Grok, type FailureReport } from '../grok/answer.ts';
import type { Answer } from '../grok/attempt.ts';
import { GrokClient } from '../grok/client.ts';
import { defaultInstructions, promptText } from '../grok/prompt-text.ts';
import type { TokenSource } from '../grok/token-source.ts';
import type { Prompt } from '../prompt.ts';
import type { Foundation } from './foundation.ts';
import type { OwnerNotices } from './owner-notices.ts';

/** A prompt with what was said before it. */
export interface Question {
  readonly prompt: Prompt;
  readonly history: readonly Exchange[];
}

export interface AskHooks {
  /** All of the answer so far. */
  readonly onText: (text: string) => void;
  /** The API refused an attempt, or the connection failed. */
  readonly onRefusal: () => void;
}

/** Asks Grok; rejects with the `BridgeError` that `disposition` decides on. */
export type Ask = (question: Question, hooks: AskHooks, signal: AbortSignal) => Promise<Answer>;

/** Puts the Grok client on a foundation: failures are counted and logged, owners told of theirs. */
export function askGrok(
  { config, metrics, clock, log }: Foundation,
  { tokens, owners }: { readonly tokens: TokenSource; readonly owners: OwnerNotices },
  stack: AsyncDisposableStack,
): Ask {
  const client = stack.use(new GrokClient({ baseUrl: config.XAI_API_URL, api: config.GROK_API }));
  const refusals = new Map<string, () => void>();
  const grok = new Grok({
    client,
    tokens,
    clock,
    idleMs: config.GROK_IDLE_SECONDS * 1000,
    onFailure: (failure) => {
      metrics.apiFailures.inc({ class: failure.class });
      log.warn(failure, 'grok refused');
      refusals.get(failure.prompt)?.();
      tellOwners(failure, config.GROK_MODEL, owners).catch((error: unknown) => {
        log.warn({ err: error, prompt: failure.prompt }, 'owners not told');
      });
    },
  });

  return async ({ prompt, history }, { onText, onRefusal }, signal) => {
    const askedAtMs = clock.monotonic();
    let isFirst = true;
    refusals.set(prompt.id, onRefusal);
    try {
      return await grok.answer(
        {
          prompt: prompt.id,
          conversation: prompt.conversation,
          author: prompt.author.id,
          model: config.GROK_MODEL,
          instructions: config.GROK_INSTRUCTIONS ?? defaultInstructions,
          history: history.map((exchange) => ({
            prompt: spoken(exchange.prompt, exchange.author),
            answer: exchange.answer,
          })),
          text: spoken(prompt.text, speaker(prompt)),
        },
        {
          onText: (text) => {
            if (isFirst) metrics.firstTokenSeconds.observe((clock.monotonic() - askedAtMs) / 1000);
            isFirst = false;
            onText(text);
          },
          signal,
        },
      );
    } finally {
      refusals.delete(prompt.id);
    }
  };
}

/** Who speaks, where several people do; else nobody needs to be named. */
export function speaker(prompt: Prompt): string {
  return prompt.isShared === true ? prompt.author.name : '';
}

function spoken(text: string, from: string): string {
  return promptText(from === '' ? { text } : { text, from });
}

async function tellOwners(
  { class: what }: FailureReport,
  model: string,
  owners: OwnerNotices,
): Promise<void> {
  if (what !== 'forbidden' && what !== 'model-unavailable') return;
  await owners.tell(`${what}.${model}`, (words) => words.ownerModelRefused(model, what));
}
