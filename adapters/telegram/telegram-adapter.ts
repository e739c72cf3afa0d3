import { Api } from 'grammy';
import type { InlineKeyboardMarkup } from 'grammy/types';

import type {
  Adapter,
  AdapterHealth,
  AdapterTools,
  Button,
  Delivery,
  Intake,
  Outgoing,
  IncomingFile,
} from '#port';

import { isPrivate, readAddress, type Address } from './address.ts';
import { ask, type Answer, type ApiSignal } from './bot-api.ts';
import { deliveryOfEdit, deliveryOfPost, isUnparsable } from './delivery.ts';
import type { TelegramEnv } from './env.ts';
import { fetchFile } from './files.ts';
import { askIdentity, checkToken, type Identity } from './identity.ts';
import { registerMenu } from './menu.ts';
import { readUpdate } from './message.ts';
import { withoutPingsUnformatted } from './pings.ts';
import { PollConnection } from './poll-connection.ts';
import { postFile } from './post-file.ts';
import { answerPress } from './press.ts';
import { measure, render } from './render.ts';
import { pollTimes, runUpdateLoop, type PollTimes, type UpdateSource } from './update-loop.ts';
import type { Ears } from './update-reading.ts';
import { allowedUpdates } from './update-schema.ts';
import { deleteOwnWebhook, runWebhook, secretOf, type WebhookSettings } from './webhook.ts';

/** A post that got no answer cannot be repeated safely, so it is given time. */
const postDeadlineMs = 15_000;
/** A bridge that takes over waits this long for the edits of the one before it. */
const editDeadlineMs = 5_000;
const typingDeadlineMs = 5_000;

/** One Telegram bot: its updates by long polling or a webhook, its messages through grammY's `Api`. */
export class TelegramAdapter implements Adapter {
  /** In UTF-16 units after parsing (https://core.telegram.org/bots/api#sendmessage). */
  readonly maxChars = 4_096;
  readonly takesFiles = true;
  readonly takesButtons = true;
  readonly #env: TelegramEnv;
  readonly #tools: AdapterTools;
  readonly #times: PollTimes;
  readonly #closed = new AbortController();
  #connection: { api: Api; bot: Identity } | undefined;
  #health: AdapterHealth = { up: false, lastEventAtMs: null };

  constructor(env: TelegramEnv, tools: AdapterTools, times: PollTimes = pollTimes) {
    this.#env = env;
    this.#tools = tools;
    this.#times = times;
  }

  get account(): string {
    return `telegram-${this.#connected.bot.id}`;
  }

  get displayName(): string {
    return `@${this.#connected.bot.username}`;
  }

  measure(markdown: string): number {
    return measure(markdown);
  }

  /** A little over a second, and over 20 a minute in groups: what Telegram allows. */
  previewIntervalMs(address: string): number {
    // A group takes 20 messages a minute: with the placeholder and the final there are no more.
    return isPrivate(readAddress(address)) ? 1_100 : 3_400;
  }

  chatOf(address: string): string {
    try {
      return String(readAddress(address).chat);
    } catch {
      // Of a later version, perhaps: what is sent there will say so.
      return address;
    }
  }

  async connect(signal: AbortSignal): Promise<void> {
    const token = checkToken(this.#env.TELEGRAM_TOKEN);
    const api = new Api(token, { apiRoot: this.#env.TELEGRAM_API_URL });
    this.#connection = { api, bot: await askIdentity(api, this.#until(signal)) };
  }

  async listen(intake: Intake, signal: AbortSignal): Promise<void> {
    const { api, bot } = this.#connected;
    const until = this.#until(signal);
    using polling = new PollConnection(api.token, this.#env.TELEGRAM_API_URL);
    const source: UpdateSource = {
      poll: (offset, timeout, either) =>
        polling.api.getUpdates(
          { offset, timeout, limit: 100, allowed_updates: allowedUpdates },
          either,
        ),
      read: (update) => readUpdate(update, bot),
      renew: () => polling.renew(),
    };
    const polled = (well: boolean) => {
      const lastEventAtMs = well ? this.#tools.clock.now() : this.#health.lastEventAtMs;
      this.#health = { up: well, lastEventAtMs };
    };
    const registered = registerMenu(api, this.#tools.log, until);
    const { clock, log, memory } = this.#tools;
    const ears: Ears = {
      intake,
      answerPress: (query, notice) => answerPress(api, query, notice, log, until),
    };
    const webhook = this.#webhook();
    try {
      if (webhook === undefined) {
        await deleteOwnWebhook(api, { memory, clock, log }, until);
        await runUpdateLoop(source, ears, { clock, log, times: this.#times, polled }, until);
      } else {
        const { read } = source;
        await runWebhook(api, webhook, ears, { ...this.#tools, read, heard: polled }, until);
      }
    } finally {
      this.#health = { ...this.#health, up: false };
      await registered;
    }
  }

  async post(raw: string, message: Outgoing, signal: AbortSignal): Promise<Delivery> {
    const { api } = this.#connected;
    const address = readAddress(raw);
    const place = { ...threadOf(address), ...replyOf(address, message) };
    if (message.file !== undefined) {
      const until = this.#until(signal);
      return postFile(api, address.chat, place, message.file, postDeadlineMs, until);
    }
    const answer = await this.#formatted(message, postDeadlineMs, signal, (text, format, either) =>
      api.sendMessage(address.chat, text, { ...format, ...place }, either),
    );
    return deliveryOfPost(answer);
  }

  async edit(
    raw: string,
    messageId: string,
    message: Outgoing,
    signal: AbortSignal,
  ): Promise<Delivery> {
    const { api } = this.#connected;
    const { chat } = readAddress(raw);
    const answer = await this.#formatted(message, editDeadlineMs, signal, (text, format, either) =>
      api.editMessageText(chat, Number(messageId), text, format, either),
    );
    return deliveryOfEdit(answer, messageId);
  }

  async fetchFile(file: IncomingFile, mostBytes: number, signal: AbortSignal) {
    const { api } = this.#connected;
    return fetchFile(api, this.#env, file, mostBytes, this.#until(signal));
  }

  async typing(raw: string, signal: AbortSignal): Promise<void> {
    const { api } = this.#connected;
    const address = readAddress(raw);
    await ask(
      (either) => api.sendChatAction(address.chat, 'typing', threadOf(address), either),
      typingDeadlineMs,
      this.#until(signal),
    );
  }

  health(): AdapterHealth {
    return this.#health;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
  }

  /** Sends a message as HTML, and as plain text should Telegram not take that HTML. */
  async #formatted<T>(
    { text, role, buttons = [] }: Outgoing,
    deadlineMs: number,
    signal: AbortSignal,
    send: (text: string, format: Format, either: ApiSignal) => Promise<T>,
  ): Promise<Answer<T>> {
    const { clock, log } = this.#tools;
    const until = this.#until(signal);
    const rendered = render(text);
    const unformatted: Format = { ...plain, ...keyboardOf(buttons) };
    const html: Format = { ...unformatted, parse_mode: 'HTML' };
    const begunMs = clock.monotonic();
    const answer = await ask((either) => send(rendered.html, html, either), deadlineMs, until);
    if (!isUnparsable(answer)) return answer;
    log.warn({ role }, 'markup refused, sending plain text');
    const leftMs = Math.max(0, Math.round(deadlineMs - (clock.monotonic() - begunMs)));
    const words = withoutPingsUnformatted(rendered.text);
    return ask((either) => send(words, unformatted, either), leftMs, until);
  }

  /** Undefined: updates are polled for. */
  #webhook(): WebhookSettings | undefined {
    const { TELEGRAM_WEBHOOK_URL: url, TELEGRAM_WEBHOOK_HOST: host } = this.#env;
    if (url === undefined) return undefined;
    const secret = this.#env.TELEGRAM_WEBHOOK_SECRET ?? secretOf(this.#env.TELEGRAM_TOKEN ?? '');
    return { url, host, port: this.#env.TELEGRAM_WEBHOOK_PORT, secret };
  }

  #until(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#closed.signal]);
  }

  get #connected(): { api: Api; bot: Identity } {
    if (this.#connection === undefined)
      throw new Error('The Telegram adapter is not connected yet');
    return this.#connection;
  }
}

const plain = { link_preview_options: { is_disabled: true } };

type Format = typeof plain & { readonly parse_mode?: 'HTML' } & ReturnType<typeof keyboardOf>;

/** In one row. An edit without a keyboard takes away the one that was there. */
function keyboardOf(buttons: readonly Button[]): { reply_markup?: InlineKeyboardMarkup } {
  if (buttons.length === 0) return {};
  const row = buttons.map(({ label, command }) => ({ text: label, callback_data: command }));
  return { reply_markup: { inline_keyboard: [row] } };
}

function threadOf({ thread }: Address): { message_thread_id?: number } {
  return thread === undefined ? {} : { message_thread_id: thread };
}

/** The author may have deleted the question; the answer comes all the same. */
function replyOf({ replyTo }: Address, { chunk }: Outgoing): object {
  if (chunk !== 0 || replyTo === undefined) return {};
  return { reply_parameters: { message_id: replyTo, allow_sending_without_reply: true } };
}
