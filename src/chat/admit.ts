import type { Clock } from '../clock.ts';
import { forPrompt } from '../prompt-at-hand.ts';
import { wordsFor } from '../words.ts';
import type { AccessStore, PersonPlace } from './access-store.ts';
import type { Access } from './access.ts';
import { cleanName, cleanText } from './clean.ts';
import { askedBy, isCommand, runCommand } from './commands.ts';
import type { Conversations } from './conversations.ts';
import { deskFor } from './desk.ts';
import type { Insight, SignIn } from './insight.ts';
import type { Deleted, Incoming, Intake, Pressed, Received, Typed } from './port.ts';
import { pressAnswer } from './pressed.ts';
import type { Unfair } from './prompts.ts';
import { type QuestionParts, Questions, unfairWords } from './questions.ts';
import { suggestions } from './suggest.ts';
import { ownWords, replied, replyTo } from './visit.ts';
import type { Visit } from './visit.ts';

/** In a group that the bot does not serve, anybody could have it repeat itself. */
const turnedAwayForMs = 60 * 60_000;

export interface AdmissionOptions extends QuestionParts {
  /** The adapter's, known once it is connected. */
  readonly account: string;
  readonly conversations: Conversations;
  readonly insight: Insight;
  readonly signIn: SignIn;
  readonly access: Access;
  readonly owners: Pick<AccessStore, 'noteOwner' | 'ownerPlaces'>;
  readonly clock: Clock;
}

/** Takes what one account hears: decides what is for us and from whom, runs commands, puts prompts in. */
export class Admission implements Intake {
  readonly #options: AdmissionOptions;
  readonly #questions: Questions;
  /** What was last noted of each owner, so that a chatty one is not noted again and again. */
  readonly #noted = new Map<string, string>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#questions = new Questions(options);
  }

  async receive(message: Incoming, signal: AbortSignal): Promise<Received> {
    signal.throwIfAborted();
    if (message.fromBot || !message.isAddressed) return 'ignored';
    return forPrompt(message.id, async () => this.#admit(message, signal));
  }

  async #admit(message: Incoming, signal: AbortSignal): Promise<Received> {
    const { access, log } = this.#options;
    const visit = this.#visit(message, signal);
    // Mostly a question of somebody who may ask: then one step tells both.
    const welcome = isCommand(visit.text)
      ? undefined
      : access.welcome(message, this.#isNoted(visit));
    if (welcome !== undefined) {
      const received = await this.#questions.askIfWelcome(visit, welcome);
      if (received !== 'unwelcome') return received;
    }
    const verdict = await access.decide(message, visit);
    switch (verdict.kind) {
      case 'ignored':
        return this.#turnAway(visit);
      case 'pairing':
        return this.#introduce(visit, verdict.code);
      case 'claimed':
        log.info({ prompt: message.id }, 'owner claimed the bot');
        await this.#noteOwner(visit);
        return this.#say(visit, visit.words.claimed);
      case 'allowed':
        if (verdict.isOwner && message.isPrivate) await this.#noteOwner(visit);
        return this.#take(visit, verdict.isOwner);
    }
  }

  async pressed(press: Incoming, signal: AbortSignal): Promise<Pressed> {
    signal.throwIfAborted();
    const { access, prompts, conversations, log } = this.#options;
    const visit = this.#visit(press, signal);
    const verdict = await access.decide(press, visit);
    if (verdict.kind !== 'allowed') return { notice: visit.words.notLetIn };
    log.info({ prompt: press.id }, 'button pressed');
    const unfairSaid = (outcome: Unfair) => unfairWords(outcome, visit.words);
    const done = pressAnswer(visit, { prompts, conversations, unfairWords: unfairSaid });
    if (done !== undefined) return done;
    await this.#take(visit, verdict.isOwner);
    return {};
  }

  async edited(message: Incoming, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const visit = this.#visit(message, signal);
    const asked = askedBy(visit.text);
    if (asked === undefined) return;
    const whole = this.#questions.whole(visit, asked);
    if (!this.#questions.isTaken(whole)) return;
    await this.#amend(visit.conversation, message.address, whole);
  }

  async suggest(typed: Typed, signal: AbortSignal): Promise<readonly string[]> {
    signal.throwIfAborted();
    const { access, insight, conversations } = this.#options;
    if (!(await access.isLetIn(typed))) return [];
    const settings = async () => conversations.settings(this.#conversationOf(typed));
    const words = wordsFor(typed.author.locale);
    return suggestions(typed.command, typed.text, { insight, words, settings });
  }

  async deleted(message: Deleted, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#amend(this.#conversationOf(message), message.address, null);
  }

  async #amend(conversation: string, address: string, text: string | null): Promise<void> {
    const outcome = await this.#options.prompts.amend(conversation, address, text);
    if (outcome !== 'left') this.#options.log.info({ conversation, outcome }, 'prompt amended');
  }

  #visit(message: Incoming, signal: AbortSignal): Visit {
    const { account } = this.#options;
    return {
      message,
      signal,
      account,
      conversation: this.#conversationOf(message),
      chat: `${account}.${message.conversation}`,
      isShared: !message.isPrivate && this.#options.groups !== 'per-user',
      author: { ...message.author, name: cleanName(message.author.name) },
      words: wordsFor(message.author.locale),
      text: cleanText(message.text),
      receivedAtMs: this.#options.clock.now(),
    };
  }

  #conversationOf({ conversation, isPrivate, author }: Incoming | Deleted | Typed): string {
    const { account, groups } = this.#options;
    const isOwn = groups === 'per-user' && !isPrivate && author !== undefined;
    return [account, conversation, ...(isOwn ? [author.id.replaceAll(':', '-')] : [])].join('.');
  }

  #take(visit: Visit, isOwner: boolean): Promise<Received> {
    const { prompts, conversations, access, signIn, insight, log } = this.#options;
    const { message, words, author } = visit;
    const desk = deskFor(visit, {
      prompts,
      conversations,
      access,
      signIn,
      log,
      ask: (text, what) => this.#questions.ask(visit, text, what),
      refuse: (outcome) => this.#questions.refuse(visit, outcome),
    });
    const { isPrivate } = message;
    const { chat } = visit;
    const use = { isOwner, isPrivate, person: author.id, chat, words, desk, insight };
    return runCommand(visit.text, use) ?? this.#questions.ask(visit, visit.text);
  }

  /** Who may not talk is told so where that was asked for with a command, else not at all. */
  async #turnAway(visit: Visit): Promise<Received> {
    const { message, chat, words } = visit;
    if (message.refusal === 'alone') return { refused: words.notLetIn };
    if (message.refusal === undefined) return 'ignored';
    const once = { what: `not-let-in:${chat}`, forMs: turnedAwayForMs };
    const reply = replyTo(visit, words.notLetIn);
    const said = await this.#options.prompts.sayOnce(message.id, reply, once);
    return said === 'hushed' ? 'ignored' : replied(said);
  }

  /** Tells a stranger their code, and every owner whose place is known that somebody asks. */
  async #introduce(visit: Visit, code: string): Promise<Received> {
    const { owners, prompts } = this.#options;
    const name = visit.author.name === '' ? visit.author.id : visit.author.name;
    for (const place of await owners.ownerPlaces()) {
      const id = `${visit.message.id}.asked-${place.person.replaceAll(':', '-')}`;
      const words = wordsFor(place.locale);
      const text = words.pairingAsked(plain(name), code);
      const buttons = [
        { label: words.allowButton, command: `/allow ${code}` },
        { label: words.denyButton, command: `/deny ${code}` },
      ];
      await prompts.say(id, { ...ownWords(id, place, text, visit.receivedAtMs), buttons });
    }
    return this.#say(visit, visit.words.pairing(code));
  }

  async #noteOwner(visit: Visit): Promise<void> {
    const { message, conversation } = visit;
    const { account, owners } = this.#options;
    const { id: person, locale } = message.author;
    const place: PersonPlace = { person, account, conversation, address: message.address, locale };
    if (this.#isNoted(visit)) return;
    await owners.noteOwner(place);
    this.#noted.set(person, notes(visit));
  }

  #isNoted(visit: Visit): boolean {
    return this.#noted.get(visit.message.author.id) === notes(visit);
  }

  async #say(visit: Visit, text: string): Promise<Received> {
    return replied(await this.#options.prompts.say(visit.message.id, replyTo(visit, text)));
  }
}

/** What makes it worth to note an owner's place again. */
function notes({ message, conversation }: Visit): string {
  return JSON.stringify([conversation, message.author.locale]);
}

/** A name that is set into our own Markdown: none of it acts as markup. */
function plain(name: string): string {
  return name.replaceAll(/[\\`*_~|[\]<>@#]/g, '');
}
