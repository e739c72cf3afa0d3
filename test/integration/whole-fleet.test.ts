import { describe, expect, it } from 'vitest';

import { answers, telegramPrivate } from '../people.ts';
import { metric, Stage, unlimited } from '../stage.ts';

const prompts = 200;

describe('one bridge and four workers', () => {
  it('send one refresh for 200 prompts whose token expires under way, and answer each once', async () => {
    await using stage = await Stage.signedIn({ world: unlimited });
    const { xai } = stage.world;
    const [bridge, ...workers] = await Promise.all([
      stage.up('bridge'),
      ...Array.from({ length: 4 }, async () => stage.up('worker')),
    ]);
    const people = Array.from({ length: prompts }, (_, at) =>
      telegramPrivate(stage.world, `P${at}`),
    );

    // They have been sent with the old token and come to their refusal only after it has expired.
    const hang = { kind: 'hang', ms: 1500 } as const;
    xai.faults.inject({ match: 'POST /v1/responses', fault: hang, times: prompts });
    for (const person of people) person.say(`From ${person.name}?`);
    await xai.waitFor(() => xai.requestCount >= 100, { timeoutMs: 30_000 });
    xai.expireAccessTokens();
    await Promise.all(
      people.map(async (person) =>
        person.until(
          (shown) => shown.find((text) => answers(text, `From ${person.name}?`)),
          45_000,
        ),
      ),
    );

    expect(xai.tokenLog.map(({ outcome }) => outcome)).toEqual(['rotated']);
    expect(people.filter((person) => person.shown().length !== 1)).toEqual([]);
    expect(people.flatMap((person) => person.everShown()).filter(isStrange)).toEqual([]);
    const sends = workers.map(async (worker) => metric(worker, 'grok_bridge_refresh_sends_total'));
    expect(sum(await Promise.all(sends))).toBe(1);
    const settled = workers.map(async (worker) => metric(worker, 'grok_bridge_prompts_total'));
    expect(await Promise.all(settled)).toHaveLength(4);
    expect(sum(await Promise.all(settled))).toBe(prompts);
    expect(xai.requests.filter(({ outcome }) => outcome === 'answered')).toHaveLength(prompts);
    const refused = xai.requests.filter(({ refusal }) => refusal === 'bad-credentials');
    expect(refused.length).toBeGreaterThanOrEqual(100);
    expect((await fetch(`${await bridge.url()}/readyz`)).status).toBe(200);
  });
});

function isStrange(text: string): boolean {
  return text !== '…' && !text.startsWith('You said: “');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
