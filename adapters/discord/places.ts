import type { Client } from 'discord.js';
import { Routes } from 'discord.js';
import { z } from 'zod';

import { describeTrouble } from './outcome.ts';
import type { Surroundings } from './readable.ts';
import type { DiscordRest } from './rest.ts';

const deadlineMs = 5_000;

const channelSchema = z.object({ type: z.number(), parent_id: z.string().nullish() });

/** What stands around a message: read from discord.js' cache, threads if need be from Discord. */
export class Places {
  readonly #client: Client;
  readonly #rest: DiscordRest;
  readonly #botId: string;
  /** Threads that the cache does not know: an archived one, for instance, that was opened again. */
  readonly #parents = new Map<string, string | undefined>();

  constructor(client: Client, rest: DiscordRest, botId: string) {
    this.#client = client;
    this.#rest = rest;
    this.#botId = botId;
  }

  /** Cheap and without the parent of threads: enough to see whether a message is for the bot. */
  around(guildId: string | undefined): Surroundings {
    const { channels, guilds } = this.#client;
    const guild = guildId === undefined ? undefined : guilds.cache.get(guildId);
    const roles = guild?.roles.cache;
    return {
      botId: this.#botId,
      botRole: roles?.find(({ tags }) => tags?.botId === this.#botId)?.id,
      parent: undefined,
      locale: guild?.preferredLocale,
      roleName: (id) => roles?.get(id)?.name,
      channelName: (id) => {
        const channel = channels.cache.get(id);
        return channel !== undefined && 'name' in channel ? (channel.name ?? undefined) : undefined;
      },
    };
  }

  /** The channel that a thread belongs to; rejects when Discord could not be asked. */
  async parentOf(channelId: string, signal: AbortSignal): Promise<string | undefined> {
    const channel = this.#client.channels.cache.get(channelId);
    if (channel !== undefined && !channel.isThread()) return undefined;
    if (channel?.parentId) return channel.parentId;
    if (!this.#parents.has(channelId)) {
      if (this.#parents.size >= 1_000) this.#parents.clear();
      this.#parents.set(channelId, await this.#askParent(channelId, signal));
    }
    return this.#parents.get(channelId);
  }

  async #askParent(channelId: string, signal: AbortSignal): Promise<string | undefined> {
    const answer = await this.#rest.send(
      { method: 'get', route: Routes.channel(channelId), deadlineMs, answer: channelSchema },
      signal,
    );
    switch (answer.kind) {
      case 'ok':
        return [10, 11, 12].includes(answer.body.type)
          ? (answer.body.parent_id ?? undefined)
          : undefined;
      case 'error':
        return undefined;
      case 'wait':
      case 'unauthorized':
      case 'unknown':
        throw new Error(`the channel could not be looked up: ${describeTrouble(answer)}`);
    }
  }
}
