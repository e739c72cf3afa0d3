import { expect, it } from 'vitest';

import { telegramPrivate } from '../people.ts';
import { freePort } from '../redis-server.ts';
import { Stage } from '../stage.ts';

it('a collector that is away costs a line in the log: no answer, and no time at the end', async () => {
  await using stage = await Stage.signedIn();
  const daemon = await stage.up('all', {
    ADAPTERS: 'telegram',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
  });
  const theo = telegramPrivate(stage.world, 'Theo');
  await theo.ask('Still there?');
  const message = 'traces not taken: see OTEL_EXPORTER_OTLP_ENDPOINT and the collector there';
  await daemon.logged(message, { timeoutMs: 60_000 });
  await theo.ask('And now?');
  const beganAtMs = performance.now();
  expect(await daemon.stop()).toBe(0);
  expect(performance.now() - beganAtMs).toBeLessThan(15_000);
  expect(daemon.lines.filter(({ msg }) => msg === message)).toHaveLength(1);
});
