import { Faults } from '../faults.ts';
import { buttonsOf, startPress } from './buttons.ts';
import {
  type Attachment,
  type Channel,
  type Dm,
  type Guild,
  idOf,
  type OptionValue,
  type Ref,
  type SandboxMessage,
  type TextChannel,
  type Thread,
  type User,
} from './entities.ts';
import { Gateway } from './gateway.ts';
import { type InteractionReply, replyOf } from './interaction-reply.ts';
import { type DiscordSandboxOptions, settingsOf } from './options.ts';
import { pictureOf } from './picture.ts';
import { type LoggedRequest, RequestLog } from './request-log.ts';
import { createRest, type Rest } from './rest.ts';
import { createService, type Service } from './service.ts';
import { startSlash, startTyping } from './slash.ts';
import { waitFor, type WaitOptions } from './wait-for.ts';
import type { Access } from './world.ts';

/**
 * Discord on loopback: REST v10 and gateway for one bot, in a world that the caller plays. Refuses
 * what Discord refuses, with its codes; `faults` strike requests by `METHOD /path` (the path as in
 * `requests`, so `PATCH /webhooks/BOT/:token/messages/@original`), the gateway's door as `GET /gateway/socket` and its events as `DISPATCH NAME`.
 */
export class DiscordSandbox implements AsyncDisposable {
  /** What goes into `DISCORD_API_URL`. */
  readonly url: string;
  readonly token: string;
  readonly botId: string;
  readonly faults: Faults;
  readonly #service: Service;
  readonly #rest: Rest;
  readonly #gateway: Gateway;
  readonly #log: RequestLog;

  static async start(options: DiscordSandboxOptions = {}): Promise<DiscordSandbox> {
    const service = createService(settingsOf(options));
    const faults = new Faults();
    const log = new RequestLog(service.happenings, () => service.settings.clock.now());
    const rest = createRest(service, faults, log);
    const gateway = new Gateway(rest.app.server, service, faults);
    service.origin = await rest.app.listen({ host: '127.0.0.1', port: service.settings.port });
    return new DiscordSandbox(service, faults, log, rest, gateway);
  }

  private constructor(
    service: Service,
    faults: Faults,
    log: RequestLog,
    rest: Rest,
    gateway: Gateway,
  ) {
    this.#service = service;
    this.#rest = rest;
    this.#log = log;
    this.faults = faults;
    this.#gateway = gateway;
    this.url = `${service.origin}/api`;
    this.token = service.token;
    this.botId = service.settings.botId;
  }

  createUser(
    name: string,
    options: { readonly bot?: boolean; readonly webhook?: boolean } = {},
  ): User {
    return this.#service.world.createUser(name, options);
  }

  /** A guild of which the bot is a member from now on. */
  createGuild(name: string, options: { readonly locale?: string } = {}): Guild {
    return this.#service.world.createGuild(name, options);
  }

  createChannel(guild: Ref, name: string): TextChannel {
    return this.#service.world.createChannel(guild, name);
  }

  /** A thread that a user opened and added the bot to. */
  createThread(channel: TextChannel, name: string, options: { readonly owner?: Ref } = {}): Thread {
    const owner = options.owner ?? this.#service.world.guild(channel.guildId)?.ownerId;
    if (owner === undefined) throw new Error(`There is no guild ${channel.guildId}.`);
    return this.#service.world.createThread(channel, name, idOf(owner));
  }

  openDm(user: Ref): Dm {
    return this.#service.world.openDm(user);
  }

  /** A user writes; returns the message's id. `replyTo` pings its author unless told not to. */
  say(said: {
    readonly user: Ref;
    readonly channel: Ref;
    readonly text: string;
    readonly replyTo?: Ref | undefined;
    readonly pingReplied?: boolean;
    readonly files?: readonly Omit<Attachment, 'id'>[];
  }): string {
    const { text, replyTo, pingReplied = true, files = [] } = said;
    const channelId = this.#channel(said.channel).id;
    return this.#service.messages.create({
      channelId,
      authorId: this.#user(said.user).id,
      content: text,
      replyToId: replyTo === undefined ? undefined : idOf(replyTo),
      allowedMentions: { parse: ['users', 'roles'], replied_user: pingReplied },
      attachments: files.map((file) => Object.assign({ id: this.#service.ids.next() }, file)),
    }).id;
  }

  /** A user passes a message on, without a word of their own; returns the new message's id. */
  forward(what: { readonly user: Ref; readonly channel: Ref; readonly message: Ref }): string {
    return this.#service.messages.create({
      channelId: this.#channel(what.channel).id,
      authorId: this.#user(what.user).id,
      content: '',
      forwardOfId: idOf(what.message),
    }).id;
  }

  /** A user edits a message of theirs. */
  edit(message: Ref, text: string): void {
    this.#service.messages.edit(idOf(message), { content: text });
  }

  /** A user, or a moderator, deletes a message. */
  delete(message: Ref): void {
    this.#service.messages.delete(idOf(message));
  }

  /** A user runs a command that the bot has registered; returns the interaction's id. */
  slash(run: {
    readonly user: Ref;
    readonly channel: Ref;
    readonly name: string;
    readonly options?: Readonly<Record<string, OptionValue>>;
    readonly locale?: string;
  }): string {
    const { name, options = {}, locale = 'en-US' } = run;
    const user = this.#user(run.user);
    const channel = this.#channel(run.channel);
    return startSlash(this.#service, { user, channel, name, options, locale }).id;
  }

  /** A user types behind a command; resolves with what the bot suggests. */
  async type(typed: {
    readonly user: Ref;
    readonly channel: Ref;
    readonly name: string;
    readonly option: string;
    readonly text: string;
    readonly locale?: string;
  }): Promise<readonly string[]> {
    const user = this.#user(typed.user);
    const channel = this.#channel(typed.channel);
    const { id } = startTyping(this.#service, { locale: 'en-US', ...typed, user, channel });
    return this.waitFor(() => this.#service.interactions.course(id)?.choices);
  }

  /** A user presses a button of a message; returns the interaction's id. */
  press(press: {
    readonly user: Ref;
    readonly message: Ref;
    /** Or a part of it. */
    readonly label: string;
    readonly locale?: string;
  }): string {
    const { label, locale = 'en-US' } = press;
    const message = this.#service.messages.standing(idOf(press.message));
    const user = this.#user(press.user);
    const channel = this.#channel(message.channelId);
    return startPress(this.#service, { user, channel, message, label, locale }).id;
  }

  /** The labels of the buttons below a message. */
  buttons(message: Ref): readonly string[] {
    return buttonsOf(this.#service.messages.standing(idOf(message))).map(({ label }) => label);
  }

  /** What a channel shows, oldest first; ephemeral answers too. */
  messages(
    channel: Ref,
    options: { readonly withDeleted?: boolean } = {},
  ): readonly SandboxMessage[] {
    const all = this.#service.messages.inChannel(idOf(channel));
    return options.withDeleted === true
      ? all
      : all.filter(({ deletedAtMs }) => deletedAtMs === undefined);
  }

  interactionReply(interactionId: string): InteractionReply {
    return replyOf(this.#service, interactionId);
  }

  /** When the bot showed in a channel that it is typing. */
  typings(channel: Ref): readonly number[] {
    return this.#service.typings.get(idOf(channel)) ?? [];
  }

  /** The names of the commands that the bot has registered everywhere, or in one guild. */
  commandNames(guild?: Ref): readonly string[] {
    const guildId = guild === undefined ? undefined : idOf(guild);
    return this.#service.commands.list(guildId).map(({ name }) => name);
  }

  /** The names of the options of a command that is registered everywhere. */
  commandOptions(command: string): readonly string[] {
    const found = this.#service.commands.list(undefined).find(({ name }) => name === command);
    return found?.definition.options.map(({ name }) => name) ?? [];
  }

  /** What the bot may do in a channel, or a whole guild, from now on; the nearest counts. */
  setAccess(place: Ref, access: Access): void {
    this.#service.world.setAccess(place, access);
  }

  /** Whether a user takes DMs of the bot (else: 50007). */
  setDmsBlocked(user: Ref, blocked: boolean): void {
    this.#service.world.setDmsBlocked(user, blocked);
  }

  /** Looks now and after each change; resolves with the first thing found (or `true`). */
  async waitFor<T>(
    find: () => T | undefined | null | false,
    options: WaitOptions = {},
  ): Promise<T> {
    return waitFor(this.#service.happenings, find, () => this.picture(), options);
  }

  /** Calls after each change; returns the way to stop. */
  watch(look: () => void): () => void {
    return this.#service.happenings.listen(look);
  }

  /** Everything that an assertion may have missed, for a person to read. */
  picture(): string {
    return pictureOf(this.#service, this.#log, this.stats);
  }

  /** Ends the gateway's connections: by a cut of the network, or with a close code. */
  dropGateway(options: { readonly code?: number; readonly resumable?: boolean } = {}): void {
    this.#gateway.drop(options.code, options.resumable ?? true);
  }

  /** The gateway's open connections stay open, but nothing comes of them: no event, no ACK. */
  silenceGateway(): void {
    this.#gateway.silence();
  }

  /** The gateway asks its clients to reconnect and resume. */
  askToReconnect(): void {
    this.#gateway.askToReconnect();
  }

  get requests(): readonly LoggedRequest[] {
    return this.#log.entries;
  }

  get stats() {
    const { identifies, resumes, connected } = this.#gateway;
    return { identifies, resumes, connected, invalidRequests: this.#rest.limiter.invalidCount };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#gateway.close();
    await this.#rest.app.close();
  }

  #user(ref: Ref): User {
    const user = this.#service.world.user(idOf(ref));
    if (user === undefined) throw new Error(`There is no user ${idOf(ref)}.`);
    return user;
  }

  #channel(ref: Ref): Channel {
    const channel = this.#service.world.channel(idOf(ref));
    if (channel === undefined) throw new Error(`There is no channel ${idOf(ref)}.`);
    return channel;
  }
}
