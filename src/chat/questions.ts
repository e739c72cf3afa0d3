import type { Standing } from '../standing.ts';
import type { Words } from '../words.ts';
import { withCited } from './cited.ts';
import type { Asking } from './command.ts';
import { waitWords } from './desk.ts';
import type { Logger, Received } from './port.ts';
import type { Prompts, Unfair } from './prompts.ts';
import { takeFiles } from './take-files.ts';
import type { FileTakerParts, TakenFiles } from './take-files.ts';
import { hushed, replied, replyTo, takenAs } from './visit.ts';
import type { Visit } from './visit.ts';

/** The longest message that is taken, its quote included, in UTF-16 units. */
export const maxPromptChars = 32_000;

/** What questions are put in with. */
export interface QuestionParts {
  readonly prompts: Prompts;
  /** Whether a group's people talk in one conversation or each in their own. */
  readonly groups?: 'shared' | 'per-user';
  readonly log: Logger;
  readonly maxPromptChars?: number;
  /** Told of each message that is for us and is not taken: why, and whose limit it met. */
  readonly onRefused?: (why: 'full' | Unfair['kind'], of?: Unfair['of']) => void;
  /** How the files of messages are fetched and kept; without this none is taken. */
  readonly files?: FileTakerParts | undefined;
}

/** Puts in what is asked of Grok, or says why it is not taken. */
export class Questions {
  readonly #parts: QuestionParts;

  constructor(parts: QuestionParts) {
    this.#parts = parts;
  }

  /** `asked`: the message, or what stands behind its command. */
  async ask(visit: Visit, asked: string, what: Asking = 'answer'): Promise<Received> {
    const { message, words } = visit;
    if (message.isUnreadable === true) return this.#say(visit, words.unreadable);
    const text = this.whole(visit, asked);
    const own = message.files?.some(({ isQuoted }) => isQuoted !== true) ?? false;
    if (text === '' && !own) return this.#say(visit, words.emptyPrompt);
    const most = this.#mostChars;
    if (text.length > most) return this.#say(visit, words.tooLong(most));

    const taken = await this.#takeFiles(visit);
    if (taken.kind === 'refused') return this.#say(visit, taken.why(words));
    const received = await this.#put(visit, text, what, taken);
    if (received === 'unwelcome') throw new Error('who asks has been let in');
    return received;
  }

  /**
   * Puts in a message that is nothing but a question, if its author's standing is one of `welcome`
   * at that moment; else nothing is changed or said. `unwelcome` too for a message of which something
   * would have to be said or fetched before it is taken: nobody is to hear that who may not talk.
   */
  async askIfWelcome(visit: Visit, welcome: readonly Standing[]): Promise<Received | 'unwelcome'> {
    const { message } = visit;
    if (message.isUnreadable === true || message.files !== undefined) return 'unwelcome';
    const text = this.whole(visit, visit.text);
    if (!this.isTaken(text)) return 'unwelcome';
    return this.#put(visit, text, 'answer', noFiles, welcome);
  }

  /** What is asked, with what it is about: quoted, forwarded, or said before. */
  whole({ message }: Visit, asked: string): string {
    // Whether all that the bot says in the chat belongs to the conversation of this author, too.
    const isRemembered = message.isPrivate || this.#parts.groups !== 'per-user';
    return withCited(message, asked, isRemembered);
  }

  /** Whether it is neither empty nor too long to be taken. */
  isTaken(text: string): boolean {
    return text !== '' && text.length <= this.#mostChars;
  }

  /** Says which limit was met and how long it lasts; in a group once until it is over. */
  async refuse(visit: Visit, outcome: Unfair): Promise<Received> {
    const { log, prompts } = this.#parts;
    const facts = { outcome: outcome.kind, of: outcome.of };
    log.info({ prompt: visit.message.id, ...facts }, 'message refused');
    this.#parts.onRefused?.(outcome.kind, outcome.of);
    const reply = replyTo(visit, unfairWords(outcome, visit.words));
    if (visit.message.isPrivate) return replied(await prompts.say(visit.message.id, reply));
    // In a group everybody reads it: once is enough until it is over.
    const { kind, of, afterMs } = outcome;
    const whose = of === 'person' ? `${visit.author.id} ${visit.chat}` : visit.chat;
    const once = { what: `${kind}:${whose}`, forMs: Math.max(1, Math.ceil(afterMs)) };
    const said = await prompts.sayOnce(visit.message.id, reply, once);
    return said === 'hushed' ? hushed(visit, reply.text) : replied(said);
  }

  async #put(
    visit: Visit,
    text: string,
    what: Asking,
    taken: TakenFiles & { readonly kind: 'taken' },
    welcome?: readonly Standing[],
  ): Promise<Received | 'unwelcome'> {
    const { message, words } = visit;
    const { prompts, log, onRefused } = this.#parts;
    const outcome = await prompts.enqueue(
      {
        v: 1,
        id: message.id,
        conversation: visit.conversation,
        account: visit.account,
        address: message.address,
        author: visit.author,
        text,
        ...(visit.isShared ? { isShared: true } : {}),
        ...(visit.chat === visit.conversation ? {} : { chat: visit.chat }),
        ...(what === 'answer' ? {} : { [what]: true }),
        ...(taken.files.length === 0 ? {} : { files: [...taken.files] }),
        ...(taken.leftOut.length === 0 ? {} : { notes: taken.leftOut.map((why) => why(words)) }),
        receivedAtMs: visit.receivedAtMs,
      },
      waitWords(visit),
      welcome,
    );
    if (outcome === 'unwelcome') return outcome;
    if (typeof outcome === 'object') return this.refuse(visit, outcome);
    log.info({ prompt: message.id, outcome }, 'message taken');
    if (outcome === 'full' || outcome === 'hushed') onRefused?.('full');
    return takenAs(visit, outcome);
  }

  async #takeFiles({ message, signal }: Visit): Promise<TakenFiles> {
    const { files } = this.#parts;
    if (files === undefined || message.files === undefined) return noFiles;
    return takeFiles(message.id, message.files, files, signal);
  }

  get #mostChars(): number {
    return this.#parts.maxPromptChars ?? maxPromptChars;
  }

  async #say(visit: Visit, text: string): Promise<Received> {
    return replied(await this.#parts.prompts.say(visit.message.id, replyTo(visit, text)));
  }
}

const noFiles = { kind: 'taken', files: [], leftOut: [] } as const;

/** Which limit was met, and how long it lasts. */
export function unfairWords({ kind, of, afterMs }: Unfair, words: Words): string {
  switch (kind) {
    case 'too-fast':
      return words.tooFast(of, Math.ceil(afterMs / 1000));
    case 'spent':
      return words.budgetUsed(of, Math.ceil(afterMs / 3_600_000));
  }
}
