import { pino } from 'pino';

import { languageTags } from '#port';
import type { Adapter } from '#port';

import { noLimits } from '../../sandbox/telegram/rate-limits.ts';
import { TelegramSandbox } from '../../sandbox/telegram/telegram-sandbox.ts';
import { adapterContract } from '../../test/contracts/adapter-contract.ts';
import type { Place, PlatformFault, SentFile, Stage } from '../../test/contracts/adapter-stage.ts';
import definition from './index.ts';
import { hastyClock } from './test-bed.ts';

// Telegram's offset confirms all before it, so the next poll waits for what the last one brought;
// within one batch conversations do not wait for each other, see hand-over.test.ts.
adapterContract('telegram', async () => TelegramStage.start(), ['independence']);

/** Telegram's sandbox with the people and chats of the contract. */
class TelegramStage implements Stage {
  /** Telegram has no key for a post: what is posted twice is there twice. */
  readonly wrongToken = {
    key: 'TELEGRAM_TOKEN',
    adapter: () => this.#adapter(`${'9'.repeat(9)}:${'x'.repeat(35)}`),
  };
  readonly group = {
    mutter: async (text: string) => this.#say('group', text),
    reply: async (messageId: string, text: string) => this.#say('group', text, Number(messageId)),
    asBot: async (text: string) => this.#asBot(text),
    command: async (name: string, rest: string) =>
      this.#say('group', `/${name}@${this.#sandbox.botUsername} ${rest}`),
  };
  readonly faults = {
    inject: (call: 'post' | 'edit', fault: PlatformFault) => this.#inject(call, fault),
    remove: (place: Place, messageId: string) =>
      this.#sandbox.deleteMessage(this.#chats[place], Number(messageId)),
  };
  readonly buttons = {
    below: (place: Place, messageId: string) =>
      this.#posted(place)
        .filter((message) => message.messageId === Number(messageId))
        .flatMap((message) => message.buttons.map(({ text }) => text)),
    press: async (place: Place, messageId: string, label: string) => {
      const chat = this.#chats[place];
      const of = { user: this.#ann, chat, messageId: Number(messageId), label };
      const press = this.#sandbox.press(of);
      return this.#sandbox.waitFor(() => press.answer?.text);
    },
  };
  /** About a message a second in a chat, 20 a minute in a group (core.telegram.org/bots/faq). */
  readonly paceMs = { private: 1_100, group: 3_400 };
  readonly topics = {
    say: async (topic: 'cats' | 'dogs', text: string) => {
      const mention = `@${this.#sandbox.botUsername} ${text}`;
      const to = { user: this.#ann, chat: this.#forum, topic: this.#topics[topic] };
      this.#sandbox.say({ ...to, text: mention });
    },
    shown: (topic: 'cats' | 'dogs') =>
      this.#sandbox
        .messages(this.#forum)
        .filter(({ from, threadId }) => from.isBot && threadId === this.#topics[topic])
        .map(({ text }) => text),
  };
  readonly menu = {
    perStart: languageTags.length,
    names: () => this.#sandbox.commandNames(),
    read: () => this.#answered('getMyCommands'),
    written: () => this.#answered('setMyCommands'),
  };
  readonly #sandbox: TelegramSandbox;
  readonly #ann: number;
  readonly #bob: number;
  readonly #chats: Record<Place, number>;
  readonly #forum: number;
  readonly #topics: Record<'cats' | 'dogs', number>;

  static async start(): Promise<TelegramStage> {
    return new TelegramStage(await TelegramSandbox.start({ limits: noLimits }));
  }

  private constructor(sandbox: TelegramSandbox) {
    this.#sandbox = sandbox;
    this.#ann = sandbox.createUser('ann');
    this.#bob = sandbox.createUser('bob');
    const group = sandbox.createGroup('talk');
    this.#chats = { private: this.#ann, 'other private': this.#bob, group };
    this.#forum = sandbox.createGroup('forum', { forum: true });
    this.#topics = {
      cats: sandbox.createTopic(this.#forum, 'Cats'),
      dogs: sandbox.createTopic(this.#forum, 'Dogs'),
    };
  }

  adapter(): Adapter {
    return this.#adapter(this.#sandbox.token);
  }

  async say(place: Place, text: string): Promise<void> {
    this.#say(place, place === 'group' ? `@${this.#sandbox.botUsername} ${text}` : text);
  }

  async forward(texts: readonly string[]): Promise<void> {
    const to = { user: this.#ann, chat: this.#chats.private };
    for (const text of texts) this.#sandbox.say({ ...to, text, forwardOf: { person: 'Eve' } });
  }

  shown(place: Place): readonly string[] {
    return this.#posted(place)
      .filter(({ kind }) => kind === 'text')
      .map(({ text }) => text);
  }

  files(place: Place) {
    return this.#posted(place).flatMap(({ file }) =>
      file === undefined ? [] : [{ name: file.name, text: Buffer.from(file.content).toString() }],
    );
  }

  references(place: Place): readonly boolean[] {
    return this.#posted(place).map(({ replyTo }) => replyTo !== undefined);
  }

  mentions(): string {
    return `@user_${this.#ann} and [Ann](tg://user?id=${this.#ann})`;
  }

  pings(place: Place): number {
    return this.#posted(place).filter(({ pinged }) => pinged.length > 0).length;
  }

  linkPreviews(place: Place): number {
    return this.#posted(place).filter(({ showsLink }) => showsLink).length;
  }

  typings(place: Place): number {
    return this.#sandbox.requests.filter(
      ({ method, chatId }) => method === 'sendChatAction' && chatId === this.#chats[place],
    ).length;
  }

  refuseMarkup(): void {
    const description = "Bad Request: can't parse entities: Unsupported start tag";
    this.#answer(/^(sendMessage|editMessageText)$/, 400, description, {});
  }

  async attach(text: string, files: readonly SentFile[]): Promise<void> {
    const to = { user: this.#ann, chat: this.#chats.private };
    const album = files.length > 1 ? { album: 'a1' } : {};
    for (const [at, { name, mime, bytes: content, claimedBytes }] of files.entries()) {
      const size = claimedBytes === undefined ? {} : { bytes: claimedBytes };
      const file = { name, mime, content, ...size };
      const photo = mime.startsWith('image/');
      this.#sandbox.say({ ...to, text: at === 0 ? text : '', photo, file, ...album });
    }
  }

  async answer(quoted: string, text: string): Promise<void> {
    const to = { user: this.#ann, chat: this.#chats.private };
    const replyTo = this.#sandbox.say({ ...to, text: quoted });
    this.#sandbox.say({ ...to, text, replyTo });
  }

  async change(text: string, changed: string): Promise<void> {
    const said = this.#sandbox.say({ user: this.#ann, chat: this.#chats.private, text });
    this.#sandbox.editByUser(this.#chats.private, said, changed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sandbox[Symbol.asyncDispose]();
  }

  #adapter(token: string): Adapter {
    const env = definition.env.parse({
      TELEGRAM_TOKEN: token,
      TELEGRAM_API_URL: this.#sandbox.url,
    });
    return definition.create(env, { clock: hastyClock, log: pino({ level: 'silent' }) });
  }

  #posted(place: Place) {
    return this.#sandbox.messages(this.#chats[place]).filter(({ from }) => from.isBot);
  }

  #answered(called: string): number {
    return this.#sandbox.requests.filter(
      ({ method, status }) => method === called && status === 200,
    ).length;
  }

  #say(place: Place, text: string, replyTo?: number): void {
    const user = place === 'other private' ? this.#bob : this.#ann;
    const reply = replyTo === undefined ? {} : { replyTo };
    this.#sandbox.say({ user, chat: this.#chats[place], text, ...reply });
  }

  #asBot(text: string): void {
    const user = this.#sandbox.createUser('robot', { bot: true });
    const mention = `@${this.#sandbox.botUsername} ${text}`;
    this.#sandbox.say({ user, chat: this.#chats.group, text: mention });
  }

  #inject(call: 'post' | 'edit', fault: PlatformFault): void {
    const match = call === 'post' ? /^send(?!ChatAction)/ : 'editMessageText';
    switch (fault.kind) {
      case 'lost after':
        this.#sandbox.faults.inject({ match, fault: { kind: 'drop-after' } });
        return;
      case 'wait': {
        const parameters = { retry_after: fault.afterMs / 1000 };
        this.#answer(match, 429, 'Too Many Requests: retry later', { parameters });
        return;
      }
      case 'refused':
        this.#answer(match, 403, 'Forbidden: bot was blocked by the user', {});
    }
  }

  #answer(match: RegExp | string, status: number, description: string, more: object): void {
    const body = JSON.stringify({ ok: false, error_code: status, description, ...more });
    const headers = { 'content-type': 'application/json' };
    this.#sandbox.faults.inject({ match, fault: { kind: 'status', status, body, headers } });
  }
}
