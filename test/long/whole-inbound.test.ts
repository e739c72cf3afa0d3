import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Daemon } from '../daemon.ts';
import { discordDm, telegramPrivate } from '../people.ts';
import { Stage, unlimited } from '../stage.ts';

let stage: Stage;
let bridge: Daemon;

beforeAll(async () => {
  stage = await Stage.signedIn({ world: unlimited });
  [bridge] = await Promise.all([stage.up('bridge'), stage.up('worker')]);
});

afterAll(async () => stage[Symbol.asyncDispose]());

const inputs = () => stage.world.xai.requests.flatMap((request) => request.inputs);

describe('a text that the client has cut', () => {
  it('is asked as one question on Telegram', async () => {
    const ada = telegramPrivate(stage.world, 'Ada');
    ada.say('x'.repeat(4_096));
    ada.say('y'.repeat(4_096));
    ada.say('the end of Ada');
    await ada.until((shown) => shown.length > 0);
    const whole = `${'x'.repeat(4_096)}${'y'.repeat(4_096)}the end of Ada`;
    expect(inputs().filter((text) => text.includes('the end of Ada'))).toEqual([whole]);
    expect(inputs().filter((text) => text.includes('xxx'))).toEqual([whole]);
  });

  it('is asked as one question on Discord', async () => {
    const dora = discordDm(stage.world, 'Dora');
    dora.say('d'.repeat(2_000));
    dora.say('the end of Dora');
    await dora.until((shown) => shown.length > 0);
    const whole = `${'d'.repeat(2_000)}the end of Dora`;
    expect(inputs().filter((text) => text.includes('ddd'))).toEqual([whole]);
  });

  it('outlives a bridge that is killed between its parts', async () => {
    const { telegram } = stage.world;
    const eve = telegramPrivate(stage.world, 'Eve');
    eve.say('e'.repeat(4_096));
    await telegram.waitFor(() => telegram.pendingUpdates() === 0);
    await bridge.kill();
    eve.say('the end of Eve');
    bridge = await stage.up('bridge');
    await eve.until((shown) => shown.length > 0);
    const whole = `${'e'.repeat(4_096)}the end of Eve`;
    expect(inputs().filter((text) => text.includes('eee'))).toEqual([whole]);
    expect(inputs().filter((text) => text.includes('end of Eve'))).toEqual([whole]);
  });
});

it('an album is asked as one question', async () => {
  const { telegram } = stage.world;
  const user = telegram.createUser('Ian');
  for (const name of ['one', 'two']) {
    const content = Buffer.from(`content of ${name}`);
    const file = { name: `${name}.txt`, mime: 'text/plain', content };
    telegram.say({ user, chat: user, text: `File ${name} of Ian`, file, album: 'ian-1' });
  }
  const ofBot = () => telegram.messages(user).filter(({ from }) => from.isBot);
  await telegram.waitFor(() => ofBot().length > 0, { timeoutMs: 20_000 });
  const asked = inputs().filter((text) => text.includes('of Ian'));
  expect(asked).toHaveLength(1);
  for (const name of ['one', 'two']) expect(asked[0]).toContain(`File ${name} of Ian`);
  expect(ofBot()).toHaveLength(1);
});

describe('a question that is changed before it is answered', () => {
  it('is asked as it reads then, or not at all when it is deleted', async () => {
    const { discord, xai } = stage.world;
    const user = discord.createUser('Finn');
    const channel = discord.openDm(user);
    const say = (text: string) => discord.say({ user, channel, text });
    const hang = { kind: 'hang', ms: 3_000 } as const;
    xai.faults.inject({ match: 'POST /v1/responses', fault: hang });
    say('First of Finn?');
    const second = say('Secnd of Finn?');
    const third = say('Third of Finn?');
    const last = say('Last of Finn?');
    await bridge.logged('message taken', { holds: ({ prompt }) => prompt === `dc-${last}` });
    discord.edit(second, 'Second of Finn!');
    discord.delete(third);
    const shown = () => discord.messages(channel).map(({ content }) => content);
    await discord.waitFor(() => shown().some((text) => text.startsWith('You said: “Last')), {
      timeoutMs: 30_000,
    });
    const asked = inputs().join('\n');
    expect(asked).toContain('Second of Finn!');
    expect(asked).not.toMatch(/Secnd|Third/);
  });
});

describe('what is said on Discord while no bridge is there', () => {
  it('is answered once one is', async () => {
    const gus = discordDm(stage.world, 'Gus');
    await gus.ask('Here?');
    await bridge.kill();
    gus.say('Still here?');
    bridge = await stage.up('bridge');
    await gus.until((shown) => shown.find((text) => text.includes('Still here?')));
    expect(gus.shown()).toHaveLength(2);
  });
});
