import { Api } from 'grammy';
import { z } from 'zod';

import type { BotReport, PlatformSetup } from '#port';

import { ask } from './bot-api.ts';
import type { TelegramEnv } from './env.ts';
import { askIdentity, checkToken } from './identity.ts';

/** How `npm run setup` connects Telegram. */
export const telegramSetup: PlatformSetup<TelegramEnv> = {
  title: 'Telegram',
  tokenKey: 'TELEGRAM_TOKEN',
  steps: [
    'Open https://t.me/BotFather and send it /newbot.',
    'Give the bot a name, then a username that ends in “bot”.',
    'Copy the token out of the answer: a number, a colon and 35 characters.',
  ],
  inspect: async ({ TELEGRAM_TOKEN, TELEGRAM_API_URL, TELEGRAM_WEBHOOK_URL }, signal) => {
    const api = new Api(checkToken(TELEGRAM_TOKEN), { apiRoot: TELEGRAM_API_URL });
    const { username } = await askIdentity(api, signal);
    const [me, webhook] = await Promise.all([
      ask((either) => api.getMe(either), deadlineMs, signal),
      ask((either) => api.getWebhookInfo(either), deadlineMs, signal),
    ]);
    return reportOf(
      username,
      rightsSchema.parse(me.kind === 'ok' ? me.result : {}),
      isForeign(webhook.kind === 'ok' ? webhook.result : {}, TELEGRAM_WEBHOOK_URL),
    );
  },
};

const deadlineMs = 10_000;

/** From https://core.telegram.org/bots/api#user; false where nothing is said. */
const rightsSchema = z.object({
  can_join_groups: z.boolean().optional().catch(undefined),
  can_read_all_group_messages: z.boolean().optional().catch(undefined),
});

const webhookSchema = z.object({ url: z.string().catch('') });

function reportOf(
  username: string,
  rights: z.infer<typeof rightsSchema>,
  hasForeignWebhook: boolean,
): BotReport {
  const links = [{ label: 'Talk with it', url: `https://t.me/${username}` }];
  if (rights.can_join_groups !== false) {
    links.push({ label: 'Add it to a group', url: `https://t.me/${username}?startgroup=true` });
  }
  return {
    name: `@${username}`,
    facts: [
      rights.can_read_all_group_messages === true
        ? 'Privacy mode is off: in groups Telegram sends it everything; it answers what is said to it. @BotFather → /setprivacy → Enable, unless another program needs it off.'
        : 'Privacy mode is on: in groups it hears commands, its mentions and replies to it, which is all it needs.',
    ],
    warnings: [
      ...(rights.can_join_groups === false
        ? ['It may not be added to groups: @BotFather → /setjoingroups → Enable.']
        : []),
      ...(hasForeignWebhook
        ? [
            'A webhook is set, so the updates go elsewhere. Stop the program that set it, then open https://api.telegram.org/bot<token>/deleteWebhook.',
          ]
        : []),
    ],
    links,
  };
}

/** Whether a webhook is set that is not the one of the settings. */
function isForeign(info: unknown, ours: string | undefined): boolean {
  const { url } = webhookSchema.parse(info);
  return url !== '' && url !== ours;
}
