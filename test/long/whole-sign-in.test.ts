import { describe, expect, it } from 'vitest';

import { en } from '../../src/words/en.ts';
import { answers, discordDm, telegramPrivate } from '../people.ts';
import { metric, Stage, unlimited } from '../stage.ts';

describe('without a Grok credential', () => {
  it('it starts and says so; questions wait, are told so once, and a sign-in answers them all, oldest first', async () => {
    await using stage = await Stage.start({ world: unlimited });
    const { world } = stage;
    const daemon = await stage.up();
    const readyz = async () => {
      const response = await fetch(`${await daemon.url()}/readyz`);
      return { status: response.status, text: await response.text() };
    };
    const people = [
      telegramPrivate(world, 'Theo'),
      discordDm(world, 'Dora'),
      telegramPrivate(world, 'Tina'),
      discordDm(world, 'Dick'),
    ];
    for (const [at, person] of people.entries()) {
      person.say(`First of ${at}?`);
      await person.until((shown) => shown[0] === en.waitingForSignIn);
      person.say(`Second of ${at}?`);
      const second = (line: object) => 'outcome' in line && line.outcome === 'queued';
      await daemon.logged('message taken', { holds: second });
    }
    const unready = await readyz();
    expect(unready.status).toBe(503);
    expect(unready.text).toContain('no Grok credential');
    expect(unready.text).toContain('npm run login');
    expect(world.xai.requestCount).toBe(0);
    await expect
      .poll(async () => metric(daemon, 'grok_bridge_queue_jobs', 'state="prompts"'))
      .toBe(8);

    await stage.signIn();

    await Promise.all(
      people.flatMap((person, at) =>
        ['First', 'Second'].map(async (which) =>
          person.until((shown) => shown.find((text) => answers(text, `${which} of ${at}?`))),
        ),
      ),
    );
    const order = world.xai.requests.map(({ inputs }) => inputs.at(-1));
    const ofFirsts = people.map((_, at) => order.indexOf(`First of ${at}?`));
    expect(ofFirsts).toEqual(ofFirsts.toSorted((a, b) => a - b));
    expect((await readyz()).status).toBe(200);
    for (const person of people) {
      expect(person.everShown().filter((text) => text === en.waitingForSignIn)).toHaveLength(1);
      expect(person.shown()).toHaveLength(2);
    }
    expect(world.xai.tokenCalls).toBe(0);
  });

  it('a sign-in that xAI has taken back lets questions wait, tells the owner, and the next one answers them', async () => {
    await using stage = await Stage.signedIn({ world: unlimited });
    const { world } = stage;
    const daemon = await stage.up('all', { OWNERS: 'telegram:1001' });
    const owner = telegramPrivate(world, 'Olga');
    await owner.ask('Do you work?');
    world.xai.revokeSignIn();
    const dora = discordDm(world, 'Dora');
    dora.say('Are you there?');
    await dora.until((shown) => shown[0] === en.waitingForSignIn);
    await owner.until((shown) => shown.find((text) => text.includes('sign in again')));
    expect((await fetch(`${await daemon.url()}/readyz`)).status).toBe(503);
    await stage.signIn();
    await dora.until((shown) => shown.find((text) => answers(text, 'Are you there?')));
    expect(world.xai.tokenLog.map(({ outcome }) => outcome)).toEqual(['revoked']);
  });
});

describe('an API key', () => {
  it('serves alone, without a sign-in and without a key to seal one', async () => {
    await using stage = await Stage.start();
    const XAI_API_KEY = stage.world.xai.apiKey;
    const daemon = await stage.up('all', { XAI_API_KEY, CREDENTIAL_KEYS: '', XAI_CLIENT_ID: '' });
    await telegramPrivate(stage.world, 'Theo').ask('By key?');
    expect((await fetch(`${await daemon.url()}/readyz`)).status).toBe(200);
    expect(stage.world.xai.requests.map(({ credential }) => credential.kind)).toEqual(['api-key']);
  });

  it('serves when the sign-in is dead, and nobody waits', async () => {
    await using stage = await Stage.signedIn();
    const { xai } = stage.world;
    await stage.up('all', { XAI_API_KEY: xai.apiKey });
    const theo = telegramPrivate(stage.world, 'Theo');
    await theo.ask('By sign-in?');
    xai.revokeSignIn();
    await theo.ask('By key?');
    await theo.ask('And again?');
    const served = xai.requests.filter(({ outcome }) => outcome === 'answered');
    expect(served.map(({ credential }) => credential.kind)).toEqual([
      'grant',
      'api-key',
      'api-key',
    ]);
    expect(xai.refreshCalls).toBe(1);
    expect(theo.everShown()).not.toContain(en.waitingForSignIn);
  });

  it('that is refused is out, and told to its owner; a sign-in answers what waits', async () => {
    await using stage = await Stage.start({ world: unlimited });
    const { world } = stage;
    const XAI_API_KEY = 'xai-0000000000000000000000000000000000000000';
    const daemon = await stage.up('all', { XAI_API_KEY, OWNERS: 'telegram:1001' });
    const owner = telegramPrivate(world, 'Olga');
    owner.say('/help');
    await owner.until((shown) => shown[0]);
    const dora = discordDm(world, 'Dora');
    dora.say('Are you there?');
    await dora.until((shown) => shown[0] === en.notAvailable);
    await owner.until((shown) => shown.find((text) => text.includes('npm run login')));
    const theo = telegramPrivate(world, 'Theo');
    theo.say('And now?');
    await theo.until((shown) => shown[0] === en.waitingForSignIn);
    expect((await fetch(`${await daemon.url()}/readyz`)).status).toBe(503);
    expect(world.xai.requestCount).toBe(1);
    await stage.signIn();
    await dora.until((shown) => shown.find((text) => answers(text, 'Are you there?')));
    await theo.until((shown) => shown.find((text) => answers(text, 'And now?')));
    expect(dora.everShown()).not.toContain(en.waitingForSignIn);
    expect(world.xai.tokenCalls).toBe(0);
  });
});
