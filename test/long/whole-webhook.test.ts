import { expect, it } from 'vitest';
import { z } from 'zod';

import type { LogLine } from '../daemon.ts';
import { answers, telegramPrivate } from '../people.ts';
import { freePort } from '../redis-server.ts';
import { Stage, unlimited } from '../stage.ts';

const secret = 'known-to-telegram-alone';

/** Posts an update of somebody whom Telegram does not know. */
async function post(url: string): Promise<number> {
  const from = { id: 5, is_bot: false, first_name: 'Eve' };
  const message = { message_id: 1, from, chat: { id: 5, type: 'private' }, text: 'hi' };
  const body = JSON.stringify({ update_id: 1, message });
  const headers = { 'x-telegram-bot-api-secret-token': secret };
  return (await fetch(url, { method: 'POST', body, headers })).status;
}

/** The prompt that `post` would have been. */
const ofEve = 'tg-7000000001-1';

const infoSchema = z.object({
  result: z.object({ url: z.string(), last_error_message: z.string().default('') }),
});

it('a bridge with a webhook loses and repeats nothing while Redis is away, or itself, and goes back to polling', async () => {
  await using stage = await Stage.signedIn({ world: unlimited });
  const { telegram } = stage.world;
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}/hook`;
  const hooked = {
    ADAPTERS: 'telegram',
    TELEGRAM_WEBHOOK_URL: url,
    TELEGRAM_WEBHOOK_PORT: port,
    TELEGRAM_WEBHOOK_SECRET: secret,
  };
  const webhookInfo = async () => {
    const response = await fetch(`${telegram.url}/bot${telegram.token}/getWebhookInfo`);
    return infoSchema.parse(await response.json()).result;
  };
  const [bridge] = await Promise.all([stage.up('bridge', hooked), stage.up('worker')]);
  await bridge.logged('webhook set');
  const ada = telegramPrivate(stage.world, 'Ada');
  await ada.ask('One?');

  await stage.redis?.kill();
  ada.say('Two?');
  expect(await post(url)).toBe(503);
  expect((await webhookInfo()).last_error_message).not.toBe('');
  expect(telegram.pendingUpdates()).toBe(1);
  await stage.redis?.restart();
  await ada.until((shown) => shown.find((text) => answers(text, 'Two?')));

  // Killed in the very moment of a post, a bridge on Telegram leaves one that is said again: not here.
  const delivered = ({ msg, prompt }: LogLine) => msg === 'reply delivered' && prompt !== ofEve;
  await expect.poll(() => bridge.lines.filter(delivered).length).toBe(2);
  await bridge.kill();
  ada.say('Three?');
  const next = await stage.up('bridge', hooked);
  await ada.until((shown) => shown.find((text) => answers(text, 'Three?')));
  expect(ada.shown()).toHaveLength(3);
  expect(telegram.requests.some(({ method }) => method === 'getUpdates')).toBe(false);

  expect(await next.stop()).toBe(0);
  expect((await webhookInfo()).url).toBe(url);
  ada.say('Four?');
  await stage.up('bridge', { ADAPTERS: 'telegram' });
  await ada.until((shown) => shown.find((text) => answers(text, 'Four?')));
  expect((await webhookInfo()).url).toBe('');
  expect(ada.shown()).toHaveLength(4);
}, 150_000);
