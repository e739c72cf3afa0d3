import { Routes } from 'discord.js';

import type { Clock, Delivery, Outgoing, OutgoingFile } from '#port';

import type { InteractionAddress } from './address.ts';
import {
  createMessage,
  deliveryOf,
  editDeadlineMs,
  editMessage,
  isCode,
  quietly,
} from './channel-messages.ts';
import type { Deferrals } from './deferrals.ts';
import type { Looks } from './looks.ts';
import { errorCode } from './outcome.ts';
import { postedSchema } from './payloads.ts';
import { discordLength } from './render.ts';
import type { Answer, DiscordRest } from './rest.ts';
import type { Seal } from './seal.ts';

/** Discord's longest message (https://docs.discord.com/developers/resources/message#create-message). */
export const maxChars = 2000;

/** The token serves no more, or what it should edit is not (or no longer) there. */
const useless = [
  errorCode.unknownMessage,
  errorCode.unknownWebhook,
  errorCode.unknownInteraction,
  errorCode.invalidWebhookToken,
];

type Posted = Answer<{ id: string }>;

/**
 * Answers to slash commands. The first chunk fills in the deferred answer by the interaction's
 * token, an edit and so repeatable; the others are plain messages in the channel, since those have
 * a nonce and follow-ups have none. When the token has ended, the first is a plain message, too, and
 * names the asker.
 */
export class InteractionMessages {
  readonly #rest: DiscordRest;
  readonly #seal: Seal;
  readonly #clock: Clock;
  readonly #deferrals: Deferrals;

  constructor(rest: DiscordRest, seal: Seal, clock: Clock, deferrals: Deferrals) {
    this.#rest = rest;
    this.#seal = seal;
    this.#clock = clock;
    this.#deferrals = deferrals;
  }

  async post(
    address: InteractionAddress,
    looks: Looks,
    { chunk, nonce, file }: Pick<Outgoing, 'chunk' | 'nonce' | 'file'>,
    signal: AbortSignal,
  ): Promise<Delivery> {
    const { channel, interaction } = address;
    if (chunk === 0 && isItsAnswer(interaction, nonce)) {
      await this.#deferrals.settled(interaction, signal);
      const filled = await this.#editByToken(address, '@original', looks, signal);
      if (filled !== undefined && !isCode(filled, ...useless)) return delivered(filled);
      const named = namingAsker(address, looks);
      return createMessage(this.#rest, { channel, looks: named, nonce }, signal);
    }
    const token = this.#tokenOf(address);
    const message = { channel, looks, nonce, file };
    const posted = await createMessage(this.#rest, message, signal);
    if (posted.kind !== 'refused' || token === undefined) return posted;
    return delivered(await this.#followUp(address.application, token, { looks, file }, signal));
  }

  async edit(
    address: InteractionAddress,
    messageId: string,
    looks: Looks,
    { chunk, nonce }: { chunk: number; nonce: string },
    signal: AbortSignal,
  ): Promise<Delivery> {
    const { channel, interaction } = address;
    if (chunk === 0 && isItsAnswer(interaction, nonce)) {
      const byToken = await this.#editByToken(address, messageId, looks, signal);
      if (byToken !== undefined && !isCode(byToken, ...useless)) return delivered(byToken);
      const named = namingAsker(address, looks);
      return editMessage(this.#rest, { channel, message: messageId, looks: named }, signal);
    }
    const inChannel = await editMessage(this.#rest, { channel, message: messageId, looks }, signal);
    if (inChannel.kind !== 'refused') return inChannel;
    const byToken = await this.#editByToken(address, messageId, looks, signal);
    return byToken === undefined || isCode(byToken, ...useless) ? inChannel : delivered(byToken);
  }

  /** Whether Discord shows "thinking" for it, so that nothing else has to. */
  isThinking(address: InteractionAddress): boolean {
    return this.#tokenOf(address) !== undefined;
  }

  /** Undefined: there is no token to do it with. */
  async #editByToken(
    address: InteractionAddress,
    messageId: string,
    looks: Looks,
    signal: AbortSignal,
  ): Promise<Posted | undefined> {
    const token = this.#tokenOf(address);
    if (token === undefined) return undefined;
    return this.#rest.send(
      {
        method: 'patch',
        route: Routes.webhookMessage(address.application, token, messageId),
        body: { ...looks, ...quietly },
        auth: false,
        deadlineMs: editDeadlineMs,
        answer: postedSchema,
      },
      signal,
    );
  }

  async #followUp(
    application: string,
    token: string,
    { looks, file }: { looks: Looks; file?: OutgoingFile | undefined },
    signal: AbortSignal,
  ): Promise<Posted> {
    return this.#rest.send(
      {
        method: 'post',
        route: Routes.webhook(application, token),
        query: { wait: 'true' },
        body: { ...looks, ...quietly },
        file,
        auth: false,
        deadlineMs: editDeadlineMs,
        answer: postedSchema,
      },
      signal,
    );
  }

  #tokenOf({ sealed, interaction, expiresAtMs }: InteractionAddress): string | undefined {
    return this.#clock.now() < expiresAtMs ? this.#seal.open(sealed, interaction) : undefined;
  }
}

function delivered(posted: Posted): Delivery {
  return posted.kind === 'ok' ? { kind: 'done', messageId: posted.body.id } : deliveryOf(posted);
}

/**
 * Whether a message is the answer that was deferred: then its nonce begins with what it answers, the
 * command's own id. Something else may be said at the same address (a notice to an owner, say); it
 * must not write over the answer.
 */
function isItsAnswer(interaction: string, nonce: string): boolean {
  return nonce.startsWith(`dc-i-${interaction}.`);
}

/** Left out where it would make the message too long. Mentions of ours never ping. */
function namingAsker({ user }: InteractionAddress, looks: Looks): Looks {
  const content = `<@${user}> ${looks.content}`;
  return discordLength(content) <= maxChars ? { ...looks, content } : looks;
}
