import { z } from 'zod';

const text = z
  .string()
  .trim()
  .optional()
  .transform((value) => (value === '' ? undefined : value));

/** The adapter's own keys. */
export const telegramEnv = z.object({
  TELEGRAM_TOKEN: text,
  /** Telegram itself, a Bot API server of one's own, or the sandbox; a slash at its end is dropped. */
  TELEGRAM_API_URL: text
    .transform((url) => (url ?? 'https://api.telegram.org').replace(/\/+$/, ''))
    .pipe(z.url({ protocol: /^https?$/ })),
});

export type TelegramEnv = z.infer<typeof telegramEnv>;
