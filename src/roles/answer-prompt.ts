import type { Clock } from '../clock.ts';
import type { ConversationSettings } from '../conversation-settings.ts';
import { exchangeEntry } from '../conversation/exchange.ts';
import type { History } from '../conversation/history.ts';
import { isBridgeError } from '../errors.ts';
import type { Answer } from '../grok/attempt.ts';
import type { Logger } from '../log.ts';
import type { Prompt } from '../prompt.ts';
import { disposition, type EndWords, type WaitWords } from '../queue/disposition.ts';
import type { PromptEndings, PromptHandler, Settlement } from '../queue/prompt-handler.ts';
import type { TellOnce } from '../queue/told-once.ts';
import { referenceOf } from '../reference.ts';
import { type Reply, replyTo } from '../reply.ts';
import { type Words, wordsFor } from '../words.ts';
import { retryButton, stopButton } from './answer-buttons.ts';
import { answerText, marked } from './answer-text.ts';
import { type Ask, speaker } from './ask-grok.ts';
import { attachedTo, type PromptFileSource } from './attached.ts';
import type { Condenser } from './condense.ts';
import { type BlindFor, hasPictures, lackingNotes } from './lacking.ts';
import { LivePreview, type PreviewSink } from './live-preview.ts';
import { Work } from './work.ts';

/** A wait that lasts longer is told to the author, in the message that becomes the answer. */
const quietMs = 10_000;

export interface AnswerPromptParts {
  readonly history: Pick<History, 'load'>;
  readonly condenser: Pick<Condenser, 'begin'>;
  /** What was chosen for a conversation. */
  readonly settings: (conversation: string) => Promise<ConversationSettings>;
  readonly ask: Ask;
  readonly blindFor: BlindFor;
  readonly tellOnce: TellOnce;
  readonly files: PromptFileSource;
  /** Closes the gate if nothing can serve. */
  readonly closeGate: (reason: string) => Promise<unknown>;
  readonly previews: PreviewSink;
  readonly onAnswer: (answer: Answer) => void;
  /** Whether model, tokens and cost stand below an answer, and whether the button that asks again does. */
  readonly footer: boolean;
  readonly retry: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Answers prompts with Grok: history in, previews while it streams, and one settlement. */
export function answerPrompts(parts: AnswerPromptParts): PromptHandler {
  const { history, condenser, settings, ask, files, previews, onAnswer, clock, log } = parts;
  return async (turn, signal) => {
    const { prompt, historyEpoch, attempt, kept: found } = turn;
    const words = wordsFor(prompt.author.locale);
    const begunAtMs = clock.monotonic();
    const stop = stopButton(prompt.id, words);
    using preview = new LivePreview(turn, { sink: previews, clock }, [stop]);
    preview.begin();
    const work = new Work();
    // Grok thinking is no wait; a refusal that is being mended is.
    let isRefused = attempt > 1;
    const notice = setTimeout(() => {
      if (isRefused) preview.say(words.stillWaiting);
    }, quietMs);
    try {
      const attached = await attachedTo(prompt, files);
      if (attached === undefined) {
        const reply = finalReply(prompt, 'words', words.filesGone);
        return { kind: 'settle', reply, outcome: 'files-gone' };
      }
      const { text: asked, images, kept } = attached;
      const [{ earlier, exchanges, due }, chosen] = await Promise.all([
        history.load(prompt.conversation, historyEpoch, found),
        found?.settings ?? settings(prompt.conversation),
      ]);
      const blind =
        images.length > 0 && prompt.imagine !== true ? await parts.blindFor(chosen) : undefined;
      if (blind !== undefined) {
        const text = words.picturesUnseen(blind.model, blind.seeing);
        return { kind: 'settle', reply: finalReply(prompt, 'words', text), outcome: 'unseen' };
      }
      const answer = await ask(
        { prompt, text: asked, images, earlier, history: exchanges, chosen },
        {
          onText: (text) => preview.show(text),
          onWork: (usage) => work.note(usage),
          onRefusal: () => {
            isRefused = true;
          },
        },
        signal,
      );
      onAnswer(answer);
      const notes = await lackingNotes(turn, answer, words, parts.tellOnce);
      if (due !== undefined) {
        condenser.begin({ prompt, historyEpoch, model: chosen.model, earlier, due });
      }
      if (prompt.files !== undefined) {
        files.release(prompt.id).catch((error: unknown) => {
          log.warn({ err: error, prompt: prompt.id }, 'files of a prompt not released');
        });
      }
      return {
        kind: 'settle',
        reply: {
          ...finalReply(
            prompt,
            'answer',
            answerText(answer, words, { footer: parts.footer, notes }),
          ),
          ...(parts.retry ? { buttons: [retryButton(prompt.id, words)] } : {}),
          workedMs: Math.round(clock.monotonic() - begunAtMs),
          ...(answer.picture === undefined ? {} : { file: pictureFile(answer.picture) }),
        },
        exchange: exchangeEntry({
          v: 1,
          prompt: kept,
          answer: answer.text,
          author: speaker(prompt),
          atMs: prompt.receivedAtMs,
        }),
        outcome: 'answered',
        usage: answer.usage,
      };
    } catch (error) {
      return await conclude(error, { parts, prompt, attempt, words, preview, work });
    } finally {
      clearTimeout(notice);
      log.debug({ prompt: prompt.id, attempt }, 'attempt ended');
    }
  };
}

/** What is said of prompts that ended without the handler. */
export function promptEndings(): PromptEndings {
  return {
    stopped: (prompt, answer) => stoppedReply(prompt, answer?.text ?? ''),
    failed: (prompt) => {
      const words = wordsFor(prompt.author.locale);
      return withRetry(finalReply(prompt, 'words', words.failed(referenceOf(prompt))), words);
    },
  };
}

interface Ended {
  readonly parts: AnswerPromptParts;
  readonly prompt: Prompt;
  readonly attempt: number;
  readonly words: Words;
  readonly preview: LivePreview;
  readonly work: Work;
}

async function conclude(error: unknown, ended: Ended): Promise<Settlement> {
  const { parts, prompt, attempt, words, preview, work } = ended;
  const { clock, log, closeGate } = parts;
  const code = isBridgeError(error) ? error.code : 'unexpected';
  const decided = disposition(error, attempt);
  const facts = { prompt: prompt.id, reference: referenceOf(prompt), attempt, code };
  switch (decided.kind) {
    case 'retry': {
      log.warn({ ...facts, err: error, afterMs: decided.afterMs }, 'attempt failed, tried again');
      const waitedMs = clock.now() - prompt.receivedAtMs;
      if (waitedMs + decided.afterMs >= quietMs) preview.say(words.stillWaiting);
      return { kind: 'retry', afterMs: decided.afterMs };
    }
    case 'credential-wait':
      log.warn({ ...facts, err: error }, 'no credential can serve, prompt waits');
      await closeGate(code);
      return { kind: 'credential-wait', notice: waitNotice(prompt, words, decided.notice) };
    case 'end': {
      const usage = work.counted(preview.text);
      if (decided.words === 'stopped') {
        const reply = stoppedReply(prompt, preview.text);
        return { kind: 'settle', reply, outcome: 'stopped', usage };
      }
      log.warn({ ...facts, err: error }, 'prompt ended without an answer');
      const isOfPictures = code === 'GROK_INVALID_REQUEST' && hasPictures(prompt);
      const text = isOfPictures
        ? words.picturesRefused
        : endText(decided.words, words, referenceOf(prompt));
      const said = finalReply(prompt, 'words', text);
      const reply = passing.has(decided.words) ? withRetry(said, words) : said;
      return { kind: 'settle', reply, outcome: decided.words, usage };
    }
    case 'throw':
      throw error;
  }
}

/** Who waits for a sign-in is told as the gate closes; a refused key has words of its own. */
function waitNotice(prompt: Prompt, words: Words, notice: WaitWords | null): Reply | undefined {
  if (notice !== 'notAvailable') return undefined;
  const id = `${prompt.id}.waiting`;
  return replyTo(prompt, { id, kind: 'words', final: false, text: words.notAvailable });
}

function endText(kind: Exclude<EndWords, 'stopped'>, words: Words, reference: string): string {
  switch (kind) {
    case 'quota':
    case 'entitlement':
    case 'declined':
    case 'contextTooLong':
      return words[kind];
    case 'failed':
    case 'deadline':
    case 'interrupted':
      return words[kind](reference);
  }
}

function stoppedReply(prompt: Prompt, shown: string): Reply {
  const words = wordsFor(prompt.author.locale);
  const reply =
    shown === ''
      ? finalReply(prompt, 'words', words.stoppedBeforeStart)
      : finalReply(prompt, 'stopped', marked(shown, words.stopped));
  return withRetry(reply, words);
}

/** What may go well another time. */
const passing: ReadonlySet<EndWords> = new Set(['failed', 'deadline', 'interrupted', 'quota']);

function withRetry(reply: Reply, words: Words): Reply {
  return { ...reply, buttons: [retryButton(reply.anchor, words)] };
}

function pictureFile({ mime, base64 }: NonNullable<Answer['picture']>): Reply['file'] {
  return { name: `picture.${mime.replace('image/', '')}`, mime, base64 };
}

function finalReply(prompt: Prompt, kind: Reply['kind'], text: string): Reply {
  return replyTo(prompt, { kind, final: true, text });
}
