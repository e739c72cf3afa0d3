import { describe, expect, it } from 'vitest';

import { wordsFor } from '#port';

import { areRegistered, commands } from './commands.ts';

it('the commands are described in English, and in each language that both of us know', () => {
  const ask = commands.find(({ name }) => name === 'ask');
  expect(ask?.description).toBe(wordsFor('en').menu.ask);
  const chinese = wordsFor('zh').menu;
  expect(ask?.description_localizations).toEqual({ 'zh-CN': chinese.ask, 'zh-TW': chinese.ask });
  expect(ask?.options[0]?.description_localizations).toMatchObject({
    'zh-CN': wordsFor('zh').menuArguments.ask,
  });
});

describe('the commands that Discord has', () => {
  /** As Discord gives them back: in its own order, with fields of its own. */
  const theirs = commands.toReversed().map((command, index) =>
    Object.assign(
      { id: String(index), version: '1', nsfw: false, name_localizations: null },
      command,
      {
        contexts: command.contexts.toReversed(),
      },
    ),
  );

  it('are ours, whatever it adds', () => {
    expect(areRegistered(theirs)).toBe(true);
  });

  it('are not ours when one is missing, more, or other', () => {
    expect(areRegistered([])).toBe(false);
    expect(areRegistered(theirs.slice(1))).toBe(false);
    expect(areRegistered([...theirs, { ...theirs[0], name: 'old' }])).toBe(false);
    expect(areRegistered([{ ...theirs[0], description: 'x' }, ...theirs.slice(1)])).toBe(false);
    const without = (field: string) => {
      const left = (key: string, value: unknown) => (key === field ? undefined : value);
      const stripped: unknown = JSON.parse(JSON.stringify(theirs, left));
      return stripped;
    };
    expect(areRegistered(without('options'))).toBe(false);
    expect(areRegistered(without('choices'))).toBe(false);
    expect(areRegistered(without('autocomplete'))).toBe(false);
    expect(areRegistered('nonsense')).toBe(false);
  });
});
