import type { ConversationSettings } from '../conversation-settings.ts';
import type { Exchange } from '../conversation/exchange.ts';
import { Grok, type FailureReport } from '../grok/answer.ts';
import type { Answer } from '../grok/attempt.ts';
import { GrokClient } from '../grok/client.ts';
import { effortsOf } from '../grok/efforts.ts';
import { defaultInstructions, promptText } from '../grok/prompt-text.ts';
import type { GrokRequest, Picture } from '../grok/request.ts';
import type { TokenSource } from '../grok/token-source.ts';
import type { Prompt } from '../prompt.ts';
import type { Foundation } from './foundation.ts';
import type { OwnerNotices } from './owner-notices.ts';

/** A prompt with what was said before it. */
export interface Question {
  readonly prompt: Prompt;
  /** The prompt's text with the files of text that came with it. */
  readonly text: string;
  readonly images: readonly Picture[];
  readonly history: readonly Exchange[];
  /** What was chosen for the conversation. */
  readonly chosen: ConversationSettings;
}

export interface AskHooks {
  /** All of the answer so far. */
  readonly onText: (text: string) => void;
  /** The API refused an attempt, or the connection failed. */
  readonly onRefusal: () => void;
}

/** Asks Grok; rejects with the `BridgeError` that `disposition` decides on. */
export type Ask = (question: Question, hooks: AskHooks, signal: AbortSignal) => Promise<Answer>;

export interface AskParts {
  readonly tokens: TokenSource;
  readonly owners: OwnerNotices;
}

/** Puts the Grok client on a foundation: failures are counted and logged, owners told of theirs. */
export function askGrok(
  { config, metrics, clock, log }: Foundation,
  { tokens, owners }: AskParts,
  stack: AsyncDisposableStack,
): Ask {
  const client = stack.use(new GrokClient({ baseUrl: config.XAI_API_URL, api: config.GROK_API }));
  const asking = new Map<string, { readonly model: string; readonly onRefusal: () => void }>();
  const grok = new Grok({
    client,
    tokens,
    clock,
    idleMs: config.GROK_IDLE_SECONDS * 1000,
    onFailure: (failure) => {
      metrics.apiFailures.inc({ class: failure.class });
      log.warn(failure, 'grok refused');
      const asked = asking.get(failure.prompt);
      asked?.onRefusal();
      tellOwners(failure, asked?.model ?? config.GROK_MODEL, owners).catch((error: unknown) => {
        log.warn({ err: error, prompt: failure.prompt }, 'owners not told');
      });
    },
  });

  return async (question, { onText, onRefusal }, signal) => {
    const { prompt, text: asked, images, history, chosen } = question;
    const askedAtMs = clock.monotonic();
    let isFirst = true;
    const isPicture = prompt.imagine === true;
    const model = isPicture ? config.GROK_IMAGE_MODEL : (chosen.model ?? config.GROK_MODEL);
    asking.set(prompt.id, { model, onRefusal });
    try {
      return await grok.answer(
        {
          prompt: prompt.id,
          conversation: prompt.conversation,
          author: prompt.author.id,
          model,
          instructions: instructionsFor(chosen, config.GROK_INSTRUCTIONS),
          effort: effortsOf(model).find((effort) => effort === chosen.effort),
          search: searchFor(prompt, config.GROK_SEARCH),
          history: history.map((exchange) => ({
            prompt: spoken(exchange.prompt, exchange.author),
            answer: exchange.answer,
          })),
          text: isPicture ? asked : spoken(asked, speaker(prompt)),
          isPicture,
          ...(images.length === 0 ? {} : { images }),
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
      asking.delete(prompt.id);
    }
  };
}

function instructionsFor({ persona }: ConversationSettings, configured?: string): string {
  const always = configured ?? defaultInstructions;
  return persona === undefined ? always : `${always}\n\n${personaHeading}\n${persona}`;
}

const personaHeading = 'The people of this conversation want you to be as follows:';

function searchFor(prompt: Prompt, configured: 'auto' | 'off'): GrokRequest['search'] {
  if (prompt.search === true) return 'must';
  return configured === 'auto' ? 'may' : undefined;
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
