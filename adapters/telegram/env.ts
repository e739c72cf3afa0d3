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
  TELEGRAM_WEBHOOK_URL: z
    .url({ protocol: /^https?$/, error: 'expected an https URL' })
    .refine(isReachable, { error: 'expected an https URL (http only on loopback)' })
    .optional()
    .describe(
      'The https URL at which Telegram reaches TELEGRAM_WEBHOOK_PORT, through a proxy of yours; unset: long polling',
    ),
  TELEGRAM_WEBHOOK_SECRET: z
    .string()
    .regex(/^[\w-]{1,256}$/, 'expected up to 256 letters, digits, underscores or dashes')
    .optional()
    .describe('What Telegram proves itself with at the webhook; unset: derived from the token'),
  TELEGRAM_WEBHOOK_HOST: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('The address that the webhook listens on'),
  TELEGRAM_WEBHOOK_PORT: z.coerce
    .number({ error: 'expected a port' })
    .int()
    .min(1)
    .max(65_535)
    .default(8081)
    .describe('The port that the webhook listens on, without TLS'),
});

export type TelegramEnv = z.infer<typeof telegramEnv>;

/** Telegram asks for https; on loopback there is only a stand-in. */
function isReachable(address: string): boolean {
  const url = URL.parse(address);
  if (url === null) return false;
  return url.protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
}
