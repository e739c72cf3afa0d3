import { BridgeError, isBridgeError } from '../errors.ts';
import type { Reply } from '../reply.ts';
import { wordsFor } from '../words.ts';
import type { PersonPlace } from './access-store.ts';
import { type Access, askLifetimeMs } from './access.ts';
import type { CommandDesk, TextFile } from './command.ts';
import type { Conversations } from './conversations.ts';
import type { SignIn } from './insight.ts';
import type { Logger, Received } from './port.ts';
import type { Prompts, Stopping, Unfair, WaitWords } from './prompts.ts';
import { ownWords, replied, replyTo, takenAs, type Visit } from './visit.ts';

export interface DeskParts {
  readonly prompts: Prompts;
  readonly conversations: Conversations;
  readonly access: Access;
  readonly signIn: SignIn;
  readonly log: Logger;
  readonly ask: CommandDesk['ask'];
  readonly refuse: (outcome: Unfair) => Promise<Received>;
}

/** How much of a question is quoted back. */
const quotedChars = 80;

/** Where a command that came in with `visit` acts. */
export function deskFor(visit: Visit, parts: DeskParts): CommandDesk {
  const { prompts, conversations, access, ask, refuse } = parts;
  const { message, conversation, author, words } = visit;
  const { id } = message;
  const say = async (text: string, file?: TextFile) =>
    replied(await prompts.say(id, { ...replyTo(visit, text), ...attached(file) }));
  const stopWords = (stopped: string, nothing: string) => ({
    stopped: replyTo(visit, stopped),
    nothing: replyTo(visit, nothing),
  });
  return {
    ask,
    say,
    reset: async (done) => replied(await prompts.reset(id, conversation, replyTo(visit, done))),
    stop: async (whose, stopped, nothing) => {
      const which: Stopping =
        whose === 'all' ? { kind: 'author', author: author.id } : { kind: 'head' };
      const words = stopWords(stopped, nothing);
      const outcome = await prompts.stop(id, conversation, which, words);
      return outcome === 'known' ? outcome : 'replied';
    },
    retry: async (nothing) => {
      const { account, receivedAtMs } = visit;
      const { address } = message;
      const again = { id, conversation, account, address, author, receivedAtMs };
      const outcome = await conversations.retry(again, waitWords(visit));
      if (outcome === 'none') return say(nothing);
      if (typeof outcome === 'object') return refuse(outcome);
      return takenAs(visit, outcome);
    },
    undo: async (undone, nothing) =>
      replied(
        await conversations.undo(id, conversation, {
          undone: (prompt) => replyTo(visit, undone(beginningOf(prompt))),
          nothing: replyTo(visit, nothing),
        }),
      ),
    settings: () => conversations.settings(conversation),
    kept: () => conversations.kept(conversation),
    change: async (changes, done) =>
      replied(await conversations.change(id, conversation, changes, replyTo(visit, done))),
    forget: async (done) =>
      replied(await conversations.forget(id, conversation, author.id, replyTo(visit, done))),
    approve: async (who) => {
      const letIn = await access.approve(who);
      if (letIn?.from !== undefined) await tellLetIn(letIn.from, visit, prompts);
      return letIn !== undefined;
    },
    deny: (who) => access.deny(who),
    signIn: async () => {
      const trying = new AbortController();
      const signal = AbortSignal.any([visit.signal, trying.signal]);
      try {
        const { url, code, done } = await parts.signIn.begin(signal);
        const received = await say(words.loginLink(url, code));
        // The message came again: the sign-in that it began first goes on.
        if (received === 'known') trying.abort(new BridgeError('STOPPED', 'already begun'));
        void tellEnd(done, visit, parts, signal);
        return received;
      } catch (error) {
        parts.log.warn({ err: error, prompt: id }, 'sign-in not begun');
        return say(words.loginFailed(codeOf(error)));
      }
    },
  };
}

function attached(file: TextFile | undefined): Pick<Reply, 'file'> {
  if (file === undefined) return {};
  const { name, mime, text } = file;
  return { file: { name, mime, base64: Buffer.from(text).toString('base64') } };
}

/** What is said when a prompt has to wait, or there are too many. */
export function waitWords({ words }: Visit): WaitWords {
  return { busy: words.busy, waiting: words.waitingForSignIn };
}

/** Who has asked is told that they are let in, once, however often that is said. */
async function tellLetIn(
  from: PersonPlace,
  { message, receivedAtMs }: Visit,
  prompts: Prompts,
): Promise<void> {
  const id = `${message.id}.let-in`;
  const reply = ownWords(id, from, wordsFor(from.locale).letIn, receivedAtMs);
  await prompts.sayOnce(id, reply, { what: `let-in:${from.person}`, forMs: askLifetimeMs });
}

/** Never rejects: nobody waits for it. */
async function tellEnd(
  done: Promise<void>,
  visit: Visit,
  { prompts, log }: DeskParts,
  signal: AbortSignal,
): Promise<void> {
  const { words, message, receivedAtMs } = visit;
  const text = await done.then(
    () => words.loginDone,
    (error: unknown) => words.loginFailed(codeOf(error)),
  );
  if (signal.aborted) return;
  const id = `${message.id}.login`;
  const place = { ...visit, address: message.address };
  await prompts.say(id, ownWords(id, place, text, receivedAtMs)).catch((error: unknown) => {
    log.warn({ err: error, prompt: id }, 'end of a sign-in not told');
  });
}

function codeOf(error: unknown): string {
  return isBridgeError(error) ? error.code : 'unexpected';
}

/** On one line, without what would act as markup. */
function beginningOf(prompt: string): string {
  const line = prompt.replaceAll(/[\\`*_~|[\]<>@#\s]+/g, ' ').trim();
  const characters = Array.from(line);
  return characters.length <= quotedChars
    ? line
    : `${characters.slice(0, quotedChars - 1).join('')}…`;
}
