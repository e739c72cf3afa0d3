import { describe, expect, it } from 'vitest';

import { TOKEN_MARKER } from '../../sandbox/xai/tokens.ts';
import { Listener } from '../event-stream.ts';
import { discordDm, telegramPrivate } from '../people.ts';
import { Stage, unlimited } from '../stage.ts';

/** Parts of what a section holds. */
const shows = (text: string) => (data: unknown) => JSON.stringify(data).includes(text);

describe('the console of a fleet', () => {
  it('shows the whole in every process: platforms, sign-in, numbers, incidents as they come', async () => {
    await using stage = await Stage.signedIn({ world: unlimited });
    const { discord, telegram, xai } = stage.world;
    const settings = { REFRESH_GUARD_SECONDS: '0' };
    const [bridge, worker] = await Promise.all([
      stage.up('bridge', settings),
      stage.up('worker', settings),
    ]);
    const pages = await Promise.all(
      [bridge, worker].map(async (one) => Listener.open(`${await one.url()}/events`)),
    );
    await using stack = new AsyncDisposableStack();
    for (const page of pages) stack.use(page);
    const onBoth = async (event: string, text: string) =>
      Promise.all(pages.map(async (page) => page.event(event, shows(text), 30_000)));

    for (const { data } of await onBoth('snapshot', '"platform":"discord"')) {
      expect(data).toMatchObject({
        sections: {
          platforms: { value: [{ platform: 'discord' }, { platform: 'telegram' }] },
          credentials: { value: [{ name: 'main', state: 'active', generation: 1 }] },
          processes: { value: expect.objectContaining({ length: 2 }) },
        },
      });
    }
    const [dora, theo] = [discordDm(stage.world, 'Dora'), telegramPrivate(stage.world, 'Theo')];
    await Promise.all([dora.ask('A secret of Dora’s'), theo.ask('A secret of Theo’s')]);
    xai.expireAccessTokens();
    await theo.ask('And after the token?');
    await onBoth('change', '"kind":"refreshed","generation":2,"detail":"reactive"');
    await onBoth('change', '"answered":3');
    await onBoth('change', '"answers":3');

    const fault = { kind: 'status', status: 503 } as const;
    discord.faults.inject({ match: 'GET /gateway/socket', fault, times: 1000 });
    discord.dropGateway();
    await onBoth('change', '"state":"down"');
    await onBoth('change', '"what":"disconnected"');
    discord.faults.clear();
    await onBoth('change', '"what":"connected"');

    xai.revokeSignIn();
    xai.expireAccessTokens();
    theo.say('And now?');
    await onBoth('change', '"state":"quarantined"');
    await onBoth('change', '"what":"quarantined"');
    await onBoth('change', '"closedBecause":"');

    await bridge.kill();
    await pages[1]?.event('change', shows('"state":"gone"'), 30_000);

    const all = pages.map(({ raw }) => raw).join('');
    const secrets = [TOKEN_MARKER, jwtHead, discord.token, telegram.token, 'A secret', 'And now?'];
    expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
  }, 120_000);
});

/** How every access token begins. */
const jwtHead = Buffer.from('{"alg":"ES256",').toString('base64url');
