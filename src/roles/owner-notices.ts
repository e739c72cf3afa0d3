import type { PersonPlace } from '../chat/access-store.ts';
import type { Clock } from '../clock.ts';
import type { Reply } from '../reply.ts';
import { type Words, wordsFor } from '../words.ts';

export interface OwnerNoticesParts {
  readonly places: () => Promise<readonly PersonPlace[]>;
  /** Says a reply once for each id, whoever asks. */
  readonly say: (id: string, reply: Reply) => Promise<unknown>;
  readonly clock: Clock;
}

/** Tells every owner, in their private chat, what they should know: once for each incident. */
export class OwnerNotices {
  readonly #parts: OwnerNoticesParts;
  readonly #told = new Set<string>();

  constructor(parts: OwnerNoticesParts) {
    this.#parts = parts;
  }

  /** `incident` names what happened: the same one is told once, by one process of the fleet. */
  async tell(incident: string, text: (words: Words) => string): Promise<void> {
    for (const place of await this.#parts.places()) {
      const id = `notice.${incident}.${place.person}`.replaceAll(/[^A-Za-z0-9_.-]/g, '-');
      if (this.#told.has(id)) continue;
      await this.#parts.say(id, this.#reply(id, place, text(wordsFor(place.locale))));
      this.#told.add(id);
    }
  }

  #reply(id: string, place: PersonPlace, text: string): Reply {
    const { account, conversation, address } = place;
    const where = { account, conversation, address };
    const receivedAtMs = this.#parts.clock.now();
    return { v: 1, id, anchor: id, ...where, kind: 'words', final: true, text, receivedAtMs };
  }
}
