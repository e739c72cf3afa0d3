import type { ConversationSettings } from '../conversation-settings.ts';
import type { Exchange } from '../conversation/exchange.ts';
import type { Answer } from '../grok/attempt.ts';
import type { Usage } from '../grok/dialect.ts';
import { effortsOf } from '../grok/efforts.ts';
import { aboutData, defaultManner, promptText } from '../grok/prompt-text.ts';
import type { GrokRequest, PastExchange, Picture } from '../grok/request.ts';
import type { Prompt } from '../prompt.ts';
import type { Foundation } from './foundation.ts';
import type { Send } from './open-grok.ts';

/** A prompt with what was said before it. */
export interface Question {
  readonly prompt: Prompt;
  /** The prompt's text with the files of text that came with it. */
  readonly text: string;
  readonly images: readonly Picture[];
  /** What stands for all that was said before `history`. */
  readonly earlier: string | undefined;
  readonly history: readonly Exchange[];
  /** What was chosen for the conversation. */
  readonly chosen: ConversationSettings;
}

export interface AskHooks {
  /** All of the answer so far. */
  readonly onText: (text: string) => void;
  /** Grok works on the answer, which costs from then on; what it has cost, once that is said. */
  readonly onWork: (usage?: Usage) => void;
  /** The API refused an attempt, or the connection failed. */
  readonly onRefusal: () => void;
}

/** Asks Grok; rejects with the `BridgeError` that `disposition` decides on. */
export type Ask = (question: Question, hooks: AskHooks, signal: AbortSignal) => Promise<Answer>;

/** Makes requests of questions, as the settings of the conversation and of the program say. */
export function askGrok(
  { config, metrics, clock, tracing }: Pick<Foundation, 'config' | 'metrics' | 'clock' | 'tracing'>,
  send: Send,
): Ask {
  return async (question, { onText, onWork, onRefusal }, signal) => {
    const { prompt, text: asked, images, earlier, history, chosen } = question;
    const askedAtMs = clock.monotonic();
    let isFirst = true;
    const isPicture = prompt.imagine === true;
    const model = isPicture ? config.GROK_IMAGE_MODEL : (chosen.model ?? config.GROK_MODEL);
    const effort = effortsOf(model).find((one) => one === chosen.effort);
    const answer = await send(
      {
        prompt: prompt.id,
        conversation: prompt.conversation,
        author: prompt.author.id,
        model,
        instructions: instructionsFor(chosen, config.GROK_INSTRUCTIONS),
        ...(isPicture ? {} : { effort, search: searchFor(prompt, config) }),
        earlier,
        history: history.map(pastExchange),
        text: isPicture ? asked : spoken(asked, speaker(prompt)),
        isPicture,
        ...(images.length === 0 ? {} : { images }),
      },
      {
        onText: (text) => {
          if (isFirst) {
            metrics.firstTokenSeconds.observe((clock.monotonic() - askedAtMs) / 1000);
            tracing.note('first word');
          }
          isFirst = false;
          onText(text);
        },
        onWork,
        onRefusal,
      },
      signal,
    );
    const isUntold = chosen.effort !== undefined && effort === undefined && !isPicture;
    return isUntold ? { ...answer, without: ['effort', ...(answer.without ?? [])] } : answer;
  };
}

/** An exchange as Grok is shown it. */
export function pastExchange({ prompt, answer, author }: Exchange): PastExchange {
  return { prompt: spoken(prompt, author), answer };
}

function instructionsFor({ persona }: ConversationSettings, configured?: string): string {
  const always = `${configured ?? defaultManner}\n\n${aboutData}`;
  return persona === undefined ? always : `${always}\n\n${personaHeading}\n${persona}`;
}

const personaHeading = 'The people of this conversation want you to be as follows:';

function searchFor(
  prompt: Prompt,
  { GROK_SEARCH, GROK_API }: Pick<Foundation['config'], 'GROK_SEARCH' | 'GROK_API'>,
): GrokRequest['search'] {
  if (prompt.search === true) return 'must';
  return GROK_SEARCH === 'auto' && GROK_API === 'responses' ? 'may' : undefined;
}

/** Who speaks, where several people do; else nobody needs to be named. */
export function speaker(prompt: Prompt): string {
  return prompt.isShared === true ? prompt.author.name : '';
}

function spoken(text: string, from: string): string {
  return promptText(from === '' ? { text } : { text, from });
}
