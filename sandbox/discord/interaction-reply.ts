import type { SandboxMessage } from './entities.ts';
import type { Service } from './service.ts';

/** What became of an interaction. */
export interface InteractionReply {
  /** The first answer was "thinking". */
  readonly deferred: boolean;
  /** Undefined as long as there is none, or only "thinking". */
  readonly content: string | undefined;
  /** The first answer as a message; undefined before it, and once it is deleted. */
  readonly message: SandboxMessage | undefined;
  readonly followUps: readonly SandboxMessage[];
}

/** @throws {Error} when there is no such interaction */
export function replyOf({ interactions, messages }: Service, id: string): InteractionReply {
  const course = interactions.course(id);
  if (course === undefined) throw new Error(`There is no interaction ${id}.`);
  const { deferred, originalId, followUpIds } = course;
  const message = originalId === undefined ? undefined : messages.find(originalId);
  return {
    deferred,
    message,
    content: message?.loading === false ? message.content : undefined,
    followUps: followUpIds
      .map((each) => messages.find(each))
      .filter((found) => found !== undefined),
  };
}
