import type { Channel, Dm, Guild, Ref, TextChannel, Thread, User } from './entities.ts';
import { idOf } from './entities.ts';
import type { Happenings } from './happenings.ts';
import type { Snowflakes } from './snowflakes.ts';

/** What the bot may do in a channel: all, all but write, or nothing. */
export type Access = 'full' | 'no-sending' | 'none';

/** The users, guilds and channels of the sandbox. */
export class World {
  readonly bot: User;
  readonly #ids: Snowflakes;
  readonly #happenings: Happenings;
  readonly #users = new Map<string, User>();
  readonly #guilds = new Map<string, Guild>();
  readonly #channels = new Map<string, Channel>();
  readonly #access = new Map<string, Access>();
  readonly #dmBlockers = new Set<string>();

  constructor(botId: string, ids: Snowflakes, happenings: Happenings) {
    this.#ids = ids;
    this.#happenings = happenings;
    this.bot = { id: botId, name: 'grok', bot: true, webhook: false };
    this.#users.set(botId, this.bot);
  }

  createUser(name: string, kind: { readonly bot?: boolean; readonly webhook?: boolean }): User {
    const { webhook = false, bot = webhook } = kind;
    const user = { id: this.#ids.next(), name, bot, webhook };
    this.#users.set(user.id, user);
    return user;
  }

  /** A guild that the bot joins now. */
  createGuild(name: string, { locale = 'en-US' }: { readonly locale?: string } = {}): Guild {
    const { id: ownerId } = this.createUser(`owner of ${name}`, {});
    const guild = { id: this.#ids.next(), name, ownerId, botRoleId: this.#ids.next(), locale };
    this.#guilds.set(guild.id, guild);
    this.#happenings.tell({ kind: 'guild-joined', guild });
    return guild;
  }

  createChannel(guild: Ref, name: string): TextChannel {
    return this.#add({ kind: 'text', id: this.#ids.next(), guildId: idOf(guild), name });
  }

  /** A thread made from a message has that message's id. */
  createThread(parent: TextChannel, name: string, ownerId: string, messageId?: string): Thread {
    const id = messageId ?? this.#ids.next();
    const { id: parentId, guildId } = parent;
    return this.#add({ kind: 'thread', id, guildId, parentId, ownerId, name });
  }

  /** The one DM channel of the bot with this user. */
  openDm(user: Ref): Dm {
    const userId = idOf(user);
    for (const channel of this.#channels.values()) {
      if (channel.kind === 'dm' && channel.userId === userId) return channel;
    }
    return this.#add({ kind: 'dm', id: this.#ids.next(), userId });
  }

  user(id: string): User | undefined {
    return this.#users.get(id);
  }

  guild(id: string): Guild | undefined {
    return this.#guilds.get(id);
  }

  channel(id: string): Channel | undefined {
    return this.#channels.get(id);
  }

  users(): User[] {
    return [...this.#users.values()];
  }

  guilds(): Guild[] {
    return [...this.#guilds.values()];
  }

  channels(): Channel[] {
    return [...this.#channels.values()];
  }

  /** Of a channel, of it and its threads, or of a whole guild; the nearest counts. */
  setAccess(place: Ref, access: Access): void {
    this.#access.set(idOf(place), access);
  }

  accessTo(channel: Channel): Access {
    const places =
      channel.kind === 'thread'
        ? [channel.id, channel.parentId, channel.guildId]
        : channel.kind === 'text'
          ? [channel.id, channel.guildId]
          : [channel.id];
    return places.map((id) => this.#access.get(id)).find((found) => found !== undefined) ?? 'full';
  }

  setDmsBlocked(user: Ref, blocked: boolean): void {
    if (blocked) this.#dmBlockers.add(idOf(user));
    else this.#dmBlockers.delete(idOf(user));
  }

  blocksDms(userId: string): boolean {
    return this.#dmBlockers.has(userId);
  }

  #add<C extends Channel>(channel: C): C {
    this.#channels.set(channel.id, channel);
    this.#happenings.tell({ kind: 'channel-created', channel });
    return channel;
  }
}
