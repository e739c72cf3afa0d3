import { Routes } from 'discord.js';
import { z } from 'zod';

import { BridgeError } from '#port';
import type {
  Adapter,
  AdapterHealth,
  AdapterTools,
  Delivery,
  Intake,
  Outgoing,
  IncomingFile,
} from '#port';

import { readAddress } from './address.ts';
import { answerAutocomplete } from './autocomplete.ts';
import { CatchUp } from './catch-up.ts';
import { createMessage, editMessage } from './channel-messages.ts';
import { Deferrals } from './deferrals.ts';
import { fetchAttachment } from './files.ts';
import { Gateway, gatewayTimes, type GatewayTimes } from './gateway.ts';
import { askIdentity } from './identity.ts';
import type { Identity } from './identity.ts';
import { Inbox } from './inbox.ts';
import type { InboxParts } from './inbox.ts';
import { InteractionMessages, maxChars } from './interaction-messages.ts';
import { looksOf } from './looks.ts';
import type { AutocompletePayload } from './payloads.ts';
import { PendingCommands } from './pending-commands.ts';
import { Presses } from './presses.ts';
import { registerCommands } from './register-commands.ts';
import { discordLength, renderDiscord } from './render.ts';
import { replyChain } from './reply-chain.ts';
import { DiscordRest } from './rest.ts';
import { Seal } from './seal.ts';
import { SlashCommands } from './slash.ts';

const typingDeadlineMs = 5_000;
const unreadable: Delivery = { kind: 'refused', why: 'not an address of Discord’s' };

/** One bot on Discord. */
export class DiscordAdapter implements Adapter {
  readonly maxChars = maxChars;
  readonly takesFiles = true;
  readonly takesButtons = true;
  readonly knowsNonces = true;
  readonly #apiUrl: string;
  readonly #token: string;
  readonly #tools: AdapterTools;
  readonly #times: GatewayTimes;
  readonly #rest: DiscordRest;
  readonly #seal: Seal;
  readonly #deferrals = new Deferrals();
  readonly #interactions: InteractionMessages;
  readonly #disposed = new AbortController();
  #identity: Identity | undefined;
  #gateway: Gateway | undefined;
  #listening: Promise<unknown> = Promise.resolve();

  constructor(
    { apiUrl, token }: { apiUrl: string; token: string },
    tools: AdapterTools,
    times: GatewayTimes = gatewayTimes,
  ) {
    this.#times = times;
    this.#apiUrl = apiUrl;
    this.#token = token;
    this.#tools = tools;
    this.#rest = new DiscordRest(apiUrl, token);
    this.#seal = new Seal(token);
    this.#interactions = new InteractionMessages(
      this.#rest,
      this.#seal,
      tools.clock,
      this.#deferrals,
    );
  }

  get account(): string {
    return `discord-${this.#known().botId}`;
  }

  get displayName(): string {
    return this.#known().name;
  }

  measure(markdown: string): number {
    return discordLength(renderDiscord(markdown));
  }

  /** Discord commonly allows five edits in five seconds a channel: the final must have room. */
  previewIntervalMs(): number {
    return 1_200;
  }

  chatOf(address: string): string {
    return readAddress(address)?.channel ?? address;
  }

  async connect(signal: AbortSignal): Promise<void> {
    this.#identity = await askIdentity(this.#rest, this.#token, signal);
  }

  async listen(intake: Intake, signal: AbortSignal): Promise<void> {
    const { botId, application } = this.#known();
    const stopped = AbortSignal.any([signal, this.#disposed.signal]);
    const gateway = new Gateway(
      { apiUrl: this.#apiUrl, token: this.#token, botId },
      this.#rest,
      this.#tools,
      this.#times,
    );
    this.#gateway = gateway;
    const pending = new PendingCommands(this.#tools);
    const slash = new SlashCommands(this.#rest, this.#seal, this.#tools, this.#deferrals, pending);
    const catchUp = new CatchUp(this.#rest, this.#tools);
    // What ends the connection for good ends the rest of the listening, too.
    const ended = new AbortController();
    const live = AbortSignal.any([stopped, ended.signal]);
    const suggest = (typing: AutocompletePayload) => {
      const parts = { rest: this.#rest, intake, log: this.#tools.log };
      void answerAutocomplete(typing, parts, live);
    };
    const presses = new Presses(this.#rest, this.#tools);
    const chain: InboxParts['chain'] = async (...of) => replyChain(this.#rest, ...of);
    const parts = { slash, presses, catchUp, chain, suggest };
    const inbox = new Inbox(intake, parts, this.#tools, live);
    const registering = registerCommands(this.#rest, application, this.#tools, live);
    const listening = (async () => {
      try {
        await gateway.run((name, data, places) => inbox.take(name, data, places), stopped);
      } finally {
        ended.abort();
        await Promise.all([inbox.idle(), registering]);
      }
    })();
    this.#listening = listening.catch(() => undefined);
    await listening;
  }

  async post(address: string, message: Outgoing, signal: AbortSignal): Promise<Delivery> {
    const to = readAddress(address);
    if (to === undefined) return unreadable;
    const { chunk, nonce, file } = message;
    const looks = looksOf(message);
    switch (to.kind) {
      case 'message': {
        const replyTo = chunk === 0 ? to.message : undefined;
        const wanted = { channel: to.channel, looks, nonce, replyTo, file };
        return createMessage(this.#rest, wanted, signal);
      }
      case 'interaction':
        return this.#interactions.post(to, looks, message, signal);
    }
  }

  async edit(
    address: string,
    messageId: string,
    message: Outgoing,
    signal: AbortSignal,
  ): Promise<Delivery> {
    const to = readAddress(address);
    if (to === undefined) return unreadable;
    const looks = looksOf(message);
    switch (to.kind) {
      case 'message':
        return editMessage(this.#rest, { channel: to.channel, message: messageId, looks }, signal);
      case 'interaction':
        return this.#interactions.edit(to, messageId, looks, message, signal);
    }
  }

  async fetchFile(file: IncomingFile, mostBytes: number, signal: AbortSignal) {
    return fetchAttachment(file, this.#apiUrl, mostBytes, signal);
  }

  async typing(address: string, signal: AbortSignal): Promise<void> {
    const to = readAddress(address);
    if (to === undefined) return;
    if (to.kind === 'interaction' && this.#interactions.isThinking(to)) return;
    const route = Routes.channelTyping(to.channel);
    await this.#rest.send(
      { method: 'post', route, deadlineMs: typingDeadlineMs, answer: z.unknown() },
      signal,
    );
  }

  health(): AdapterHealth {
    return this.#gateway?.health() ?? { up: false, lastEventAtMs: null };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort();
    await this.#listening;
    this.#rest[Symbol.dispose]();
  }

  #known(): Identity {
    if (this.#identity === undefined) {
      throw new BridgeError('PLATFORM_UNREACHABLE', 'The Discord adapter is not connected yet.');
    }
    return this.#identity;
  }
}
