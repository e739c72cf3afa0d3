import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import type { Daemon } from '../daemon.ts';
import { Front } from '../front.ts';
import { answers, telegramPrivate } from '../people.ts';
import { metric, Stage, unlimited } from '../stage.ts';

const telegramOnly = { ADAPTERS: 'telegram' };

const readiness = z.object({
  checks: z.object({ telegram: z.object({ detail: z.object({ state: z.string() }) }) }),
});

async function stateOf(bridge: Daemon): Promise<string> {
  const response = await fetch(`${await bridge.url()}/readyz`);
  return readiness.parse(await response.json()).checks.telegram.detail.state;
}

describe('two bridges for one account', () => {
  it('one serves, the other stands by, and takes over when the first is killed or ends', async () => {
    await using stage = await Stage.signedIn({ world: unlimited });
    await stage.up('worker');
    const first = await stage.up('bridge', telegramOnly);
    await first.logged('account taken');
    const second = await stage.up('bridge', telegramOnly);
    const ada = telegramPrivate(stage.world, 'Ada');
    await ada.ask('One?');
    await expect.poll(async () => stateOf(first)).toBe('up');
    expect(await stateOf(second)).toBe('standby');
    const labels = 'platform="telegram"';
    expect(await metric(first, 'grok_bridge_platform_up', labels)).toBe(1);
    expect(await metric(second, 'grok_bridge_platform_up', labels)).toBe(0);
    const lastEvent = await metric(first, 'grok_bridge_platform_last_event_seconds', labels);
    expect(Math.abs(Date.now() / 1000 - lastEvent)).toBeLessThan(30);

    const killedAtMs = performance.now();
    await first.kill();
    ada.say('Two?');
    await second.logged('account taken');
    // The lease lasts 5 s, and is asked for every 1.5 s.
    expect(performance.now() - killedAtMs).toBeLessThan(7_500);
    await ada.until((shown) => shown.find((text) => answers(text, 'Two?')));

    const third = await stage.up('bridge', telegramOnly);
    await expect.poll(async () => stateOf(third)).toBe('standby');
    ada.say('Three?');
    expect(await second.stop()).toBe(0);
    const endedAtMs = performance.now();
    await third.logged('account taken');
    expect(performance.now() - endedAtMs).toBeLessThan(3_000);
    await ada.until((shown) => shown.find((text) => answers(text, 'Three?')));
    expect(ada.shown()).toHaveLength(3);
  }, 150_000);

  it('one that was frozen past its lease writes nothing once it wakes up', async () => {
    const world = { ...unlimited, xai: { chunkDelayMs: 20 } };
    await using stage = await Stage.signedIn({ world });
    await using front = await Front.before(stage.world.telegram.url);
    const frozen = await stage.up('bridge', { ...telegramOnly, TELEGRAM_API_URL: front.url });
    await frozen.logged('account taken');
    const other = await stage.up('bridge', telegramOnly);
    await stage.up('worker');
    const ada = telegramPrivate(stage.world, 'Ada');
    ada.say('Give me a long answer');
    await stage.world.telegram.waitFor(() => front.asked.includes('editMessageText'), {
      timeoutMs: 30_000,
    });

    frozen.signal('SIGSTOP');
    await other.logged('account taken');
    await ada.until((shown) => shown.at(-1)?.includes('nothing was cut off'), 60_000);
    const before = front.asked.length;
    const shown = ada.everShown().length;
    frozen.signal('SIGCONT');
    await frozen.logged('account given up');
    await ada.ask('And now?');
    const since = front.asked.slice(before);
    expect(since.filter((method) => /^(?:send|edit|delete|set)/i.test(method))).toEqual([]);
    expect(await stateOf(frozen)).toBe('standby');
    expect(ada.everShown().slice(0, shown)).toHaveLength(shown);
    expect(ada.shown().filter((text) => text.includes('nothing was cut off'))).toHaveLength(1);
  }, 150_000);
});

describe('a platform that refuses us for good', () => {
  it('ends the process, so that its supervisor notices', async () => {
    await using stage = await Stage.start({ world: unlimited });
    const bridge = await stage.up('bridge', telegramOnly);
    await bridge.logged('account taken');
    const fault = { kind: 'status' as const, status: 401 };
    stage.world.telegram.faults.inject({ match: 'getUpdates', fault, times: 9 });
    telegramPrivate(stage.world, 'Ada').say('Hello?');
    expect(await bridge.ended({ timeoutMs: 40_000 })).toBe(1);
  });
});
