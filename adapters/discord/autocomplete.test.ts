import { expect, it } from 'vitest';

import type { Typed } from '#port';

import { DiscordSandbox } from '../../sandbox/discord/discord-sandbox.ts';
import { adapterOf, closeAfterEach, listeningOf, opened } from './test-bed.ts';

closeAfterEach();

/** An adapter whose intake suggests this, and somebody who types. */
async function typing(suggest: (typed: Typed) => Promise<readonly string[]>) {
  const sandbox = await opened(DiscordSandbox.start());
  await listeningOf(adapterOf(sandbox), () => 'queued', { suggest });
  const user = sandbox.createUser('ann');
  const channel = sandbox.createChannel(sandbox.createGuild('guild'), 'talk');
  await sandbox.waitFor(() => sandbox.commandNames().includes('model'));
  const type = async (text: string, locale = 'zh-CN') =>
    sandbox.type({ user, channel, name: 'model', option: 'name', text, locale });
  return { user, channel, type };
}

it('who types behind a command is shown what may be chosen', async () => {
  const asked: Typed[] = [];
  const { type, user, channel } = await typing(async (typed) => {
    asked.push(typed);
    return ['grok-4.3', 'grok-4.7'];
  });
  expect(await type('grok')).toEqual(['grok-4.3', 'grok-4.7']);
  expect(asked).toMatchObject([
    {
      command: 'model',
      text: 'grok',
      conversation: channel.id,
      isPrivate: false,
      author: { id: `discord:${user.id}`, locale: 'zh-CN' },
    },
  ]);
  expect(asked[0]?.places).toContain(`discord:channel:${channel.id}`);
});

it('no more is suggested than Discord takes', async () => {
  const many = Array.from({ length: 30 }, (_, n) => `model-${n}`);
  const { type } = await typing(async () => ['x'.repeat(101), ...many]);
  expect(await type('')).toEqual(many.slice(0, 25));
});

it('nothing is suggested when nothing can be looked up, or not in time', async () => {
  const { type } = await typing(async ({ text }) =>
    text === 'slow' ? new Promise(() => undefined) : Promise.reject(new Error('Redis is away')),
  );
  expect(await type('x')).toEqual([]);
  expect(await type('slow')).toEqual([]);
});
