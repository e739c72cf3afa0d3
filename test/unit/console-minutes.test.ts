import { describe, expect, it } from 'vitest';

import { collapse } from '../../src/console/incidents.ts';
import { Metrics } from '../../src/console/metrics.ts';
import { lastHour, type MinuteBook, MinuteSampler } from '../../src/console/minutes.ts';
import { FakeClock } from '../fake-clock.ts';

describe('the numbers of the last hour', () => {
  it('are what the processes counted, each thing once', async () => {
    const clock = new FakeClock();
    const book = new MemoryBook();
    const [one, two] = [new Metrics(), new Metrics()];
    const samplers = [one, two].map((metrics) => new MinuteSampler({ metrics, book, clock }));
    const sample = async () => {
      for (const sampler of samplers) await sampler.sample();
    };
    one.prompts.inc({ platform: 'discord', outcome: 'answered' }, 3);
    two.prompts.inc({ platform: 'telegram', outcome: 'answered' }, 2);
    two.prompts.inc({ platform: 'telegram', outcome: 'quota' });
    one.apiFailures.inc({ class: 'quota' });
    one.costUsd.inc(0.0125);
    await sample();
    await sample();
    const now = (await lastHour(book, clock.now())).minutes.at(-1);
    expect(now).toMatchObject({
      answered: 5,
      other: 1,
      costUsd: 0.0125,
      refusals: { quota: 1 },
      replyMs: null,
    });

    await clock.advance(60_000);
    one.prompts.inc({ platform: 'discord', outcome: 'answered' });
    await sample();
    const { minutes } = await lastHour(book, clock.now());
    expect(minutes).toHaveLength(60);
    expect(minutes.slice(-2).map(({ answered }) => answered)).toEqual([5, 1]);
    expect(minutes.slice(0, -2).every(({ answered }) => answered === 0)).toBe(true);
  });

  it('hold the median and the 95th percentile, as far as the buckets tell', async () => {
    const clock = new FakeClock();
    const book = new MemoryBook();
    const metrics = new Metrics();
    const sampler = new MinuteSampler({ metrics, book, clock });
    for (let at = 0; at < 90; at += 1) metrics.replySeconds.observe(0.8);
    for (let at = 0; at < 10; at += 1) metrics.replySeconds.observe(15);
    await sampler.sample();
    const now = (await lastHour(book, clock.now())).minutes.at(-1);
    expect(now?.replyMs?.p50).toBeGreaterThan(500);
    expect(now?.replyMs?.p50).toBeLessThanOrEqual(1000);
    expect(now?.replyMs?.p95).toBeGreaterThan(10_000);
    expect(now?.replyMs?.p95).toBeLessThanOrEqual(20_000);
  });

  it('tell the median of the whole hour from all its answers, not from its minutes', async () => {
    const clock = new FakeClock();
    const book = new MemoryBook();
    const metrics = new Metrics();
    const sampler = new MinuteSampler({ metrics, book, clock });
    for (let at = 0; at < 90; at += 1) metrics.replySeconds.observe(15);
    await sampler.sample();
    for (let minute = 0; minute < 3; minute += 1) {
      await clock.advance(60_000);
      metrics.replySeconds.observe(0.8);
      await sampler.sample();
    }
    const hour = await lastHour(book, clock.now());
    expect(hour.minutes.at(-1)?.replyMs?.p50).toBeLessThanOrEqual(1000);
    expect(hour.replyMs?.p50).toBeGreaterThan(10_000);
    expect(hour.firstWordMs).toBeNull();
    await clock.advance(3_600_000);
    expect((await lastHour(book, clock.now())).replyMs).toBeNull();
  });

  it('are written once the book can be written to again, and then once', async () => {
    const clock = new FakeClock();
    const book = new MemoryBook();
    const metrics = new Metrics();
    const sampler = new MinuteSampler({ metrics, book, clock });
    metrics.prompts.inc({ platform: 'discord', outcome: 'answered' });
    book.isAway = true;
    await expect(sampler.sample()).rejects.toThrow('away');
    book.isAway = false;
    await sampler.sample();
    await sampler.sample();
    const now = (await lastHour(book, clock.now())).minutes.at(-1);
    expect(now?.answered).toBe(1);
  });
});

describe('incidents', () => {
  it('that several processes saw at about the same time are one', () => {
    const seen = (atMs: number, what: string, subject = 'main') => ({
      id: `${atMs}`,
      atMs,
      level: 'warn' as const,
      source: 'credential',
      subject,
      what,
      facts: {},
    });
    const all = [
      seen(500_000, 'ambiguous'),
      seen(202_000, 'ambiguous', 'second'),
      seen(201_500, 'ambiguous'),
      seen(201_000, 'ambiguous'),
      seen(200_000, 'gate-closed'),
    ];
    expect(collapse(all).map(({ atMs, times }) => [atMs, times])).toEqual([
      [500_000, 1],
      [202_000, 1],
      [201_500, 2],
      [200_000, 1],
    ]);
  });
});

class MemoryBook implements MinuteBook {
  isAway = false;
  readonly #minutes = new Map<number, Map<string, number>>();

  async add(atMs: number, counts: ReadonlyMap<string, number>): Promise<void> {
    if (this.isAway) throw new Error('away');
    const start = Math.floor(atMs / 60_000) * 60_000;
    const minute = this.#minutes.get(start) ?? new Map<string, number>();
    for (const [name, count] of counts) minute.set(name, (minute.get(name) ?? 0) + count);
    this.#minutes.set(start, minute);
    return Promise.resolve();
  }

  async read(startsMs: readonly number[]) {
    return Promise.resolve(startsMs.map((start) => this.#minutes.get(start) ?? new Map()));
  }
}
