import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

import { age } from '../integration/credential-model.ts';
import { discordChatter, telegramPrivate, type Chatter } from '../people.ts';
import { Stage, unlimited } from '../stage.ts';

const lifeMs = 21_600_000;
const prefix = 'grok-bridge';

describe('what befalls a sign-in', () => {
  it('is told to its owners, each state once on each platform, though three workers see it', async () => {
    await using stage = await Stage.signedIn({ world: unlimited });
    const { world } = stage;
    const { discord, xai } = world;
    const user = discord.createUser('Olga');
    const channel = discord.openDm(user);
    const settings = { OWNERS: `telegram:1001,discord:${user.id}` };
    await stage.up('all', settings);
    await Promise.all([stage.up('worker', settings), stage.up('worker', settings)]);
    const owners: Chatter[] = [
      telegramPrivate(world, 'Olga'),
      discordChatter(world, { name: 'Olga', user }, channel.id, (text) =>
        discord.say({ user, channel, text }),
      ),
    ];
    const dora = telegramPrivate(world, 'Dora');
    await Promise.all([...owners, dora].map(async (person) => person.ask('Are you there?')));

    const admin = new Redis(stage.redis?.url ?? '');
    const pass = async (share: number) => {
      await age(admin, prefix, 'main', share * lifeMs);
      await admin.publish(`{${prefix}}:cred:ev`, 'main 0 0 ok');
    };
    const told = async (part: string) =>
      Promise.all(
        owners.map(async (owner) =>
          owner.until((all) => all.some((t) => t.includes(part)), 60_000),
        ),
      );
    const token = 'POST /oauth2/token';

    xai.faults.inject({ match: token, fault: { kind: 'drop-after' } });
    await pass(0.93);
    await told('was lost. I go on with the present token until');
    await stage.signIn();
    await told('works again');

    const body = '{"error":"invalid_grant"}';
    xai.faults.inject({ match: token, fault: { kind: 'status', status: 400, body } });
    await pass(0.93);
    await told('The present token serves until');
    xai.revokeSignIn();
    dora.say('And now?');
    await told('can no longer use the Grok sign-in “main” (invalid_grant)');
    const late = await stage.up('worker', settings);
    await stage.signIn();
    await dora.until((shown) => shown.some((text) => text.includes('And now?')));
    const again = (owner: Chatter) => owner.shown().filter((text) => text.includes('works again'));
    await Promise.all(owners.map(async (owner) => owner.until(() => again(owner).length === 2)));
    await Promise.all(owners.map(async (owner) => owner.ask('All well?')));

    expect(late.hasEnded).toBe(false);
    const kinds = ['was lost', 'serves until', 'can no longer use', 'works again'];
    for (const owner of owners) {
      const counts = kinds.map((kind) => owner.shown().filter((t) => t.includes(kind)).length);
      expect(counts).toEqual([1, 1, 1, 2]);
    }
    expect(dora.everShown().filter((text) => text.includes('“main”'))).toEqual([]);
    admin.disconnect();
  }, 180_000);
});
