import { z } from 'zod';

import type { AdapterDefinition } from '#port';

import { DiscordAdapter } from './adapter.ts';
import { cleanToken } from './identity.ts';
import { discordSteps, inspectBot } from './setup.ts';

const envSchema = z.object({
  DISCORD_TOKEN: z.string().optional().describe("The bot's token"),
  DISCORD_API_URL: z
    .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
    .transform((url) => url.replace(/\/+$/, ''))
    .default('https://discord.com/api')
    .describe("Where Discord's HTTP API is; it tells where the gateway is"),
});

const definition: AdapterDefinition<z.infer<typeof envSchema>> = {
  name: 'discord',
  env: envSchema,
  configured: ({ DISCORD_TOKEN = '' }) => cleanToken(DISCORD_TOKEN) !== '',
  create: ({ DISCORD_TOKEN = '', DISCORD_API_URL }, tools) =>
    new DiscordAdapter({ apiUrl: DISCORD_API_URL, token: cleanToken(DISCORD_TOKEN) }, tools),
  setup: {
    title: 'Discord',
    tokenKey: 'DISCORD_TOKEN',
    steps: discordSteps,
    inspect: async ({ DISCORD_TOKEN = '', DISCORD_API_URL }, signal) =>
      inspectBot({ apiUrl: DISCORD_API_URL, token: cleanToken(DISCORD_TOKEN) }, signal),
  },
};

export default definition;
