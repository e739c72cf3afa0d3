import { expect } from 'vitest';

import { unfinished } from '../../sandbox/players.ts';
import type { Feature, Platform } from './platform.ts';

/** In a question: the answer has whatever Markdown has; and that answer. */
export const everyMark = {
  demand: 'with every mark',
  answer: [
    '## The plan',
    '- one\n  - *two*',
    '| Name | Share |\n|---|--:|\n| Grok | 7 |',
    'It was ||the butler||, 1 < 2 & **so on**.',
  ].join('\n\n'),
};

/** How each platform is given it: none knows all of Markdown. */
const given: Readonly<Record<Platform, readonly string[]>> = {
  Discord: [
    '## The plan',
    '- one\n  - *two*',
    '```\nName │ Share\n─────┼──────\nGrok │     7\n```',
    'It was ||the butler||, 1 < 2 & **so on**.',
  ],
  Telegram: [
    '<b>The plan</b>',
    '• one\n  • <i>two</i>',
    '<pre>Name  Share\n────  ─────\nGrok      7</pre>',
    'It was <tg-spoiler>the butler</tg-spoiler>, 1 &lt; 2 &amp; <b>so on</b>.',
  ],
  terminal: everyMark.answer.split('\n\n'),
};

/** Markdown becomes what the platform shows. */
export const looks: Feature = {
  name: 'Headings, lists, tables and spoilers, as the platform shows them',
  talk: async (at, platform) => {
    const person = at.meet('Max');
    person.say(`Answer ${everyMark.demand}.`);
    await person.until((shown) =>
      shown.some((text) => text.includes('so on') && !unfinished(text)),
    );
    for (const part of given[platform]) expect(person.markup()).toContain(part);
  },
};
