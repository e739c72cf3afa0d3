import type { Adapter } from '#port';

import { DiscordSandbox } from '../../sandbox/discord/discord-sandbox.ts';
import { adapterContract } from '../../test/contracts/adapter-contract.ts';
import type { Place, PlatformFault, SentFile, Stage } from '../../test/contracts/adapter-stage.ts';
import definition from './index.ts';
import { clock, log } from './test-bed.ts';

// Discord refuses no text for its markup.
adapterContract('discord', async () => DiscordStage.start(), ['redelivery', 'refusable markup']);

/** Discord's sandbox with the people and places of the contract. */
class DiscordStage implements Stage {
  readonly wrongToken = {
    key: 'DISCORD_TOKEN',
    adapter: () => this.#adapter('MTIw.wrong.token'),
  };
  readonly group = {
    mutter: async (text: string) => this.#say('group', text),
    reply: async (messageId: string, text: string) => this.#say('group', text, messageId),
    asBot: async (text: string) => this.#asBot(text),
    command: async (name: string, rest: string) => this.#command(name, rest),
  };
  readonly faults = {
    inject: (call: 'post' | 'edit', fault: PlatformFault) => this.#inject(call, fault),
    remove: (_: Place, messageId: string) => this.#sandbox.delete(messageId),
  };
  readonly buttons = {
    below: (_: Place, messageId: string) => this.#sandbox.buttons(messageId),
    press: async (_: Place, messageId: string, label: string) => {
      const press = this.#sandbox.press({ user: this.#ann, message: messageId, label });
      const told = () => this.#sandbox.interactionReply(press).followUps.at(0);
      const { content, ephemeral } = await this.#sandbox.waitFor(told);
      return ephemeral ? content : 'everybody was told';
    },
  };
  /** Discord commonly allows five messages or edits in 5 s in a channel. */
  readonly paceMs = { private: 1_200, group: 1_200 };
  readonly topics = {
    say: async (topic: 'cats' | 'dogs', text: string) => {
      const mention = `<@${this.#sandbox.botId}> ${text}`;
      this.#sandbox.say({ user: this.#ann, channel: this.#threads[topic], text: mention });
    },
    shown: (topic: 'cats' | 'dogs') =>
      this.#sandbox
        .messages(this.#threads[topic])
        .filter(({ authorId }) => authorId === this.#sandbox.botId)
        .map(({ content }) => content),
  };
  readonly menu = {
    perStart: 1,
    names: () => this.#sandbox.commandNames(),
    read: () => this.#commandCalls('GET'),
    written: () => this.#commandCalls('PUT'),
  };
  readonly #sandbox: DiscordSandbox;
  readonly #ann;
  readonly #bob;
  readonly #channels;
  readonly #threads;

  static async start(): Promise<DiscordStage> {
    return new DiscordStage(await DiscordSandbox.start());
  }

  private constructor(sandbox: DiscordSandbox) {
    this.#sandbox = sandbox;
    this.#ann = sandbox.createUser('ann');
    this.#bob = sandbox.createUser('bob');
    this.#channels = {
      private: sandbox.openDm(this.#ann),
      'other private': sandbox.openDm(this.#bob),
      group: sandbox.createChannel(sandbox.createGuild('guild'), 'talk'),
    };
    const { group } = this.#channels;
    this.#threads = {
      cats: sandbox.createThread(group, 'cats', { owner: this.#ann }),
      dogs: sandbox.createThread(group, 'dogs', { owner: this.#ann }),
    };
  }

  adapter(): Adapter {
    return this.#adapter(this.#sandbox.token);
  }

  async say(place: Place, text: string): Promise<void> {
    this.#say(place, place === 'group' ? `<@${this.#sandbox.botId}> ${text}` : text);
  }

  async forward(texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      const original = this.#sandbox.say({ user: this.#bob, channel: this.#channels.group, text });
      const message = { id: original };
      this.#sandbox.forward({ user: this.#ann, channel: this.#channels.private, message });
    }
  }

  shown(place: Place): readonly string[] {
    return this.#posted(place).map(({ content }) => content);
  }

  files(place: Place) {
    return this.#posted(place)
      .flatMap(({ attachments }) => attachments)
      .map(({ filename, bytes }) => ({ name: filename, text: Buffer.from(bytes).toString() }));
  }

  references(place: Place): readonly boolean[] {
    return this.#posted(place).map(({ replyToId }) => replyToId !== undefined);
  }

  mentions(): string {
    return `<@${this.#ann.id}>`;
  }

  pings(place: Place): number {
    return this.#posted(place).filter(
      ({ pinged: { everyone, users, roles } }) => everyone || users.length + roles.length > 0,
    ).length;
  }

  linkPreviews(place: Place): number {
    // The flag SUPPRESS_EMBEDS.
    return this.#posted(place).filter(({ flags }) => (flags & 4) === 0).length;
  }

  typings(place: Place): number {
    return this.#sandbox.typings(this.#channels[place]).length;
  }

  async attach(text: string, files: readonly SentFile[]): Promise<void> {
    const sent = files.map(({ name: filename, mime: contentType, ...file }) => ({
      ...file,
      filename,
      contentType,
    }));
    this.#sandbox.say({ user: this.#ann, channel: this.#channels.private, text, files: sent });
  }

  async answer(quoted: string, text: string): Promise<void> {
    const said = this.#sandbox.say({
      user: this.#ann,
      channel: this.#channels.private,
      text: quoted,
    });
    this.#say('private', text, said);
  }

  async change(text: string, changed: string): Promise<void> {
    const said = this.#sandbox.say({ user: this.#ann, channel: this.#channels.private, text });
    this.#sandbox.edit({ id: said }, changed);
  }

  connections(): number {
    return this.#sandbox.stats.connected;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sandbox[Symbol.asyncDispose]();
  }

  #adapter(token: string): Adapter {
    const env = definition.env.parse({ DISCORD_TOKEN: token, DISCORD_API_URL: this.#sandbox.url });
    return definition.create(env, { clock, log });
  }

  #posted(place: Place) {
    return this.#sandbox
      .messages(this.#channels[place])
      .filter(({ authorId }) => authorId === this.#sandbox.botId);
  }

  #commandCalls(asked: string): number {
    return this.#sandbox.requests.filter(
      ({ method, path, status }) =>
        method === asked && path.endsWith('/commands') && status !== undefined,
    ).length;
  }

  #say(place: Place, text: string, replyTo?: string): void {
    const user = place === 'other private' ? this.#bob : this.#ann;
    this.#sandbox.say({ user, channel: this.#channels[place], text, replyTo });
  }

  #asBot(text: string): void {
    const user = this.#sandbox.createUser('robot', { bot: true });
    const mention = `<@${this.#sandbox.botId}> ${text}`;
    this.#sandbox.say({ user, channel: this.#channels.group, text: mention });
  }

  async #command(name: string, rest: string): Promise<void> {
    await this.#sandbox.waitFor(() => this.#sandbox.commandNames().includes(name));
    const options = { prompt: rest };
    this.#sandbox.slash({ user: this.#ann, channel: this.#channels.group, name, options });
  }

  #inject(call: 'post' | 'edit', fault: PlatformFault): void {
    const match = call === 'post' ? /^POST \/channels\/\d+\/messages/ : /^PATCH \/channels/;
    switch (fault.kind) {
      case 'lost after':
        this.#sandbox.faults.inject({ match, fault: { kind: 'drop-after' } });
        return;
      case 'wait': {
        const seconds = fault.afterMs / 1_000;
        const body = {
          message: 'You are being rate limited.',
          retry_after: seconds,
          global: false,
        };
        this.#answer(match, 429, body, { 'retry-after': String(seconds) });
        return;
      }
      case 'refused':
        this.#answer(match, 403, { message: 'Missing Permissions', code: 50_013 }, {});
    }
  }

  #answer(match: RegExp, status: number, body: object, more: Record<string, string>): void {
    const headers = { 'content-type': 'application/json', ...more };
    const fault = { kind: 'status', status, body: JSON.stringify(body), headers } as const;
    this.#sandbox.faults.inject({ match, fault });
  }
}
