import { describe, expect, it } from 'vitest';

import { ask, openSite } from '../console-site.ts';
import { quietSources } from '../console-sources.ts';
import { Listener } from '../event-stream.ts';
import { FakeClock } from '../fake-clock.ts';

const quick = { everyMs: 5 };

describe('the stream of the console', () => {
  it('begins with every section, then tells those that have changed', async () => {
    let prompts = 0;
    const queues = quietSources().queues;
    const sources = quietSources({ queues: async () => ({ ...(await queues()), prompts }) });
    await using site = await openSite({ sources, live: quick });
    await using page = await Listener.open(`${site.url}/events`);
    expect(page.response.headers.get('content-type')).toContain('text/event-stream');
    const first = await page.event('snapshot');
    expect(first.data).toMatchObject({
      sections: {
        checks: { kind: 'known', value: [] },
        queues: { kind: 'known', value: { prompts: 0 } },
      },
    });
    expect(page.raw).toMatch(/^retry: \d+\nid: \d+\nevent: snapshot\n/);
    prompts = 7;
    const second = await page.event('change');
    expect(second.data).toEqual({
      nowMs: expect.any(Number),
      sections: { queues: { kind: 'known', value: expect.objectContaining({ prompts: 7 }) } },
    });
    expect(Number(second.id)).toBeGreaterThan(Number(first.id));
  });

  it('says of a section what keeps it from being read, and shows the others', async () => {
    const sources = quietSources({
      credentials: async () => Promise.reject(new Error('Redis is away')),
      platforms: async () => new Promise(() => undefined),
    });
    await using site = await openSite({ sources, live: { ...quick, deadlineMs: 20 } });
    await using page = await Listener.open(`${site.url}/events`);
    expect((await page.event('snapshot')).data).toMatchObject({
      sections: {
        credentials: { kind: 'unknown', why: 'Redis is away' },
        platforms: { kind: 'unknown', why: 'no answer within 20 ms' },
        today: { kind: 'known' },
      },
    });
  });

  it('asks a source that is silent no second time', async () => {
    let asked = 0;
    let looked = 0;
    const sources = quietSources({
      platforms: async () => {
        asked += 1;
        return new Promise(() => undefined);
      },
      checks: async () => {
        looked += 1;
        return Promise.resolve([{ name: `look ${looked}` }]);
      },
    });
    await using site = await openSite({ sources, live: { ...quick, deadlineMs: 10 } });
    await using page = await Listener.open(`${site.url}/events`);
    await page.event('change', (data) => JSON.stringify(data).includes('look 5'));
    expect(asked).toBe(1);
  });

  it('asks nothing while no page is open', async () => {
    const clock = new FakeClock();
    let looked = 0;
    const sources = quietSources({
      checks: async () => {
        looked += 1;
        return Promise.resolve([{ name: `look ${looked}` }]);
      },
    });
    await using site = await openSite({ sources, clock });
    await clock.advance(10_000);
    expect(looked).toBe(0);
    const page = await Listener.open(`${site.url}/events`);
    await page.event('snapshot');
    await clock.advance(1000);
    await page.event('change');
    await page[Symbol.asyncDispose]();
    await expect.poll(() => clock.sleepers).toBe(0);
    await clock.advance(10_000);
    expect(looked).toBe(2);
  });

  it('shows that it is alive while nothing changes', async () => {
    await using site = await openSite({ live: { heartbeatMs: 10 } });
    await using page = await Listener.open(`${site.url}/events`);
    await page.text(': alive\n\n: alive\n\n');
  });

  it('is for a bounded number of pages', async () => {
    await using site = await openSite({ live: { maxClients: 2 } });
    await using one = await Listener.open(`${site.url}/events`);
    const two = await Listener.open(`${site.url}/events`);
    const refused = await ask(site, '/events');
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBe('10');
    await one.event('snapshot');
    await two[Symbol.asyncDispose]();
    await expect.poll(async () => statusOf(`${site.url}/events`)).toBe(200);
  });

  it('does not keep the program from ending', async () => {
    const site = await openSite();
    await using page = await Listener.open(`${site.url}/events`);
    await page.event('snapshot');
    await site[Symbol.asyncDispose]();
    await page.ended();
  });
});

async function statusOf(url: string): Promise<number> {
  await using page = await Listener.open(url);
  return page.response.status;
}
