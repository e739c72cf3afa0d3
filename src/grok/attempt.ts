import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import { classify, type InferenceVerdict } from './classify.ts';
import type { GrokClient, GrokEvent } from './client.ts';
import type { Ending, Facts, Source, Usage } from './dialect.ts';
import type { Drawn } from './draw.ts';
import type { Extra } from './extras.ts';
import { abortError, networkError } from './failure.ts';
import type { GrokRequest } from './request.ts';
import { Watchdog } from './watchdog.ts';

export interface Answer {
  /** Markdown; never empty. */
  readonly text: string;
  readonly sources: readonly Source[];
  readonly usage: Usage;
  /** The one that answered, as the API names it. */
  readonly model: string;
  readonly responseId?: string;
  /** Ended by the longest allowed output, and to be shown as such. */
  readonly cut: boolean;
  /** What was asked for and was not to be had of the model. */
  readonly without?: readonly Extra[];
  /** Drawn on demand; `text` then says what was asked for. */
  readonly picture?: Drawn;
}

export interface AttemptOptions {
  readonly clock: Clock;
  /** The longest silence, also before the first event. */
  readonly idleMs: number;
  /** All of the answer so far, after each piece; an attempt that follows begins anew. */
  readonly onText: (text: string) => void;
  /** The API has begun to answer: it took the token. */
  readonly onAccepted: () => void;
  /** Grok works on the answer, which costs from then on; what it has cost, once that is said. */
  readonly onWork: (usage?: Usage) => void;
}

export type Attempt =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly refusal: Refused };

export interface Refused {
  readonly verdict: InferenceVerdict;
  /** `null`: said within the stream. */
  readonly status: number | null;
  /** Text had come before. */
  readonly streamed: boolean;
}

/** What may still follow the end of an answer is its usage, and soon. */
const afterEndMs = 2000;

/**
 * Sends a request once and reads its answer to the end.
 * @throws BridgeError GROK_UNAVAILABLE when there is no connection or it falls silent,
 * GROK_INCOMPLETE when the answer ends before its end, GROK_DECLINED; on abort the signal's
 * `BridgeError`, or STOPPED. What had come by then was given to `onText`.
 */
export async function attempt(
  client: GrokClient,
  request: GrokRequest,
  secret: string,
  options: AttemptOptions,
  signal: AbortSignal,
): Promise<Attempt> {
  using idle = new Watchdog(options.clock, options.idleMs, () => {
    const seconds = Math.round(options.idleMs / 1000);
    return new BridgeError('GROK_UNAVAILABLE', `Grok sent nothing for ${seconds} s`);
  });
  const either = AbortSignal.any([signal, idle.signal]);
  const draft = new Draft(options);
  try {
    const sent = await client.send(request, secret, either);
    if (sent.kind === 'refused') {
      const verdict = classify({ endpoint: 'inference', ...sent.refusal });
      return {
        kind: 'refused',
        refusal: { verdict, status: sent.refusal.status, streamed: false },
      };
    }
    for await (const event of sent.events) {
      idle.heard();
      const verdict = draft.take(event);
      if (verdict !== undefined) {
        return { kind: 'refused', refusal: { verdict, status: null, streamed: draft.text !== '' } };
      }
      if (draft.isDone) break;
      if (draft.ending !== undefined) idle.shorten(afterEndMs);
    }
  } catch (error) {
    if (draft.ending === undefined && !either.aborted) throw networkError(error);
  }
  // An aborted stream ends without a word.
  if (signal.aborted) throw abortError(signal);
  if (draft.ending === undefined && idle.signal.aborted) throw abortError(idle.signal);
  return { kind: 'answered', answer: draft.finish(request.model) };
}

/** An answer that is being received. */
class Draft {
  text = '';
  ending: Ending | undefined;
  readonly #options: AttemptOptions;
  readonly #sources = new Map<string, Source>();
  #facts: Facts = {};
  #whole = '';

  constructor(options: AttemptOptions) {
    this.#options = options;
  }

  /** The end was seen and nothing is missing. */
  get isDone(): boolean {
    return this.ending !== undefined && this.#facts.usage !== undefined;
  }

  /** @returns what an error in the stream means. */
  take(event: GrokEvent): InferenceVerdict | undefined {
    for (const step of event.steps) {
      switch (step.kind) {
        case 'text':
          this.#accept();
          this.text += step.delta;
          this.#options.onWork();
          this.#options.onText(this.text);
          break;
        case 'work':
          this.#options.onWork();
          break;
        case 'source':
          if (!this.#sources.has(step.source.url)) this.#sources.set(step.source.url, step.source);
          break;
        case 'facts':
          this.#facts = { ...this.#facts, ...step.facts };
          if (step.facts.usage !== undefined) this.#options.onWork(step.facts.usage);
          break;
        case 'end':
          this.#accept();
          this.#options.onWork();
          this.ending = step.how;
          this.#whole = step.text ?? '';
          break;
        case 'error':
          return classify({ endpoint: 'inference', status: null, body: event.raw() });
      }
    }
    return undefined;
  }

  #accept(): void {
    if (this.text === '' && this.ending === undefined) this.#options.onAccepted();
  }

  /** @throws BridgeError when there is no answer that may be shown as one. */
  finish(model: string): Answer {
    const text = this.#whole === '' ? this.text : this.#whole;
    if (this.ending === 'declined') {
      throw new BridgeError('GROK_DECLINED', 'Grok held the answer back (content filter)');
    }
    if (this.ending === undefined || this.ending === 'broken' || text.trim() === '') {
      const what = this.ending === undefined ? 'the stream ended before the answer' : this.ending;
      const how = text.trim() === '' ? `${what}, without text` : what;
      throw new BridgeError('GROK_INCOMPLETE', `Grok's answer is not complete: ${how}`);
    }
    return {
      text,
      sources: [...this.#sources.values()],
      usage: this.#facts.usage ?? noUsage,
      model: this.#facts.model ?? model,
      ...(this.#facts.responseId === undefined ? {} : { responseId: this.#facts.responseId }),
      cut: this.ending === 'cut',
    };
  }
}

const noUsage: Usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, costUsdTicks: 0 };
