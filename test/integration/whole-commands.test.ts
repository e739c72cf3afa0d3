import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { echo } from '../../sandbox/xai/answerer.ts';
import { en } from '../../src/words/en.ts';
import type { Daemon } from '../daemon.ts';
import { discordDm, telegramPrivate } from '../people.ts';
import { Stage, unlimited } from '../stage.ts';

let stage: Stage;
let daemon: Daemon;

beforeAll(async () => {
  stage = await Stage.signedIn({ world: unlimited });
  daemon = await stage.up('all', { WORKER_CONCURRENCY: '1' });
});

afterEach(() => stage.world.xai.answerWith(echo));

afterAll(async () => stage[Symbol.asyncDispose]());

const platforms = [
  { platform: 'Discord', meet: () => discordDm(stage.world, 'Dora') },
  { platform: 'Telegram', meet: () => telegramPrivate(stage.world, 'Theo') },
] as const;

describe.each(platforms)('on $platform', ({ meet }) => {
  it('/help says what there is', async () => {
    const chatter = meet();
    chatter.say('/help');
    const help = await chatter.until((shown) => shown[0]);
    for (const command of ['/ask', '/reset', '/stop', '/help']) expect(help).toContain(command);
  });

  it('/reset begins a new conversation, without what was said before', async () => {
    const chatter = meet();
    await chatter.ask('First?');
    expect(await chatter.ask('Second?')).toContain('This is turn 2.');
    chatter.say('/reset');
    await chatter.until((shown) => shown.includes(en.reset));
    expect(await chatter.ask('Third?')).toContain('This is turn 1.');
  });

  it('/stop ends an answer that is streaming at once, says so, and the next question is answered', async () => {
    const { xai } = stage.world;
    const chatter = meet();
    const { stopped } = dribble();
    chatter.say('Tell me everything');
    await chatter.until((shown) => shown[0]?.includes('Word 2') === true);
    chatter.say('/stop');
    const rest = await chatter.until((shown) => shown.find((text) => text.includes(en.stopped)));
    await stopped;
    expect(rest).toContain('Word 1');
    await chatter.until((shown) => shown[1] === en.stopping);
    expect(chatter.shown()).toHaveLength(2);
    xai.answerWith(echo);
    // What was stopped is no history.
    expect(await chatter.ask('And now?')).toContain('This is turn 1.');
  });

  it('/stop without an answer under way says so', async () => {
    const chatter = meet();
    chatter.say('/stop');
    await chatter.until((shown) => shown[0] === en.nothingToStop);
  });
});

it('who waits for a worker sees no typing until one writes', async () => {
  const { discord, xai } = stage.world;
  const ann = discordDm(stage.world, 'Ann');
  dribble();
  ann.say('Tell me everything');
  await ann.until((shown) => shown[0]?.includes('Word 2') === true);
  const user = discord.createUser('Bob');
  const channel = discord.openDm(user);
  const asked = discord.say({ user, channel, text: 'And me?' });
  await daemon.logged('message taken', { holds: (line) => line['prompt'] === `dc-${asked}` });
  const words = ann.shown()[0] ?? '';
  await ann.until((shown) => (shown[0]?.length ?? 0) > words.length + 20);
  expect([discord.typings(channel).length, discord.messages(channel).length]).toEqual([0, 1]);
  xai.answerWith(echo);
  ann.say('/stop');
  await discord.waitFor(() => discord.messages(channel).at(-1)?.content.includes('turn 1.'), {
    timeoutMs: 20_000,
  });
});

describe('slash commands', () => {
  it('/help, /reset and /stop are answered in their own reply', async () => {
    const { discord } = stage.world;
    const user = discord.createUser('Sia');
    const channel = discord.createChannel(discord.createGuild('Slash'), 'general');
    for (const [name, words] of [
      ['help', '/reset'],
      ['reset', en.reset],
      ['stop', en.nothingToStop],
    ] as const) {
      const id = discord.slash({ user, channel, name });
      const find = () => discord.interactionReply(id).content?.includes(words);
      await discord.waitFor(find, { timeoutMs: 20_000, what: name });
    }
  });
});

/** An answer without an end; `stopped` resolves once nobody reads it any more. */
function dribble(): { stopped: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  stage.world.xai.answerWith(async function* ({ signal }) {
    signal.addEventListener('abort', () => resolve(), { once: true });
    for (let word = 1; !signal.aborted; word += 1) {
      yield `Word ${word} of many. `;
      await new Promise((done) => setTimeout(done, 100));
    }
  });
  return { stopped: promise };
}
