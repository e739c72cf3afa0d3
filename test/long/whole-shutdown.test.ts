import { describe, expect, it } from 'vitest';

import { answers, type Chatter, discordDm, telegramPrivate } from '../people.ts';
import { Stage, unlimited } from '../stage.ts';

/** `shutdown grace` of the README: answers that stream may end within it. */
const graceMs = 20_000;

describe('SIGTERM', () => {
  it('lets streams end, exits with 0 in time, and leaves what waits to the next process', async () => {
    await using stage = await Stage.signedIn({ world: unlimited });
    const { world } = stage;
    const first = await stage.up();
    const people = [...Array(6).keys()].map((at) =>
      at % 2 === 0 ? discordDm(world, `D${at}`) : telegramPrivate(world, `T${at}`),
    );
    // Streams that take two seconds, and are in the middle of it.
    world.xai.configure({ firstChunkDelayMs: 100, chunkDelayMs: 200 });
    for (const person of people) {
      person.say('Under way?');
      person.say('In the list?');
    }
    for (const person of people) await person.until((shown) => shown[0]?.startsWith('You said'));
    await expect
      .poll(() => first.lines.filter(({ msg }) => msg === 'message taken').length)
      .toBe(2 * people.length);

    const beganAtMs = performance.now();
    expect(await first.stop()).toBe(0);
    expect(performance.now() - beganAtMs).toBeLessThan(graceMs + 5000);

    for (const person of people) {
      expect(person.shown().filter((text) => answers(text, 'Under way?'))).toHaveLength(1);
    }
    expect(first.lines.at(-1)?.msg).toBe('stopped');
    expect(world.xai.requests.filter(({ outcome }) => outcome === 'abandoned')).toEqual([]);
    // What Telegram has for us meanwhile is kept there.
    people[1]?.say('While nobody was there?');

    world.xai.configure({ firstChunkDelayMs: 0, chunkDelayMs: 0 });
    await stage.up();
    for (const person of people) await answeredOnce(person, 'In the list?', 2);
    await people[1]?.until((shown) =>
      shown.find((text) => answers(text, 'While nobody was there?')),
    );
  });

  it('hands the account to the process that stands by, and everything is answered once', async () => {
    await using stage = await Stage.signedIn({ world: unlimited });
    const { world } = stage;
    const first = await stage.up();
    const second = await stage.up();
    const theo = telegramPrivate(world, 'Theo');
    const dora = discordDm(world, 'Dora');
    await Promise.all([theo.ask('Before?'), dora.ask('Before?')]);
    world.xai.configure({ firstChunkDelayMs: 200, chunkDelayMs: 50 });
    for (const person of [theo, dora]) person.say('During?');
    await first.logged('message taken', {
      holds: (line) => String(line['prompt']).startsWith('tg-'),
    });
    expect(await first.stop()).toBe(0);
    await second.logged('account taken', {
      holds: ({ account }) => String(account).startsWith('discord-'),
    });
    await world.discord.waitFor(() => world.discord.stats.connected === 1, { timeoutMs: 20_000 });
    for (const person of [theo, dora]) {
      await person.ask('After?');
      expect(person.shown().map((text) => /“(.*?)”/.exec(text)?.[1])).toEqual([
        'Before?',
        'During?',
        'After?',
      ]);
    }
    expect(world.discord.stats.identifies).toBe(2);
  });
});

async function answeredOnce(person: Chatter, question: string, messages: number): Promise<void> {
  await person.until((shown) => shown.find((text) => answers(text, question)));
  const shown = person.shown();
  expect(shown.filter((text) => answers(text, question))).toHaveLength(1);
  expect(shown.filter((text) => text.startsWith('You said')).length).toBeGreaterThanOrEqual(
    messages,
  );
}
