import type { AdapterDefinition } from '#port';

import { telegramEnv, type TelegramEnv } from './env.ts';
import { telegramSetup } from './setup.ts';
import { TelegramAdapter } from './telegram-adapter.ts';

const definition: AdapterDefinition<TelegramEnv> = {
  name: 'telegram',
  env: telegramEnv,
  configured: ({ TELEGRAM_TOKEN: token }) => token !== undefined,
  create: (env, tools) => new TelegramAdapter(env, tools),
  setup: telegramSetup,
};

export default definition;
