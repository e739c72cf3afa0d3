import { once } from 'node:events';

import * as discord from 'discord.js';
import { Client, Events, GatewayIntentBits, Options, Partials } from 'discord.js';

/** discord.js exports this class, its types leave it out; a test opens a gateway by it. */
const { SimpleShardingStrategy } = discord as unknown as {
  SimpleShardingStrategy: new (sockets: Sockets) => Strategy;
};

type BuildStrategy = NonNullable<NonNullable<discord.ClientOptions['ws']>['buildStrategy']>;
type Sockets = Parameters<BuildStrategy>[0];
type Strategy = ReturnType<BuildStrategy>;

const handshakeMs = 4_000;
const closeMs = 2_000;
/** `WebSocketShardStatus` of @discordjs/ws. */
const idle = 0;
const connecting = 1;

/**
 * A discord.js client for one life of the gateway connection, and the way to end it.
 *
 * `Client.destroy` alone does not: while a connection is being made it leaves the socket open and
 * unwatched, and a reconnect that has begun goes on after it (@discordjs/ws 1.2.3,
 * `WebSocketShard.destroy`). So no new connection is begun once closing, and one that is being made
 * is waited for.
 */
export class GatewayClient {
  readonly client: Client;
  #sockets: Sockets | undefined;
  #closing = false;

  constructor(apiUrl: string) {
    this.client = new Client({
      intents: [
        GatewayIntentBits.Guilds,
        GatewayIntentBits.GuildMessages,
        GatewayIntentBits.DirectMessages,
      ],
      partials: [Partials.Channel],
      rest: { api: apiUrl, retries: 0 },
      ws: { buildStrategy: (sockets) => this.#strategy(sockets) },
      // Events are read as they come; of the caches only servers, channels and roles are asked.
      makeCache: Options.cacheWithLimits({
        MessageManager: 0,
        GuildMemberManager: {
          maxSize: 0,
          keepOverLimit: ({ id, client }) => id === client.user.id,
        },
        UserManager: { maxSize: 0, keepOverLimit: ({ id, client }) => id === client.user.id },
        PresenceManager: 0,
        ReactionManager: 0,
        ThreadMemberManager: 0,
        GuildEmojiManager: 0,
        GuildStickerManager: 0,
      }),
    });
  }

  /** Resolves within some seconds; nothing is left open. */
  async close(): Promise<void> {
    this.#closing = true;
    const patience = AbortSignal.timeout(handshakeMs + 500);
    while ((await this.#status()) === connecting && !patience.aborted) {
      await this.#nextChange(patience);
    }
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, closeMs);
    await Promise.race([this.client.destroy().catch(() => undefined), late.promise]);
    clearTimeout(timer);
  }

  /** Whatever happens to a socket is told as one of these. */
  async #nextChange(patience: AbortSignal): Promise<void> {
    const either = new AbortController();
    const signal = AbortSignal.any([patience, either.signal]);
    const events = [Events.Debug, Events.Raw].map(async (name) =>
      once(this.client, name, { signal }).catch(() => undefined),
    );
    await Promise.race(events);
    either.abort();
  }

  /** Undefined also for a connection that discord.js has thrown away, which may yet reconnect. */
  async #status(): Promise<number | undefined> {
    return (await this.#sockets?.fetchStatus())?.get(0);
  }

  #strategy(sockets: Sockets): Strategy {
    this.#sockets = sockets;
    sockets.options.handshakeTimeout = handshakeMs;
    // The first thing that a new connection asks for: without an answer it is never opened.
    const retrieve = sockets.options.retrieveSessionInfo.bind(sockets.options);
    sockets.options.retrieveSessionInfo = async (shard) =>
      this.#closing && [idle, undefined].includes(await this.#status())
        ? new Promise<never>(() => {})
        : retrieve(shard);
    return new SimpleShardingStrategy(sockets);
  }
}
