import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { en } from '../../src/words/en.ts';
import { discordDm, telegramPrivate } from '../people.ts';
import { Stage, unlimited } from '../stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.signedIn({ world: { ...unlimited, xai: { chunkDelayMs: 100 } } });
  await Promise.all([stage.up('bridge'), stage.up('worker', { ANSWER_SECONDS: '8' })]);
});

afterAll(async () => stage[Symbol.asyncDispose]());

describe('/stop, through a bridge and a worker', () => {
  it.each([
    ['Telegram', telegramPrivate],
    ['Discord', discordDm],
  ])('ends the stream within a second on %s and marks what was shown', async (name, person) => {
    const ada = person(stage.world, `Ada on ${name}`);
    ada.say('Give me a long answer');
    await ada.until((shown) => shown.some((text) => text.length > 20 && text.endsWith('…')));
    const beganAtMs = performance.now();
    ada.say('/stop');
    const marked = await ada.until((shown) => shown.find((text) => text.includes(en.stopped)));
    expect(performance.now() - beganAtMs).toBeLessThan(1_000);
    expect(marked.length).toBeGreaterThan(en.stopped.length + 10);
    await ada.until((shown) => shown.includes(en.stopping));
    expect(ada.shown()).toHaveLength(2);
  });

  it.each([
    ['Telegram', telegramPrivate],
    ['Discord', discordDm],
  ])(
    'so does the button below it on %s, without a word; another asks again',
    async (name, person) => {
      const eve = person(stage.world, `Eve on ${name}`);
      eve.say('Give me a long answer');
      await eve.until((shown) => shown.some((text) => text.length > 20 && text.endsWith('…')));
      expect(eve.buttons()).toEqual([en.stopButton]);
      const beganAtMs = performance.now();
      eve.press(en.stopButton);
      await eve.until((shown) => shown.some((text) => text.includes(en.stopped)));
      expect(performance.now() - beganAtMs).toBeLessThan(1_000);
      expect([eve.shown().length, eve.buttons()]).toEqual([1, [en.retryButton]]);
      eve.press(en.retryButton);
      await eve.until((shown) => shown.length === 2 && (shown[1]?.length ?? 0) > 20);
      eve.press(en.stopButton);
      await eve.until((shown) => shown[1]?.includes(en.stopped));
      expect(eve.shown()).toHaveLength(2);
    },
  );

  it('leaves an answer that counts: /usage tells of it', async () => {
    const ulla = telegramPrivate(stage.world, 'Ulla');
    ulla.say('Give me a long answer');
    await ulla.until((shown) => shown.some((text) => text.length > 20 && text.endsWith('…')));
    ulla.say('/stop');
    await ulla.until((shown) => shown.find((text) => text.includes(en.stopped)));
    ulla.say('/usage');
    const told = await ulla.until((shown) =>
      shown.find((text) => text.startsWith('Today you have had')),
    );
    expect(told).toMatch(/one answer: [1-9]\d* tokens/);
  });

  it('so does Telegram’s own stop', async () => {
    const { telegram } = stage.world;
    const user = telegram.createUser('Una');
    telegram.say({ user, chat: user, text: 'Give me a long answer' });
    const said = (words: string) => () =>
      telegram.messages(user).find(({ text }) => text.includes(words));
    await telegram.waitFor(said('…'), { timeoutMs: 30_000 });
    telegram.stopGeneration(user);
    await telegram.waitFor(said('⏹'), { timeoutMs: 30_000 });
  });

  it('/stop all drops what its author has asked, and nobody else’s', async () => {
    const { telegram } = stage.world;
    const chat = telegram.createGroup('Club', { privacy: false });
    const [ann, bob] = [telegram.createUser('Ann'), telegram.createUser('Bob')];
    const say = (user: number, text: string) =>
      telegram.say({ user, chat, text: `/ask@${telegram.botUsername} ${text}` });
    const asked = () => stage.world.xai.requests.flatMap(({ inputs }) => inputs).join();
    say(ann, 'Give me a long answer');
    await telegram.waitFor(() => asked().includes('a long answer'));
    say(ann, 'Second of Ann?');
    say(bob, 'First of Bob?');
    say(ann, 'Third of Ann?');
    telegram.say({ user: ann, chat, text: `/stop@${telegram.botUsername} all` });
    const ofBot = () => telegram.messages(chat).filter(({ from }) => from.isBot);
    await telegram.waitFor(
      () => ofBot().some(({ text }) => text.includes('First of Bob') && !text.endsWith('…')),
      { timeoutMs: 30_000 },
    );
    await telegram.waitFor(() => ofBot().length === 5, { timeoutMs: 30_000 });
    expect(asked()).not.toContain('Second of Ann?');
    expect(asked()).not.toContain('Third of Ann?');
  });
});

it('an answer that takes longer than ANSWER_SECONDS is given up, said so, and the next one comes', async () => {
  const hang = { kind: 'hang' } as const;
  stage.world.xai.faults.inject({ match: 'POST /v1/responses', fault: hang });
  const ada = telegramPrivate(stage.world, 'Ada');
  const beganAtMs = performance.now();
  ada.say('Are you there?');
  const words = en.deadline('').split('(', 1)[0] ?? '';
  await ada.until((shown) => shown.find((text) => text.startsWith(words.trim())));
  expect(performance.now() - beganAtMs).toBeLessThan(15_000);
  await ada.ask('And now?');
  expect(ada.shown()).toHaveLength(2);
});
