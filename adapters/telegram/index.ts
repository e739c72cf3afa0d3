import type { AdapterDefinition } from '#port';

import { telegramEnv, type TelegramEnv } from './env.ts';
import { TelegramAdapter } from './telegram-adapter.ts';

const definition: AdapterDefinition<TelegramEnv> = {
  name: 'telegram',
  env: telegramEnv,
  configured: ({ TELEGRAM_TOKEN: token }) => token !== undefined,
  create: (env, tools) => new TelegramAdapter(env, tools),
};

export default definition;
