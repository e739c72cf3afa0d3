import { expect, test } from 'vitest';

import { findEntities } from './user-entities.ts';

const found = (text: string) =>
  findEntities(text).map(({ type, offset, length }) => [type, text.slice(offset, offset + length)]);

test.each([
  ['/ask why', [['bot_command', '/ask']]],
  ['/ask@grok_bot why', [['bot_command', '/ask@grok_bot']]],
  ['do /stop now', [['bot_command', '/stop']]],
  ['either/or and http://x.y/z', []],
  ['😀 @grok_bot, hi', [['mention', '@grok_bot']]],
  ['me@grok_bot.org', []],
  ['(@grok_bot) @ab', [['mention', '@grok_bot']]],
  [
    '@one_bot /two',
    [
      ['mention', '@one_bot'],
      ['bot_command', '/two'],
    ],
  ],
])('in %j Telegram finds %j', (text, entities) => {
  expect(found(text)).toEqual(entities);
});
