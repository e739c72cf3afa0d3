import type { Author } from '../prompt.ts';
import type { Reply } from '../reply.ts';
import type { Words } from '../words.ts';
import type { Incoming, Received } from './port.ts';

/** A message that is being taken, with what is derived from it. */
export interface Visit {
  readonly message: Incoming;
  readonly account: string;
  readonly conversation: string;
  /** Several people talk in the conversation. */
  readonly isShared: boolean;
  /** `conversation`, unless each person of the chat has their own. */
  readonly chat: string;
  readonly author: Author;
  readonly words: Words;
  readonly text: string;
  readonly receivedAtMs: number;
  /** Aborts when no more messages are taken. */
  readonly signal: AbortSignal;
}

/** What is said in answer to the message, in our own words. */
export function replyTo(
  { message, account, conversation, receivedAtMs }: Visit,
  text: string,
): Reply {
  const place = { account, conversation, address: message.address };
  return { ...ownWords(message.id, place, text, receivedAtMs), prompt: message.id };
}

/** Something that we say by ourselves. */
export function ownWords(
  id: string,
  place: Pick<Reply, 'account' | 'conversation' | 'address'>,
  text: string,
  receivedAtMs: number,
): Reply {
  const { account, conversation, address } = place;
  const what = { kind: 'words', final: true, text, receivedAtMs } as const;
  return { v: 1, id, anchor: id, conversation, account, address, ...what };
}

/** What has become of a message whose prompt was offered. */
export function takenAs(visit: Visit, outcome: 'queued' | 'known' | 'full' | 'hushed'): Received {
  if (outcome === 'hushed') return hushed(visit, visit.words.busy);
  return outcome === 'full' ? 'replied' : outcome;
}

/** What its chat has been told just now; who can be told alone still is. */
export function hushed({ message }: Visit, text: string): Received {
  return message.refusal === 'alone' ? { refused: text } : 'ignored';
}

export function replied(outcome: 'done' | 'known'): Received {
  return outcome === 'done' ? 'replied' : 'known';
}
