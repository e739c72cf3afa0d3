import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { unfinished } from '../../sandbox/players.ts';
import { longAnswer } from '../../sandbox/xai/long-answer.ts';
import {
  answers,
  discordChatter,
  discordDm,
  discordMentioner,
  telegramChatter,
  telegramPrivate,
} from '../people.ts';
import { Stage, unlimited } from '../stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.signedIn({ world: unlimited });
  await stage.up();
});

afterAll(async () => stage[Symbol.asyncDispose]());

describe('on Discord', () => {
  it('a private message is answered', async () => {
    await discordDm(stage.world, 'Dora').ask('Private?');
  });

  it('a mention and a reply to the bot in a channel are answered there; other talk is not heard', async () => {
    const { discord } = stage.world;
    const user = discord.createUser('Rene');
    const channel = discord.createChannel(discord.createGuild('Club'), 'general');
    const inChannel = discordChatter(stage.world, { name: 'Rene', user }, channel.id, (text) =>
      discord.say({ user, channel, text: `<@${discord.botId}> ${text}` }),
    );
    discord.say({ user, channel, text: 'Not for the bot.' });
    await inChannel.ask('Mentioned?');
    const answer = discord.messages(channel).find(({ authorId }) => authorId === discord.botId);
    discord.say({ user, channel, text: 'Replied?', replyTo: answer?.id });
    const second = await inChannel.until(secondAnswer);
    expect(second).toContain('Replied?');
    expect(stage.world.xai.requests.flatMap(({ inputs }) => inputs).join()).not.toContain(
      'Not for the bot',
    );
  });

  it('a thread has a conversation of its own', async () => {
    const { discord } = stage.world;
    const channel = discord.createChannel(discord.createGuild('Fans'), 'general');
    const thread = discord.createThread(channel, 'Details');
    await discordMentioner(stage.world, 'Tilda', channel).ask('In the channel?');
    const answer = await discordMentioner(stage.world, 'Till', thread).ask('In the thread?');
    expect(answer).toContain('This is turn 1.');
    expect(discord.messages(channel).filter(({ content }) => content.includes('thread'))).toEqual(
      [],
    );
  });

  it('a slash command is answered in its own reply', async () => {
    const { discord } = stage.world;
    const user = discord.createUser('Sia');
    const channel = discord.createChannel(discord.createGuild('Slash'), 'general');
    const id = discord.slash({ user, channel, name: 'ask', options: { prompt: 'Slashed?' } });
    const content = await discord.waitFor(
      () => {
        const said = discord.interactionReply(id).content;
        return said !== undefined && answers(said, 'Slashed?') && said;
      },
      { timeoutMs: 30_000 },
    );
    expect(content).toContain('This is turn 1.');
    expect(discord.interactionReply(id)).toMatchObject({ deferred: true, followUps: [] });
    expect(discord.messages(channel)).toHaveLength(1);
  });

  it('an answer over 2,000 characters comes whole, in messages within the limit', async () => {
    const chatter = discordDm(stage.world, 'Lola');
    chatter.say('Give me a long answer');
    const shown = await chatter.until((all) => isWhole(all) && all);
    expect(shown.length).toBeGreaterThan(3);
    expect(shown.filter((text) => text.length > 2000)).toEqual([]);
    expect(shown.filter((text) => fences(text) % 2 !== 0)).toEqual([]);
    expect(wordsOf(shown.join('\n'))).toEqual(wordsOf(longAnswer('Give me a long answer')));
  });
});

describe('on Telegram', () => {
  it('a private message is answered', async () => {
    await telegramPrivate(stage.world, 'Theo').ask('Private?');
  });

  it('a mention and a reply to the bot in a group are answered there; other talk is not heard', async () => {
    const { telegram } = stage.world;
    const user = telegram.createUser('Gina');
    const chat = telegram.createGroup('Club');
    const prefix = `@${telegram.botUsername} `;
    const inGroup = telegramChatter(stage.world, 'Gina', { user, chat, prefix });
    telegram.say({ user, chat, text: 'Not for the bot.' });
    await inGroup.ask('Mentioned?');
    const answer = telegram.messages(chat).find(({ from }) => from.isBot);
    telegram.say({ user, chat, text: 'Replied?', replyTo: answer?.messageId ?? 0 });
    const second = await inGroup.until(secondAnswer);
    expect(second).toContain('Replied?');
  });

  it('a topic of a forum has a conversation of its own, and is answered there', async () => {
    const { telegram } = stage.world;
    const user = telegram.createUser('Tom');
    const chat = telegram.createGroup('Forum', { forum: true });
    const [first, second] = ['One', 'Two'].map((name) => telegram.createTopic(chat, name));
    const prefix = `@${telegram.botUsername} `;
    const there = [first, second].map((topic) =>
      telegramChatter(stage.world, 'Tom', { user, chat, prefix, ...(topic && { topic }) }),
    );
    const said = await Promise.all(there.map(async (place, at) => place.ask(`In topic ${at}?`)));
    expect(said.filter((text) => text.includes('This is turn 1.'))).toHaveLength(2);
  });

  it('an answer over 4,096 characters comes whole, in messages within the limit', async () => {
    const chatter = telegramPrivate(stage.world, 'Leo');
    chatter.say('Give me a long answer');
    const shown = await chatter.until((all) => isWhole(all) && all);
    expect(shown.length).toBeGreaterThan(1);
    expect(shown.filter((text) => text.length > 4096)).toEqual([]);
    const html = stage.world.telegram
      .messages(Number(stage.world.telegram.requests.at(-1)?.chatId))
      .flatMap((message) => message.html ?? []);
    expect(html.filter((text) => count(text, '<pre') !== count(text, '</pre>'))).toEqual([]);
    expect(wordsOf(shown.join('\n'))).toEqual(wordsOf(longAnswer('Give me a long answer')));
  });
});

describe('many at once', () => {
  it('two people in one place are answered in the order in which they asked', async () => {
    const { discord, telegram } = stage.world;
    const channel = discord.createChannel(discord.createGuild('Pair'), 'general');
    const onDiscord = ['Ann', 'Bob'].map((name) => discordMentioner(stage.world, name, channel));
    const chat = telegram.createGroup('Pair');
    const prefix = `@${telegram.botUsername} `;
    const onTelegram = ['Ann', 'Bob'].map((name) =>
      telegramChatter(stage.world, name, { user: telegram.createUser(name), chat, prefix }),
    );
    const questions = Array.from({ length: 8 }, (_, at) => `Number ${at}?`);
    for (const [at, question] of questions.entries()) {
      onDiscord[at % 2]?.say(question);
      onTelegram[at % 2]?.say(question);
    }
    for (const place of [onDiscord[0], onTelegram[0]]) {
      const shown = await place?.until(
        (all) =>
          all.filter((text) => text.includes('This is turn') && !unfinished(text)).length === 8 &&
          all,
      );
      expect(
        shown?.map((text) => questions.findIndex((q) => text.startsWith(`You said: “${q}”`))),
      ).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(shown?.at(-1)).toContain('This is turn 8. Before that you said: “Number 6?”');
    }
  });

  it('50 conversations are all answered, each once', async () => {
    const { world } = stage;
    const people = Array.from({ length: 50 }, (_, at) =>
      at % 2 === 0 ? discordDm(world, `D${at}`) : telegramPrivate(world, `T${at}`),
    );
    await Promise.all(people.map(async (person) => person.ask(`From ${person.name}?`)));
    expect(people.filter((person) => person.shown().length !== 1)).toEqual([]);
  });
});

function isWhole(messages: readonly string[]): boolean {
  return messages.at(-1)?.includes('nothing was cut off') === true && !messages.some(unfinished);
}

function fences(text: string): number {
  return text.split('\n').filter((line) => line.startsWith('```')).length;
}

/** All words in order; not the marks, nor where a link leads, which each platform shows in its way. */
function wordsOf(text: string): string[] {
  return text.replaceAll(/^```.*$|https:\S+/gm, '').match(/[\p{L}\p{N}]+/gu) ?? [];
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

function secondAnswer([, second]: readonly string[]): string | undefined {
  return second === undefined || unfinished(second) ? undefined : second;
}
