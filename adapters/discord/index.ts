import { z } from 'zod';

import type { AdapterDefinition } from '#port';

import { DiscordAdapter } from './adapter.ts';
import { cleanToken } from './identity.ts';

const envSchema = z.object({
  /** The bot's token. */
  DISCORD_TOKEN: z.string().optional(),
  /** Where Discord's HTTP API is, without a slash at the end; it tells where the gateway is. */
  DISCORD_API_URL: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !url.endsWith('/'), { error: 'must not end with a slash' })
    .default('https://discord.com/api'),
});

const definition: AdapterDefinition<z.infer<typeof envSchema>> = {
  name: 'discord',
  env: envSchema,
  configured: ({ DISCORD_TOKEN = '' }) => cleanToken(DISCORD_TOKEN) !== '',
  create: ({ DISCORD_TOKEN = '', DISCORD_API_URL }, tools) =>
    new DiscordAdapter({ apiUrl: DISCORD_API_URL, token: cleanToken(DISCORD_TOKEN) }, tools),
};

export default definition;
