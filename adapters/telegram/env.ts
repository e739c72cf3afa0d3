import { z } from 'zod';

/** The adapter's own keys; the description is what `.env.example` and the README say of each. */
export const telegramEnv = z.object({
  TELEGRAM_TOKEN: z
    .string()
    .trim()
    .optional()
    .describe("The Telegram bot's token, from @BotFather"),
  TELEGRAM_API_URL: z
    .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
    .transform((url) => url.replace(/\/+$/, ''))
    .default('https://api.telegram.org')
    .describe('Where the Bot API is: Telegram itself, or a Bot API server of yours'),
});

export type TelegramEnv = z.infer<typeof telegramEnv>;
