import type { Clock } from '../clock.ts';
import type { Condensable } from '../conversation/condensable.ts';
import type { Summaries } from '../conversation/summary.ts';
import { estimateTokens } from '../conversation/tokens.ts';
import { BridgeError } from '../errors.ts';
import type { Answer } from '../grok/attempt.ts';
import { condensableText, condenseInstructions } from '../grok/condense.ts';
import type { Logger } from '../log.ts';
import type { Prompt } from '../prompt.ts';
import { dayOf, scopesOf } from '../queue/fair-use.ts';
import { usageLifetimeMs } from '../queue/lifetimes.ts';
import { usageKey } from '../redis/keys.ts';
import { pastExchange } from './ask-grok.ts';
import type { Send } from './open-grok.ts';

export interface CondenserParts {
  readonly summaries: Summaries;
  readonly send: Send;
  /** The model where none was chosen. */
  readonly model: string;
  readonly onAnswer: (answer: Answer) => void;
  readonly prefix: string;
  /** What a history may take; its summary gets an eighth. */
  readonly budgetTokens: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What is to be condensed, and after which prompt. */
export interface DueHistory {
  readonly prompt: Prompt;
  readonly historyEpoch: number;
  /** What was chosen for the conversation. */
  readonly model: string | undefined;
  readonly earlier: string | undefined;
  readonly due: Condensable;
}

const deadlineMs = 120_000;
/** Longer than a try may take; after one that failed, until then nobody tries again. */
const claimMs = 2 * deadlineMs;

/**
 * Condenses histories with Grok, one at a time for each conversation, while nobody waits for it. A
 * failure changes nothing: what does not fit is then left out, as without it.
 */
export class Condenser implements AsyncDisposable {
  readonly #parts: CondenserParts;
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(parts: CondenserParts) {
    this.#parts = parts;
  }

  /** Returns at once. */
  begin(history: DueHistory): void {
    const facts = { prompt: history.prompt.id, conversation: history.prompt.conversation };
    const running = this.#condense(history).then(
      (outcome) => this.#parts.log.info({ ...facts, outcome }, 'history condensed'),
      (error: unknown) => {
        if (!this.#stop.signal.aborted)
          this.#parts.log.warn({ ...facts, err: error }, 'history not condensed');
      },
    );
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new BridgeError('STOPPED', 'the process ends'));
    await Promise.all(this.#running);
  }

  async #condense({ prompt, historyEpoch, model, earlier, due }: DueHistory): Promise<string> {
    const { summaries, send, onAnswer, prefix, budgetTokens, clock } = this.#parts;
    const { conversation } = prompt;
    const claim = await summaries.claim(conversation, historyEpoch, claimMs);
    if (claim === undefined) return 'under way elsewhere';
    const mostTokens = Math.floor(budgetTokens / 8);
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(deadlineMs)]);
    const answer = await send(
      {
        prompt: `${prompt.id}.summary`,
        conversation,
        author: prompt.author.id,
        model: model ?? this.#parts.model,
        instructions: condenseInstructions(Math.max(30, Math.floor(mostTokens / 2))),
        history: [],
        text: condensableText(earlier, due.exchanges.map(pastExchange)),
      },
      {},
      signal,
    );
    onAnswer(answer);
    const today = dayOf(clock.now());
    const cost = {
      ...answer.usage,
      usageKeys: scopesOf(prompt).map((scope) => usageKey(prefix, today, scope)),
      usageLifetimeMs,
    };
    const text = shortened(answer.text.trim(), mostTokens);
    return summaries.keep(claim, { text, through: due.through }, cost);
  }
}

/** Grok may write more than it was asked for. */
function shortened(text: string, mostTokens: number): string {
  const tokens = estimateTokens(text);
  if (tokens <= mostTokens) return text;
  const cut = text.slice(0, Math.floor((text.length * mostTokens) / tokens)).toWellFormed();
  return estimateTokens(cut) < mostTokens ? `${cut}…` : shortened(cut, mostTokens);
}
