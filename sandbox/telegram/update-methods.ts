import { z } from 'zod';

import { integer, json, method, type Methods, type World } from './method.ts';
import { badRequest, conflict } from './refusal.ts';

/** The longest that Telegram holds a poll. */
const longestPollSeconds = 50;

const webhookActive =
  "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";

/** How updates are fetched: https://core.telegram.org/bots/api#getting-updates. */
export function updateMethods({ feed, webhook }: World): Methods {
  return {
    getUpdates: method(
      z.object({
        offset: integer.default(0),
        limit: integer.default(100),
        timeout: integer.default(0),
        allowed_updates: json(z.array(z.string())).optional(),
      }),
      async ({ offset, limit, timeout, allowed_updates: allowed }, gone) => {
        if (webhook.settings !== undefined) throw conflict(webhookActive);
        feed.allow(allowed);
        if (offset !== 0) feed.confirm(offset);
        const count = limit < 1 || limit > 100 ? 100 : limit;
        const seconds = Math.min(Math.max(timeout, 0), longestPollSeconds);
        return feed.poll(count, seconds * 1_000, gone);
      },
    ),

    setWebhook: method(
      z.object({
        url: z.string().default(''),
        secret_token: z
          .string()
          .regex(/^[A-Za-z0-9_-]{1,256}$/)
          .optional(),
        allowed_updates: json(z.array(z.string())).optional(),
        drop_pending_updates: json(z.boolean()).default(false),
      }),
      async ({ url, secret_token: secretToken, allowed_updates: allowed, ...rest }) => {
        if (url !== '' && !isReachable(url)) {
          throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
        }
        feed.allow(allowed);
        if (rest.drop_pending_updates) feed.clear();
        if (url !== '') feed.refusePoll('setWebhook');
        await webhook.set(url === '' ? undefined : { url, secretToken });
        return true;
      },
    ),

    deleteWebhook: method(
      z.object({ drop_pending_updates: json(z.boolean()).default(false) }),
      async ({ drop_pending_updates: drop }) => {
        if (drop) feed.clear();
        await webhook.set(undefined);
        return true;
      },
    ),

    getWebhookInfo: () => {
      const { lastError } = webhook;
      return {
        url: webhook.settings?.url ?? '',
        has_custom_certificate: false,
        pending_update_count: feed.pending.length,
        ...(lastError === undefined
          ? {}
          : {
              last_error_date: Math.floor(lastError.atMs / 1_000),
              last_error_message: lastError.message,
            }),
      };
    },
  };
}

/** Telegram asks for https; the sandbox lets loopback do without. */
function isReachable(address: string): boolean {
  const url = URL.parse(address);
  if (url === null) return false;
  return url.protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
}
