import { expect, it } from 'vitest';

import { TelegramSandbox } from '../../sandbox/telegram/telegram-sandbox.ts';
import { telegramEnv } from './env.ts';
import { telegramSetup } from './setup.ts';

const never = new AbortController().signal;

it('says what a bot with privacy mode off hears, and what keeps it from its updates', async () => {
  await using telegram = await TelegramSandbox.start();
  const { token: TELEGRAM_TOKEN, url: TELEGRAM_API_URL } = telegram;
  const me = { id: 1, is_bot: true, first_name: 'Ada', username: 'ada_bot' };
  const rights = { can_join_groups: false, can_read_all_group_messages: true };
  const body = JSON.stringify({ ok: true, result: { ...me, ...rights } });
  telegram.faults.inject({
    match: 'getMe',
    fault: { kind: 'status', status: 200, body },
    times: 2,
  });
  await fetch(`${TELEGRAM_API_URL}/bot${TELEGRAM_TOKEN}/setWebhook?url=http://127.0.0.1:9/`);

  const report = await telegramSetup.inspect(
    telegramEnv.parse({ TELEGRAM_TOKEN, TELEGRAM_API_URL }),
    never,
  );
  expect(report.name).toBe('@ada_bot');
  expect(report.facts).toEqual([expect.stringContaining('Privacy mode is off')]);
  expect(report.warnings).toEqual([
    expect.stringContaining('/setjoingroups'),
    expect.stringContaining('webhook'),
  ]);
  expect(report.links.map(({ url }) => url)).toEqual(['https://t.me/ada_bot']);
});
