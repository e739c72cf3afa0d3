import { expect, it } from 'vitest';

import { answers, telegramPrivate } from '../people.ts';
import { Stage, unlimited } from '../stage.ts';

it('a bridge whose lease ran out while Redis was away serves again once Redis is back, and can be stopped', async () => {
  await using stage = await Stage.signedIn({ world: unlimited });
  const bridge = await stage.up('bridge', { ADAPTERS: 'telegram' });
  await stage.up('worker');
  const { telegram } = stage.world;
  const ada = telegramPrivate(stage.world, 'Ada');
  await ada.ask('One?');
  const asked = () => telegram.requests.filter(({ method }) => method === 'getUpdates').length;
  await telegram.waitFor(() => asked() > 1);

  await stage.redis?.kill();
  ada.say('Two?');
  const readyz = `${await bridge.url()}/readyz`;
  // Longer than the lease of 5 s lasts; the check of Redis itself fails within 2 s.
  const beganAtMs = performance.now();
  await expect
    .poll(
      async () => (await fetch(readyz)).status === 503 && performance.now() - beganAtMs > 8_000,
      {
        timeout: 20_000,
        interval: 500,
      },
    )
    .toBe(true);
  await stage.redis?.restart();
  const backAtMs = performance.now();
  await ada.until((shown) => shown.find((text) => answers(text, 'Two?')));
  expect(performance.now() - backAtMs).toBeLessThan(10_000);
  expect(ada.shown()).toHaveLength(2);
  expect(await bridge.stop()).toBe(0);
}, 120_000);
