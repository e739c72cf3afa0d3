import { Client, Events, GatewayIntentBits, type Message, Partials } from 'discord.js';

import type { Clock } from '../../src/clock.ts';
import type { DiscordSandbox } from './discord-sandbox.ts';

const { Guilds, GuildMessages, DirectMessages } = GatewayIntentBits;

export interface Bot extends AsyncDisposable {
  readonly client: Client<true>;
}

/** A real discord.js, logged in. */
export async function connect(sandbox: DiscordSandbox, ...more: GatewayIntentBits[]): Promise<Bot> {
  const client = new Client({
    intents: [Guilds, GuildMessages, DirectMessages, ...more],
    partials: [Partials.Channel],
    rest: { api: sandbox.url },
  });
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(sandbox.token);
  return { client: await ready, [Symbol.asyncDispose]: () => client.destroy() };
}

/** What a bot does with every message of a person. A failure fails the test run. */
export function hear(client: Client, handle: (message: Message) => Promise<unknown>): void {
  client.on(Events.MessageCreate, (message) => {
    if (!message.author.bot) void handle(message);
  });
}

/** A clock that stands until the test moves it. */
export function fakeClock(): Clock & { nowMs: number } {
  return {
    nowMs: Date.now(),
    now() {
      return this.nowMs;
    },
    monotonic() {
      return this.nowMs;
    },
    async sleep() {},
  };
}
