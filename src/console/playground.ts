import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

import { pageText, sendPage } from './assets.ts';
import type { Door } from './door.ts';
import { EventStream } from './event-stream.ts';

/** What the playground plays with; only the sandbox has one. */
export interface Playground {
  readonly chats: readonly ChatName[];
  /** What can be done to the world outside. */
  readonly deeds: readonly Deed[];
  /** The newest messages of a chat, oldest first. */
  messages(chat: ChatName): readonly ChatMessage[];
  say(chat: ChatName, text: string): void;
  /** Does it and says what it has done. */
  run(deed: string): Promise<string>;
  /** Calls after each change; returns the way to stop. */
  watch(look: () => void): () => void;
}

export type ChatName = 'discord' | 'telegram';

export interface Deed {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  /** What it is done to. */
  readonly group: string;
}

/** A message as it stands. */
export interface ChatMessage {
  readonly id: string;
  readonly from: 'you' | 'bot';
  readonly text: string;
  /** Where a stretch of the text is bold and the like; without it, the text is Markdown. */
  readonly entities?: readonly TextEntity[] | undefined;
  readonly atMs: number;
  readonly edits: number;
  /** Nothing is there yet but that it is being written. */
  readonly isThinking: boolean;
  /** A placeholder or a preview. */
  readonly isUnfinished: boolean;
  /** Names of the files that came with it. */
  readonly files: readonly string[];
}

/** As Telegram has them: offset and length in UTF-16 units. */
export interface TextEntity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly url?: string | undefined;
  readonly language?: string | undefined;
}

/**
 * `/playground` with its stream and what its buttons do. Its messages are the only ones that the
 * console ever shows: they are typed there, in a world that is made up.
 */
export function servePlayground(
  server: FastifyInstance,
  playground: Playground,
  door: Pick<Door, 'guard' | 'ownPagesOnly'>,
): void {
  const page = pageText('playground');
  const watched = new WatchedChats(playground);
  server.addHook('preClose', async () => watched[Symbol.dispose]());
  const toSee = { onRequest: door.guard };
  const toDo = { onRequest: [door.guard, door.ownPagesOnly], bodyLimit: 64 * 1024 };

  server.get('/playground', toSee, async (_request, reply) => sendPage(reply, page));
  server.get('/playground/events', toSee, (_request, reply) => {
    watched.stream.open(reply, 'chats', watched.all());
  });
  server.post('/playground/say', toDo, async (request, reply) => {
    const said = saidSchema.safeParse(request.body);
    if (!said.success) return reply.code(400).send({ error: 'expected chat and text' });
    playground.say(said.data.chat, said.data.text);
    return reply.code(204).send();
  });
  server.post('/playground/do', toDo, async (request, reply) => {
    const wanted = deedSchema.safeParse(request.body);
    const deed = playground.deeds.find(({ name }) => name === wanted.data?.deed);
    if (deed === undefined) return reply.code(400).send({ error: 'there is no such deed' });
    return { said: await playground.run(deed.name) };
  });
}

const saidSchema = z.object({
  chat: z.enum(['discord', 'telegram']),
  text: z.string().trim().min(1).max(4000),
});
const deedSchema = z.object({ deed: z.string() });

/** How often a chat is looked at while it changes. */
const paceMs = 40;

/** Sends the messages that are new or have changed. */
class WatchedChats implements Disposable {
  readonly stream: EventStream;
  readonly #playground: Playground;
  readonly #sent = new Map<string, string>();
  #stop: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(playground: Playground) {
    this.#playground = playground;
    this.stream = new EventStream({ onWatched: (isWatched) => this.#onWatched(isWatched) });
  }

  all() {
    const { chats, deeds } = this.#playground;
    const withMessages = chats.map((name) => ({
      name,
      messages: this.#playground.messages(name),
    }));
    return { chats: withMessages, deeds };
  }

  [Symbol.dispose](): void {
    this.#onWatched(false);
    this.stream[Symbol.dispose]();
  }

  #onWatched(isWatched: boolean): void {
    this.#stop?.();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sent.clear();
    if (!isWatched) return;
    this.#stop = this.#playground.watch(() => {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#look();
      }, paceMs);
    });
  }

  #look(): void {
    for (const name of this.#playground.chats) {
      const messages = this.#playground.messages(name);
      for (const message of messages) {
        const key = `${name} ${message.id}`;
        const text = JSON.stringify(message);
        if (this.#sent.get(key) === text) continue;
        this.#sent.set(key, text);
        this.stream.send('message', { chat: name, message });
      }
      this.#forget(name, messages);
    }
  }

  #forget(chat: ChatName, messages: readonly ChatMessage[]): void {
    const there = new Set(messages.map(({ id }) => `${chat} ${id}`));
    for (const key of this.#sent.keys()) {
      if (!key.startsWith(`${chat} `) || there.has(key)) continue;
      this.#sent.delete(key);
      this.stream.send('gone', { chat, id: key.slice(chat.length + 1) });
    }
  }
}
