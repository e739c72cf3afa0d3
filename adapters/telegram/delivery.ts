import type { Delivery } from '#port';

import { writeAddress } from './address.ts';
import type { Answer } from './bot-api.ts';

/** A pause where Telegram names none: no connection, or a token that is no longer taken. */
const defaultPauseMs = 1_000;

/** Whether Telegram found fault with our markup; the same text is then sent without any. */
export function isUnparsable(answer: Answer<unknown>): boolean {
  return answer.kind === 'refused' && answer.description.includes("can't parse entities");
}

/** What became of a new message. */
export function deliveryOfPost(answer: Answer<{ readonly message_id: number }>): Delivery {
  return answer.kind === 'ok'
    ? { kind: 'done', messageId: String(answer.result.message_id) }
    : deliveryOfFailure(answer);
}

/** What became of an edit; one that changes nothing is done, one without its message is `missing`. */
export function deliveryOfEdit(answer: Answer<unknown>, messageId: string): Delivery {
  if (answer.kind === 'ok') return { kind: 'done', messageId };
  if (answer.kind === 'refused') {
    if (answer.description.includes('message is not modified')) return { kind: 'done', messageId };
    if (gone.some((words) => answer.description.includes(words))) return { kind: 'missing' };
  }
  return deliveryOfFailure(answer);
}

const gone = ['message to edit not found', "message can't be edited", 'MESSAGE_ID_INVALID'];

function deliveryOfFailure(answer: Exclude<Answer<unknown>, { kind: 'ok' }>): Delivery {
  switch (answer.kind) {
    case 'unsent':
      return { kind: 'wait', afterMs: defaultPauseMs };
    case 'lost':
      return { kind: 'unknown', why: answer.why };
    case 'refused': {
      const { code, description, migratedTo, retryAfterMs } = answer;
      // The new chat has neither our topic nor the message that is answered: its numbers begin anew.
      if (migratedTo !== undefined) {
        return { kind: 'moved', address: writeAddress({ chat: migratedTo }) };
      }
      if (code === 429 || code === 401) {
        return { kind: 'wait', afterMs: retryAfterMs ?? defaultPauseMs };
      }
      return { kind: 'refused', why: `${code} ${description}` };
    }
  }
}
