import type { AddressInfo } from 'node:net';

import type { FastifyInstance } from 'fastify';

import { Faults } from '../faults.ts';
import { accountMethods, commandNames } from './account-methods.ts';
import { botApiServer, type RequestRecord } from './bot-api-server.ts';
import { Changes } from './changes.ts';
import { Chats, type StoredMessage } from './chats.ts';
import { pressMethods, type Press } from './inline-buttons.ts';
import { messageMethods } from './message-methods.ts';
import type { World } from './method.ts';
import { chatPayload } from './payloads.ts';
import {
  chatNamed,
  editByUser,
  migrate,
  press,
  say,
  type Pressing,
  type Saying,
} from './people.ts';
import { pictureOf } from './picture.ts';
import { RateLimits, telegramLimits, type Limits } from './rate-limits.ts';
import { UpdateFeed } from './update-feed.ts';
import { updateMethods } from './update-methods.ts';
import { Webhook } from './webhook.ts';

export interface TelegramSandboxOptions {
  /** Default: any free one. */
  readonly port?: number;
  readonly botId?: number;
  readonly botUsername?: string;
  /** Default: as Telegram's own. `noLimits` is for tests of throughput. */
  readonly limits?: Partial<Limits>;
}

const firstUpdateId = 500_000_001;
const firstUserId = 1_001;
const firstGroupId = -5_001;
const firstSupergroupId = -1_000_000_005_001;
const firstTopicId = 11;

/**
 * Telegram on loopback: the Bot API of one bot, and the people who talk to it. As strict as the
 * real one wherever a bot could go wrong. Users, chats and messages are known by their numbers.
 */
export class TelegramSandbox implements AsyncDisposable {
  readonly token: string;
  readonly botId: number;
  readonly botUsername: string;
  /** Matched against the name of the method, such as `sendMessage`. */
  readonly faults = new Faults();
  readonly #requests: RequestRecord[] = [];
  readonly #changes = new Changes();
  readonly #world: World;
  readonly #server: FastifyInstance;
  #created = 0;
  #url = '';

  private constructor(options: TelegramSandboxOptions) {
    this.botId = options.botId ?? 7_000_000_001;
    this.botUsername = options.botUsername ?? 'grok_sandbox_bot';
    this.token = `${this.botId}:sandbox-token-of-the-telegram-bot-0`;
    const changed = () => this.#changes.announce();
    const feed = new UpdateFeed(firstUpdateId, changed);
    this.#world = {
      bot: {
        id: this.botId,
        isBot: true,
        name: 'Grok',
        username: this.botUsername,
        languageCode: undefined,
      },
      chats: new Chats(Date.now, changed),
      feed,
      webhook: new Webhook(feed),
      limits: new RateLimits({ ...telegramLimits, ...options.limits }, () => performance.now()),
      presses: new Map(),
      commands: new Map(),
    };
    this.#server = botApiServer({
      token: this.token,
      methods: {
        ...accountMethods(this.#world),
        ...updateMethods(this.#world),
        ...messageMethods(this.#world),
        ...pressMethods(this.#world, changed),
      },
      files: this.#world.chats.files,
      faults: this.faults,
      requests: this.#requests,
      changed,
    });
  }

  static async start(options: TelegramSandboxOptions = {}): Promise<TelegramSandbox> {
    const sandbox = new TelegramSandbox(options);
    await sandbox.#server.listen({ host: '127.0.0.1', port: options.port ?? 0 });
    // A server that listens on TCP has an address with a port.
    const { port } = sandbox.#server.server.address() as AddressInfo;
    sandbox.#url = `http://127.0.0.1:${port}`;
    return sandbox;
  }

  /** For `TELEGRAM_API_URL`. */
  get url(): string {
    return this.#url;
  }

  /** Every request so far, oldest first. */
  get requests(): readonly Readonly<RequestRecord>[] {
    return this.#requests;
  }

  /** The user's number, which is also that of the private chat with the bot. */
  createUser(name: string, options: { bot?: boolean; languageCode?: string } = {}): number {
    const id = firstUserId + this.#created++;
    this.#world.chats.accounts.set(id, {
      id,
      isBot: options.bot ?? false,
      name,
      username: `user_${id}`,
      languageCode: options.languageCode,
    });
    this.#world.chats.add({ id, type: 'private', title: name, begun: false });
    return id;
  }

  /**
   * A group with the bot in it. With `privacy: false` the bot hears everything, as an administrator
   * does; a `forum` is a supergroup that has topics.
   */
  createGroup(
    title: string,
    options: { forum?: boolean; supergroup?: boolean; privacy?: boolean } = {},
  ): number {
    const isForum = options.forum ?? false;
    const type = isForum || options.supergroup === true ? 'supergroup' : 'group';
    const first = type === 'group' ? firstGroupId : firstSupergroupId;
    const id = first - this.#created++;
    this.#world.chats.add({ id, type, title, isForum, privacy: options.privacy ?? true });
    return id;
  }

  /** The topic's `message_thread_id`. */
  createTopic(group: number, name: string): number {
    const chat = chatNamed(this.#world, group);
    if (!chat.isForum) throw new Error(`Chat ${group} is no forum`);
    const id = firstTopicId + this.#created++;
    chat.topics.set(id, name);
    return id;
  }

  /** Writes as a user would; the message's number. The first message unblocks and begins a chat. */
  say(saying: Saying): number {
    const message = say(this.#world, saying);
    this.#world.webhook.wake();
    return message.messageId;
  }

  editByUser(chat: number, messageId: number, text: string): void {
    editByUser(this.#world, chat, messageId, text);
    this.#world.webhook.wake();
  }

  /** Presses a button of a message; the result is filled in when the bot has answered. */
  press(pressing: Pressing): Readonly<Press> {
    const pressed = press(this.#world, pressing);
    this.#world.webhook.wake();
    return pressed;
  }

  /** The user stops what is being generated for them (https://core.telegram.org/bots/api#update). */
  stopGeneration(user: number): void {
    const chat = chatPayload(chatNamed(this.#world, user));
    this.#world.feed.add('stopped_message_generation', { chat, draft_id: 1 });
    this.#world.webhook.wake();
  }

  /** Takes a message away, whoever wrote it; the bot is not told, as in reality. */
  deleteMessage(chat: number, messageId: number): void {
    this.#world.chats.remove(chatNamed(this.#world, chat), messageId);
  }

  /** The user stops the bot; what it sends is refused until the user writes again. */
  block(user: number): void {
    chatNamed(this.#world, user).closed = true;
  }

  kick(group: number): void {
    chatNamed(this.#world, group).closed = true;
  }

  /** A group becomes a supergroup: its new number. */
  migrate(group: number): number {
    const id = firstSupergroupId - this.#created++;
    migrate(this.#world, group, id);
    this.#world.webhook.wake();
    return id;
  }

  /** The names of the commands of the menu that has no language and no scope. */
  commandNames(): readonly string[] {
    return commandNames(this.#world);
  }

  /** What stands in a chat, oldest first. */
  messages(chat: number, where: { topic?: number } = {}): readonly StoredMessage[] {
    const all = [...chatNamed(this.#world, chat).messages.values()];
    return where.topic === undefined ? all : all.filter((m) => m.threadId === where.topic);
  }

  /** How many updates wait to be confirmed. */
  pendingUpdates(): number {
    return this.#world.feed.pending.length;
  }

  /** The highest `offset` that the bot has confirmed with; 0 before the first. */
  get confirmedOffset(): number {
    return this.#world.feed.confirmedOffset;
  }

  /**
   * Resolves with what `predicate` gives, once that is neither false, undefined nor null.
   * @throws {Error} with a picture of the state, after `timeoutMs` (default 10,000).
   */
  async waitFor<T>(
    predicate: () => T | false | undefined | null,
    options: { timeoutMs?: number } = {},
  ): Promise<T> {
    const picture = () => pictureOf(this.#world, this.#requests);
    return this.#changes.until(predicate, options.timeoutMs ?? 10_000, picture);
  }

  /** Calls after each change; returns the way to stop. */
  watch(look: () => void): () => void {
    return this.#changes.watch(look);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#world.webhook.set(undefined);
    await this.#server.close();
  }
}
