import type { Logger } from 'pino';

import type { Clock } from '../clock.ts';
import { isBridgeError } from '../errors.ts';
import { forPrompt } from '../prompt-at-hand.ts';
import type { Prompt } from '../prompt.ts';
import { referenceOf } from '../reference.ts';
import type { Reply } from '../reply.ts';
import type { Tracing } from '../tracing.ts';
import { attempt, type Attempted } from './attempt.ts';
import { parsePromptEntry, word } from './entry.ts';
import type { Hold, TurnEnd } from './guarded-worker.ts';
import type { PromptEndings, PromptHandler, PromptMetrics, Settlement } from './prompt-handler.ts';
import type { Ending, Head, Turn } from './prompt-list.ts';
import type { StopSignals } from './stop-signals.ts';
import type { TurnList } from './traced-list.ts';
import type { Tuning } from './tuning.ts';
import type { TurnQueues } from './turn-queues.ts';

/** What a turn works with. */
export interface PromptTurnParts {
  readonly list: TurnList;
  readonly turns: TurnQueues;
  readonly stops: StopSignals;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: PromptMetrics;
  readonly handle: PromptHandler;
  readonly endings: PromptEndings;
  readonly tracing: Tracing;
  /** Longest that one attempt may take. */
  readonly deadlineMs: number;
  readonly tuning: Tuning;
}

/** What became of a head: the next one, or the end of the turn. */
type Step = { readonly kind: 'next'; readonly head: Head | null } | TurnEnd;

/**
 * One turn of a conversation: its prompts one after the other, until the list is empty, the gate is
 * closed, or others are to have their turn.
 */
export async function runPromptTurn(
  conversation: string,
  hold: Hold,
  parts: PromptTurnParts,
): Promise<TurnEnd> {
  const begun = await parts.list.begin(conversation);
  if (begun === null) return { kind: 'done' };
  const { turn } = begun;
  const wakes: Promise<void>[] = [];
  let head: Head | null = begun.head;
  try {
    while (head !== null) {
      if (turn.settled >= parts.tuning.promptsPerTurn || hold.isEnding()) {
        // Kept by BullMQ until this turn is over, then put at the end of its queue.
        await parts.turns.wakePrompts(conversation);
        return { kind: 'done' };
      }
      const step = await new PromptStep(turn, head, hold, parts, wakes).run();
      if (step.kind !== 'next') return step;
      head = step.head;
    }
    return { kind: 'done' };
  } finally {
    await Promise.all(wakes);
  }
}

/** One prompt of one turn. */
class PromptStep {
  readonly #turn: Turn;
  readonly #head: Head;
  readonly #hold: Hold;
  readonly #parts: PromptTurnParts;
  readonly #wakes: Promise<void>[];

  constructor(turn: Turn, head: Head, hold: Hold, parts: PromptTurnParts, wakes: Promise<void>[]) {
    this.#turn = turn;
    this.#head = head;
    this.#hold = hold;
    this.#parts = parts;
    this.#wakes = wakes;
  }

  async run(): Promise<Step> {
    const { log, tracing } = this.#parts;
    const entry = parsePromptEntry(this.#head.raw);
    switch (entry.kind) {
      case 'newer':
        log.error(
          { prompt: entry.word, v: entry.v, code: 'RECORD_NEWER' },
          'prompt was written by a newer version, left for a newer worker',
        );
        return { kind: 'done' };
      case 'broken':
        return this.#bury(entry.word, entry.why);
      case 'whole':
    }
    const { prompt, historyEpoch } = entry;
    const facts = { prompt: prompt.id, attempt: this.#head.attempts + 1 };
    const span = { kind: 'consumer', from: prompt.trace, facts } as const;
    return forPrompt(prompt.id, async () =>
      tracing.span('answer', span, async () => this.#work(prompt, historyEpoch)),
    );
  }

  async #work(prompt: Prompt, historyEpoch: number): Promise<Step> {
    const { endings, tuning } = this.#parts;
    if (this.#head.isStopped) {
      return this.#end(prompt, 'stopped', endings.stopped(prompt, null), historyEpoch);
    }
    if (this.#head.isGateClosed) return { kind: 'done' };
    if (this.#head.starts > tuning.mostCrashes) {
      return this.#giveUp(prompt, historyEpoch, 'it ended the process that worked on it each time');
    }
    const attempted = await attempt(
      {
        prompt,
        historyEpoch,
        turnEpoch: this.#turn.turnEpoch,
        attempt: this.#head.attempts + 1,
        kept: this.#head.kept,
        mayAct: () => this.#hold.mayAct(),
      },
      this.#hold,
      this.#parts,
    );
    return this.#conclude(prompt, historyEpoch, attempted);
  }

  async #conclude(prompt: Prompt, historyEpoch: number, attempted: Attempted): Promise<Step> {
    const { endings, log } = this.#parts;
    if (attempted.kind === 'gone' || !this.#hold.mayAct()) {
      log.info({ prompt: prompt.id }, 'prompt handed back');
      return { kind: 'hand-back' };
    }
    switch (attempted.kind) {
      case 'answered':
        return this.#apply(prompt, historyEpoch, attempted.settlement);
      case 'threw':
        if (isBridgeError(attempted.error, 'STOPPED')) {
          return this.#end(prompt, 'stopped', endings.stopped(prompt, null), historyEpoch);
        }
        return this.#fault(prompt, historyEpoch, attempted.error);
    }
  }

  async #apply(prompt: Prompt, historyEpoch: number, settlement: Settlement): Promise<Step> {
    switch (settlement.kind) {
      case 'settle': {
        const { reply, outcome, ...more } = settlement;
        return this.#end(prompt, outcome, reply, historyEpoch, more);
      }
      case 'retry': {
        const attempts = this.#head.attempts + 1;
        if (attempts >= this.#parts.tuning.mostAttempts) {
          return this.#giveUp(prompt, historyEpoch, `${attempts} attempts led to nothing`);
        }
        this.#parts.metrics.retried(prompt);
        const { afterMs, notice } = settlement;
        return this.#postpone(prompt, historyEpoch, attempts, notice, { kind: 'delay', afterMs });
      }
      case 'credential-wait': {
        const { attempts } = this.#head;
        const end: TurnEnd = { kind: 'done' };
        return this.#postpone(prompt, historyEpoch, attempts, settlement.notice, end);
      }
    }
  }

  /** A handler that throws is a fault of ours, or the prompt is poison: few tries, then put aside. */
  async #fault(prompt: Prompt, historyEpoch: number, error: unknown): Promise<Step> {
    const attempts = this.#head.attempts + 1;
    const afterMs = this.#parts.tuning.faultDelaysMs[attempts - 1];
    this.#parts.log.error({ err: error, prompt: prompt.id, attempt: attempts }, 'prompt failed');
    if (afterMs === undefined) {
      return this.#giveUp(prompt, historyEpoch, `${attempts} attempts failed`);
    }
    this.#parts.metrics.retried(prompt);
    return this.#postpone(prompt, historyEpoch, attempts, undefined, { kind: 'delay', afterMs });
  }

  async #postpone(
    prompt: Prompt,
    historyEpoch: number,
    attempts: number,
    notice: Reply | undefined,
    end: TurnEnd,
  ): Promise<Step> {
    const postponed = await this.#parts.list.postpone(this.#turn, prompt, attempts, notice);
    switch (postponed.kind) {
      case 'postponed':
        if (postponed.wakeReplies && notice !== undefined) this.#wakeReplies(notice);
        return end;
      case 'stopped':
        return this.#end(
          prompt,
          'stopped',
          this.#parts.endings.stopped(prompt, null),
          historyEpoch,
        );
      case 'lost':
        return this.#lost(prompt.id);
    }
  }

  async #giveUp(prompt: Prompt, historyEpoch: number, why: string): Promise<Step> {
    const facts = { prompt: prompt.id, reference: referenceOf(prompt), why };
    this.#parts.log.error(facts, 'prompt given up, kept as a dead letter');
    this.#parts.metrics.deadLettered(prompt);
    const reply = this.#parts.endings.failed(prompt);
    const deadLetter = this.#deadLetter(why);
    return this.#end(prompt, 'dead-letter', reply, historyEpoch, { deadLetter });
  }

  async #bury(id: string, why: string): Promise<Step> {
    this.#parts.log.error(
      { prompt: id, why },
      'broken entry of a prompt list, kept as a dead letter',
    );
    this.#parts.metrics.deadLettered(null);
    const deadLetter = this.#deadLetter(why);
    const ending = { word: id, historyEpoch: 0, evenIfStopped: true, deadLetter };
    const settled = await this.#parts.list.settle(this.#turn, ending);
    return settled.kind === 'settled' ? { kind: 'next', head: settled.next } : this.#lost(id);
  }

  async #end(
    prompt: Prompt,
    outcome: string,
    reply: Reply,
    historyEpoch: number,
    more: Pick<Ending, 'exchange' | 'usage' | 'deadLetter'> = {},
  ): Promise<Step> {
    const { list, metrics, clock, log, endings, tracing } = this.#parts;
    const { exchange, usage, deadLetter } = more;
    // Later in a turn the reply before is mostly still being shown, and its turn goes on to this one.
    const isFirst = this.#turn.settled === 0;
    const settled = await list.settle(
      this.#turn,
      {
        word: word(prompt.id),
        historyEpoch,
        reply,
        exchange,
        deadLetter,
        prompt,
        usage,
        evenIfStopped: reply.kind !== 'answer',
      },
      isFirst ? async () => this.#wakeReplies(reply) : undefined,
    );
    switch (settled.kind) {
      case 'settled': {
        if (settled.wakeReplies && !isFirst) this.#wakeReplies(reply);
        const tookMs = clock.now() - prompt.receivedAtMs;
        metrics.settled(prompt, outcome, tookMs);
        tracing.set({ outcome });
        log.info({ prompt: prompt.id, outcome, tookMs }, 'prompt settled');
        return { kind: 'next', head: settled.next };
      }
      case 'stopped': {
        // Stopped while the last words came: what had come is shown as stopped, and is no history.
        const stopped = endings.stopped(prompt, reply);
        const said: Reply = { ...stopped, kind: 'stopped' };
        return this.#end(prompt, 'stopped', said, historyEpoch, { usage });
      }
      case 'lost':
        return this.#lost(prompt.id);
    }
  }

  #lost(id: string): Step {
    this.#parts.log.warn({ prompt: id }, 'another worker has taken the turn, nothing was settled');
    return { kind: 'done' };
  }

  /** Side by side with the next prompt; if it is missed, the sweeper makes up for it. */
  #wakeReplies(reply: Reply): void {
    const { turns, log } = this.#parts;
    const wake = turns.wakeReplies(reply.account, reply.conversation).catch((error: unknown) => {
      log.warn({ err: error, prompt: reply.prompt }, 'reply turn not added, left to the sweeper');
    });
    this.#wakes.push(wake);
  }

  #deadLetter(why: string): string {
    return JSON.stringify({
      v: 1,
      list: 'prompts',
      why,
      atMs: this.#parts.clock.now(),
      raw: this.#head.raw,
    });
  }
}
