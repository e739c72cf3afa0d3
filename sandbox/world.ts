import { DiscordSandbox } from './discord/discord-sandbox.ts';
import type { DiscordSandboxOptions } from './discord/options.ts';
import { TelegramSandbox, type TelegramSandboxOptions } from './telegram/telegram-sandbox.ts';
import { XaiSandbox, type XaiSandboxOptions } from './xai/sandbox.ts';

export interface SandboxWorldOptions {
  readonly discord?: DiscordSandboxOptions;
  readonly telegram?: TelegramSandboxOptions;
  readonly xai?: XaiSandboxOptions;
}

/** Everything outside of the program, on loopback: Discord, Telegram, xAI with its sign-in. */
export class SandboxWorld implements AsyncDisposable {
  readonly discord: DiscordSandbox;
  readonly telegram: TelegramSandbox;
  readonly xai: XaiSandbox;

  private constructor(discord: DiscordSandbox, telegram: TelegramSandbox, xai: XaiSandbox) {
    this.discord = discord;
    this.telegram = telegram;
    this.xai = xai;
  }

  static async start(options: SandboxWorldOptions = {}): Promise<SandboxWorld> {
    const [discord, telegram, xai] = await Promise.all([
      DiscordSandbox.start(options.discord),
      TelegramSandbox.start(options.telegram),
      XaiSandbox.start(options.xai),
    ]);
    return new SandboxWorld(discord, telegram, xai);
  }

  /** The settings with which the program serves this world instead of the real one. */
  environment(): Record<string, string> {
    return {
      DISCORD_TOKEN: this.discord.token,
      DISCORD_API_URL: this.discord.url,
      TELEGRAM_TOKEN: this.telegram.token,
      TELEGRAM_API_URL: this.telegram.url,
      XAI_API_URL: this.xai.apiUrl,
      XAI_AUTH_URL: this.xai.authUrl,
      XAI_CLIENT_ID: this.xai.clientId,
      ACCESS: 'open',
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([
      this.discord[Symbol.asyncDispose](),
      this.telegram[Symbol.asyncDispose](),
      this.xai[Symbol.asyncDispose](),
    ]);
  }
}
