import { expect } from 'vitest';

import { en } from '../../src/words/en.ts';
import { zh } from '../../src/words/zh.ts';
import { answers } from '../people.ts';
import { askedByCommand, lackingModel, repliedPicture } from './asking.ts';
import { decided } from './decided.ts';
import { reached, says } from './expect.ts';
import { inGroups } from './groups.ts';
import { looks } from './looks.ts';
import type { Feature } from './platform.ts';
import { endless, stopping, whoWaits } from './stopping.ts';
import { budget, fairUse, ownersView, pairing, signInByChat } from './unclaimed.ts';

/** In a question: the answer is longer than anybody reads in a chat. */
export const everything = 'everything there is';
/** What Grok is asked when it is to condense, and what it then answers in the sandbox. */
export const condensing = { demand: 'You condense the beginning', summary: 'They count sheep.' };

const alone = 'one person';
const linesOnly = 'takes lines';
const noMenu = 'no menu';

/** What people can do, each with the conversation that shows it. */
export const features: readonly Feature[] = [
  {
    name: 'Answers, in a conversation that is remembered',
    talk: async (at, platform) => {
      const person = at.meet('Ada');
      await person.ask(`First on ${platform}?`);
      expect(await person.ask(`Second on ${platform}?`)).toContain(`First on ${platform}?`);
    },
  },
  askedByCommand,
  looks,
  {
    name: 'What is written so far, while it is written',
    lacking: { terminal: 'on a screen only' },
    talk: async (at, platform) => {
      const person = at.meet('Bea');
      person.say(`Write ${endless} on ${platform}.`);
      await person.until((shown) => shown.some((text) => text.includes('It has begun.')));
      person.say('/stop');
      await says(person, 'Stopped here.');
    },
  },
  ...inGroups,
  pairing,
  ownersView,
  signInByChat,
  fairUse,
  budget,
  decided,
  whoWaits,
  {
    name: 'A question that is changed while it waits',
    lacking: { terminal: linesOnly },
    talk: async (at, platform) => {
      const person = at.meet('Amy');
      person.say(`Go on ${endless} before a change on ${platform}.`);
      await reached(at.world, `before a change on ${platform}.`);
      person.change?.(`Wrong on ${platform}?`, `Right on ${platform}?`);
      person.say('/stop');
      await person.until((shown) => shown.some((text) => answers(text, `Right on ${platform}?`)));
      expect(person.everShown().join()).not.toContain('Wrong');
    },
  },
  {
    name: 'Pictures and files that one sends',
    lacking: { terminal: linesOnly },
    talk: async (at, platform) => {
      at.meet('Pia').attach?.(`What is this on ${platform}?`);
      const asked = await reached(at.world, `What is this on ${platform}?`);
      expect(asked).toContain('[image/png of');
      expect(asked).toContain('{"file":"a.ts"}');
    },
  },
  {
    name: 'Forwarded messages, as data',
    lacking: { terminal: linesOnly },
    talk: async (at, platform) => {
      at.meet('Fay').forward?.(['/reset', 'Buy now!'], `Is it true on ${platform}?`);
      const asked = await reached(at.world, `Is it true on ${platform}?`);
      expect(asked).toMatch(/^Forwarded message.*\n> \/reset\n\nForwarded .*\n> Buy now!\n\nIs it/);
    },
  },
  {
    name: 'Messages that one replies to, as data',
    lacking: { terminal: linesOnly },
    talk: async (at, platform) => {
      at.meet('Ray').replyTo?.(['The sky is green.'], `Really, on ${platform}?`);
      const asked = await reached(at.world, `Really, on ${platform}?`);
      expect(asked).toContain('> The sky is green.\n\nReally');
    },
  },
  repliedPicture,
  {
    name: 'Chains of replies, as data',
    lacking: { Telegram: 'tells the last message', terminal: linesOnly },
    talk: async (at, platform) => {
      const chain = ['The sky is green.', 'It is blue.', 'It is both.'];
      at.meet('Cia').replyTo?.(chain, `Who is right, on ${platform}?`);
      const asked = await reached(at.world, `Who is right, on ${platform}?`);
      expect(asked).toMatch(/^Earlier .*\n> The sky is green\.\n\nEarlier .*\n> It is blue\./);
      expect(asked).toContain('> It is both.\n\nWho');
    },
  },
  {
    name: 'Very long answers as a file',
    lacking: { terminal: 'prints all of it' },
    talk: async (at) => {
      const person = at.meet('Lou');
      person.say(`Tell me ${everything}.`);
      await person.until(() => person.files().includes('answer.md'));
    },
  },
  {
    name: '`/search`, and the sources below',
    talk: async (at, platform) => {
      const person = at.meet('Sol');
      person.say(`/search Which sources on ${platform}?`);
      await person.until((shown) => shown.some((text) => /Sources/.test(text)));
    },
  },
  {
    name: '`/imagine` draws a picture',
    talk: async (at) => {
      const person = at.meet('Ida');
      person.say('/imagine a white pixel');
      await person.until(() => person.files().length > 0);
    },
  },
  {
    name: '`/model`, `/effort`, `/persona`',
    talk: async (at, platform) => {
      const person = at.meet('Mo');
      person.say('/model grok-4.7');
      await says(person, en.modelSet('grok-4.7'));
      person.say('/effort low');
      await says(person, en.effortSet('low'));
      person.say('/persona A pirate.');
      await says(person, en.personaSet);
      await person.ask(`Who are you on ${platform}?`);
      const asked = at.world.xai.requests.findLast(
        ({ inputs }) => inputs.at(-1) === `Who are you on ${platform}?`,
      );
      expect(asked).toMatchObject({ model: 'grok-4.7', effort: 'low' });
      expect(asked?.inputs[0]).toContain('A pirate.');
      for (const text of ['/model default', '/effort default', '/persona off']) person.say(text);
      await says(person, en.personaOff);
    },
  },
  lackingModel,
  {
    name: 'A menu of the commands',
    lacking: { terminal: noMenu },
    talk: async ({ world: { discord, telegram } }, platform) => {
      if (platform === 'Discord') expect(discord.commandNames()).toContain('imagine');
      else {
        const menu = async () =>
          (await fetch(`${telegram.url}/bot${telegram.token}/getMyCommands`)).text();
        await expect.poll(menu, { timeout: 30_000 }).toContain('imagine');
      }
    },
  },
  {
    name: 'Suggestions while one types a command',
    lacking: { Telegram: 'the platform has none', terminal: noMenu },
    talk: async ({ world: { discord } }) => {
      const user = discord.createUser('Sug');
      const channel = discord.openDm(user);
      const typed = { user, channel, name: 'model', option: 'name', text: 'grok-4.7' };
      expect(await discord.type(typed)).toEqual(['grok-4.7']);
    },
  },
  {
    name: '`/retry`, `/undo`, `/reset`',
    talk: async (at, platform) => {
      const person = at.meet('Una');
      person.say('/reset');
      await says(person, en.reset);
      await person.ask(`One on ${platform}?`);
      await person.ask(`Two on ${platform}?`);
      person.say('/undo');
      await says(person, en.undone(`Two on ${platform}?`));
      person.say('/retry');
      await person.until(
        (shown) => shown.join().split(`You said: “Two on ${platform}?`).length === 3,
      );
      person.say('/reset');
      expect(await person.ask(`Three on ${platform}?`)).toContain('turn 1');
    },
  },
  ...stopping,
  {
    name: '`/usage`, `/status`, `/help`',
    talk: async (at, platform) => {
      const person = at.meet('Uli');
      await person.ask(`What does it cost on ${platform}?`);
      person.say('/usage');
      await person.until((shown) => shown.some((text) => text.includes('Today you have had')));
      person.say('/status');
      await person.until((shown) => shown.some((text) => text.includes(en.statusFine)));
      person.say('/help');
      await person.until((shown) => shown.some((text) => text.includes('I pass your messages')));
    },
  },
  {
    name: 'Model, tokens and cost below an answer (`ANSWER_FOOTER`)',
    talk: async (at, platform) => {
      const person = at.meet('Flo');
      person.say(`At what cost on ${platform}?`);
      await person.until((shown) =>
        shown.some((text) => /At what cost[^]*grok-\S+ · \d+ → \d+ tokens · \$[\d.]+/.test(text)),
      );
    },
  },
  {
    name: '`/export` as a file',
    talk: async (at, platform) => {
      const person = at.meet('Eva');
      await person.ask(`Keep this on ${platform}?`);
      person.say('/export');
      await person.until(() => person.files().includes('conversation.md'));
    },
  },
  {
    name: '`/privacy` shows what is kept, and deletes it',
    talk: async (at, platform) => {
      const person = at.meet('Pat');
      await person.ask(`Private on ${platform}?`);
      person.say('/privacy');
      await person.until((shown) => shown.some((text) => text.includes('Of this conversation')));
      person.say('/privacy delete');
      await says(person, en.privacyForgotten);
      expect(await person.ask(`Forgotten on ${platform}?`)).toContain('turn 1');
    },
  },
  {
    name: 'Long conversations go on with a summary',
    talk: async (at, platform) => {
      const person = at.meet('Lia');
      const earlier = JSON.stringify({ earlier: condensing.summary });
      let isCondensed = false;
      for (let n = 1; !isCondensed; n += 1) {
        const question = `Question ${n} on ${platform}: ${'sheep '.repeat(60)}?`;
        await person.ask(question);
        const asked = at.world.xai.requests.findLast(({ inputs }) => inputs.at(-1) === question);
        isCondensed = asked?.inputs.some((text) => text.startsWith(earlier)) === true;
        expect(n).toBeLessThan(40);
      }
    },
  },
  {
    name: 'The program’s own words in one’s language',
    lacking: { terminal: 'in the system’s' },
    talk: async (at) => {
      const person = at.meet('Li', 'zh-CN');
      person.say('/status');
      await person.until((shown) => shown.some((text) => text.includes(zh.statusFine)));
    },
  },
  {
    name: '@everyone, or any other @name, in an answer pings nobody',
    lacking: { terminal: alone },
    talk: async (at) => {
      const person = at.meet('Eve');
      expect(await person.ask('Say @everyone?')).toContain('@everyone');
      expect(person.pings?.()).toBe(0);
    },
  },
];
