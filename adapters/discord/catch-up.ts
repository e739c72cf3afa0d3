import { Routes } from 'discord.js';
import { z } from 'zod';

import type { AdapterMemory, Clock, Logger } from '#port';

import { describeTrouble } from './outcome.ts';
import {
  type MemberPayload,
  memberSchema,
  type MessagePayload,
  messageSchema,
} from './payloads.ts';
import type { DiscordRest } from './rest.ts';

/** A conversation in which the bot was spoken to is live for so long. */
const liveMs = 24 * 60 * 60_000;
const mostChannels = 200;
const pageSize = 100;
const mostPages = 5;
const mostAttempts = 6;
const deadlineMs = 10_000;
/** What is not said to the bot moves the mark at most this often. */
const noteEveryMs = 10_000;
const keyPrefix = 'seen.';

const seenSchema = z.object({
  id: z.string().min(1),
  guild: z.string().optional(),
  atMs: z.number(),
});

/** The last message that was taken in a channel. */
type Seen = z.infer<typeof seenSchema>;

/**
 * Finds what was said while nobody was connected: Discord sends none of it again after a new
 * session. Remembers the last message of each live conversation and asks for those after it. What
 * is found twice, the intake knows.
 */
export class CatchUp {
  readonly #rest: DiscordRest;
  readonly #memory: AdapterMemory | undefined;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #live = new Map<string, Seen>();
  #due: Promise<Map<string, Seen>> = Promise.resolve(new Map());

  constructor(
    rest: DiscordRest,
    { memory, clock, log }: { memory?: AdapterMemory | undefined; clock: Clock; log: Logger },
  ) {
    this.#rest = rest;
    this.#memory = memory;
    this.#clock = clock;
    this.#log = log;
  }

  /** To be called when a new session begins: the channels in which something may have been missed. */
  async begin(): Promise<readonly string[]> {
    this.#due = this.#recall();
    return [...(await this.#due).keys()];
  }

  /** What was missed in a channel, oldest first: asked for once after each `begin`. */
  async missed(channel: string, signal: AbortSignal): Promise<readonly MessagePayload[]> {
    const due = await this.#due;
    const seen = due.get(channel);
    if (seen === undefined || signal.aborted) return [];
    due.delete(channel);
    const found: MessagePayload[] = [];
    let after = seen.id;
    for (let page = 0; page < mostPages && !signal.aborted; page += 1) {
      const messages = await this.#page(channel, after, signal);
      found.push(...messages);
      after = messages.at(-1)?.id ?? after;
      if (messages.length < pageSize) break;
      if (page === mostPages - 1) this.#log.warn({ channel }, 'more was missed than is fetched');
    }
    if (found.length > 0) this.#log.info({ channel, messages: found.length }, 'missed messages');
    return found.map((message) => said(message, seen.guild));
  }

  /** Who wrote in a server: messages that are fetched do not tell. */
  async member(
    guild: string,
    user: string,
    signal: AbortSignal,
  ): Promise<MemberPayload | undefined> {
    const route = Routes.guildMember(guild, user);
    const request = { method: 'get', route, deadlineMs, answer: memberSchema } as const;
    const answer = await this.#rest.send(request, signal);
    return answer.kind === 'ok' ? answer.body : undefined;
  }

  /** Moves the mark of a channel; only `isForUs` makes one live. Never holds anything up. */
  note({ id, channel_id: channel, guild_id: guild }: Place, isForUs: boolean): void {
    const before = this.#live.get(channel);
    const nowMs = this.#clock.now();
    const isDue = before === undefined || nowMs - before.atMs >= noteEveryMs;
    if (isForUs ? false : before === undefined || !isDue) return;
    const seen: Seen = { id, atMs: nowMs, ...(guild === undefined ? {} : { guild }) };
    this.#live.delete(channel);
    this.#live.set(channel, seen);
    const [oldest] = this.#live.keys();
    if (this.#live.size > mostChannels && oldest !== undefined) this.#live.delete(oldest);
    this.#memory
      ?.set(`${keyPrefix}${channel}`, JSON.stringify(seen))
      .catch((err: unknown) => this.#log.debug({ err }, 'last message not noted'));
  }

  async #recall(): Promise<Map<string, Seen>> {
    try {
      for (const [key, value] of (await this.#memory?.entries()) ?? []) {
        const seen = key.startsWith(keyPrefix) ? readSeen(value) : undefined;
        const channel = key.slice(keyPrefix.length);
        if (seen !== undefined && !this.#live.has(channel)) this.#live.set(channel, seen);
      }
    } catch (err) {
      this.#log.warn({ err }, 'cannot tell what was missed');
    }
    const sinceMs = this.#clock.now() - liveMs;
    const live = [...this.#live].filter(([, { atMs }]) => atMs >= sinceMs);
    return new Map(live.toSorted(([, a], [, b]) => b.atMs - a.atMs).slice(0, mostChannels));
  }

  /** Oldest first; empty when Discord refuses, or fails again and again. */
  async #page(
    channel: string,
    after: string,
    signal: AbortSignal,
  ): Promise<readonly MessagePayload[]> {
    const route = Routes.channelMessages(channel);
    const query = { after, limit: String(pageSize) };
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      const answer = await this.#rest.send(
        { method: 'get', route, query, deadlineMs, answer: pageSchema },
        signal,
      );
      if (answer.kind === 'ok') return answer.body.toReversed();
      if (attempt >= mostAttempts || answer.kind === 'error' || answer.kind === 'unauthorized') {
        const why = describeTrouble(answer);
        if (!signal.aborted) this.#log.warn({ channel, why }, 'missed messages not fetched');
        return [];
      }
      const pauseMs = answer.kind === 'wait' ? answer.afterMs : 250 * 2 ** attempt;
      // Rejects only when the signal aborts, which ends the loop.
      await this.#clock.sleep(pauseMs, signal).catch(() => undefined);
    }
    return [];
  }
}

/** Messages that are fetched do not tell their server. */
function said(message: MessagePayload, guild: string | undefined): MessagePayload {
  return guild === undefined ? message : { ...message, guild_id: guild };
}

type Place = Pick<MessagePayload, 'id' | 'channel_id' | 'guild_id'>;

/** A message in a form that we do not know must not hide the others. */
const pageSchema = z
  .array(z.unknown())
  .transform((all) => all.flatMap((one) => messageSchema.safeParse(one).data ?? []));

function readSeen(text: string): Seen | undefined {
  try {
    return seenSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
