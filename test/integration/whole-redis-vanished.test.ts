import { describe, expect, it } from 'vitest';

import { telegramPrivate } from '../people.ts';
import { Stage, unlimited } from '../stage.ts';
import { SilentWire } from './credential-silent-wire.ts';

describe('a Redis that vanishes without a word', () => {
  it('is left within half a minute: a question asked meanwhile is answered', async () => {
    await using stage = await Stage.signedIn({ world: unlimited });
    await using wire = await SilentWire.to(Number(new URL(stage.redis?.url ?? '').port));
    const daemon = await stage.up('all', { REDIS_URL: wire.url });
    const ann = telegramPrivate(stage.world, 'Ann');
    await ann.ask('One?');
    wire.abandon();
    expect(await ann.ask('Two?', 50_000)).toContain('Two?');
    const warned = daemon.lines
      .filter((line) => JSON.stringify(line).includes('Socket timeout') && line.level === 'warn')
      .map(({ msg, connection }) => `${msg} ${String(connection)}`);
    expect(warned).toContain('redis connection failed grok-bridge');
    expect(warned).toEqual([...new Set(warned)]);
    // Its connections that only listen have not noticed yet.
    await daemon.kill();
  }, 90_000);
});
