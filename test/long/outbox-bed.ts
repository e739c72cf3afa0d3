import { setTimeout as delay } from 'node:timers/promises';

import { pino } from 'pino';

import { writeAddress as discordAddress } from '../../adapters/discord/address.ts';
import discord from '../../adapters/discord/index.ts';
import { writeAddress as telegramAddress } from '../../adapters/telegram/address.ts';
import telegram from '../../adapters/telegram/index.ts';
import { DiscordSandbox } from '../../sandbox/discord/discord-sandbox.ts';
import type { Fault } from '../../sandbox/faults.ts';
import { noLimits } from '../../sandbox/telegram/rate-limits.ts';
import { TelegramSandbox } from '../../sandbox/telegram/telegram-sandbox.ts';
import type { Adapter, Clock } from '../../src/chat/port.ts';

/** The calls that an answer is shown with. */
export type Call = 'post' | 'edit' | 'file';

/** A private chat on a platform's sandbox, and the real adapter that writes there. */
export interface Bed extends AsyncDisposable {
  readonly adapter: Adapter;
  readonly address: string;
  /** What stands there from the bot, oldest first; a file as its name. */
  shown(): string[];
  /** Lets the next call of that kind go wrong. */
  spoil(call: Call, fault: Fault): void;
  /** Whether no such fault waits to strike any more. */
  hasStruck(call: Call): boolean;
  /** Takes the place away, as its people can. */
  readonly close: () => void;
}

const log = pino({ level: 'silent' });

/** Time that runs five times as fast, and can be told to skip some. */
export class FastClock implements Clock {
  readonly #beganAtMs = performance.now();
  #skippedMs = 0;

  now(): number {
    return 1_800_000_000_000 + this.monotonic();
  }

  monotonic(): number {
    return this.#skippedMs + (performance.now() - this.#beganAtMs) * pace;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await delay(ms / pace, undefined, signal === undefined ? {} : { signal });
  }

  skip(ms: number): void {
    this.#skippedMs += ms;
  }
}

const pace = 5;

export async function telegramBed(): Promise<Bed> {
  const sandbox = await TelegramSandbox.start({ limits: noLimits });
  const user = sandbox.createUser('Ada');
  const asked = sandbox.say({ user, chat: user, text: 'What?' });
  const env = telegram.env.parse({
    TELEGRAM_TOKEN: sandbox.token,
    TELEGRAM_API_URL: sandbox.url,
  });
  const methods = { post: 'sendMessage', edit: 'editMessageText', file: 'sendDocument' } as const;
  return bedOf(sandbox, telegram.create(env, { clock: realClock, log }), methods, {
    address: telegramAddress({ chat: user, replyTo: asked }),
    shown: () =>
      sandbox
        .messages(user)
        .filter(({ from }) => from.isBot)
        .map(({ text, file }) => file?.name ?? text),
    close: () => sandbox.block(user),
  });
}

export async function discordBed(): Promise<Bed> {
  const sandbox = await DiscordSandbox.start({ rateLimits: 'off' });
  const user = sandbox.createUser('Ada');
  const channel = sandbox.openDm(user);
  const asked = sandbox.say({ user, channel, text: 'What?' });
  const env = discord.env.parse({ DISCORD_TOKEN: sandbox.token, DISCORD_API_URL: sandbox.url });
  const post = /^POST \/channels\/\d+\/messages/;
  const methods = { post, edit: /^PATCH \/channels/, file: post } as const;
  return bedOf(sandbox, discord.create(env, { clock: realClock, log }), methods, {
    address: discordAddress({ kind: 'message', channel: channel.id, message: asked }),
    shown: () =>
      sandbox
        .messages(channel)
        .filter(({ authorId }) => authorId === sandbox.botId)
        .map(({ content, attachments }) => attachments[0]?.filename ?? content),
    close: () => sandbox.setDmsBlocked(user, true),
  });
}

async function bedOf(
  sandbox: DiscordSandbox | TelegramSandbox,
  adapter: Adapter,
  methods: Readonly<Record<Call, string | RegExp>>,
  rest: Pick<Bed, 'address' | 'shown' | 'close'>,
): Promise<Bed> {
  await adapter.connect(new AbortController().signal);
  return {
    ...rest,
    adapter,
    spoil: (call, fault) => {
      sandbox.faults.inject({ match: methods[call], fault });
    },
    hasStruck: (call) => {
      const method = methods[call];
      return sandbox.faults.take(typeof method === 'string' ? method : sample[call]) === undefined;
    },
    [Symbol.asyncDispose]: async () => {
      await adapter[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

const sample: Readonly<Record<Call, string>> = {
  post: 'POST /channels/1/messages',
  edit: 'PATCH /channels/1/messages/1',
  file: 'POST /channels/1/messages',
};

const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  },
};
