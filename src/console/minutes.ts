import type { Clock } from '../clock.ts';
import type { Metrics } from './metrics.ts';
import type { Hour, Minute, Percentiles } from './snapshot.ts';

/** Where the fleet adds up what happened in each minute. */
export interface MinuteBook {
  add(atMs: number, counts: ReadonlyMap<string, number>): Promise<void>;
  /** For each of these minutes what was added, by name. */
  read(startsMs: readonly number[]): Promise<readonly ReadonlyMap<string, number>[]>;
}

const minuteMs = 60_000;

/**
 * Adds what this process' own metrics grew by to the book, every so often: nothing is written while
 * nothing happens, and nothing at all on the way of a prompt. A crash loses the last moments.
 */
export class MinuteSampler {
  readonly #metrics: Metrics;
  readonly #book: Pick<MinuteBook, 'add'>;
  readonly #clock: Clock;
  #last = new Map<string, number>();

  constructor(parts: { metrics: Metrics; book: Pick<MinuteBook, 'add'>; clock: Clock }) {
    this.#metrics = parts.metrics;
    this.#book = parts.book;
    this.#clock = parts.clock;
  }

  /** What was not written is written the next time. */
  async sample(): Promise<void> {
    const now = await countsOf(this.#metrics);
    const grown = [...now].map(
      ([name, count]) => [name, count - (this.#last.get(name) ?? 0)] as const,
    );
    const counts = new Map(grown.filter(([, count]) => count > 0));
    if (counts.size > 0) await this.#book.add(this.#clock.now(), counts);
    this.#last = now;
  }
}

/** The last hour up to now. */
export async function lastHour(book: Pick<MinuteBook, 'read'>, nowMs: number): Promise<Hour> {
  const last = Math.floor(nowMs / minuteMs) * minuteMs;
  const starts = Array.from({ length: 60 }, (_, at) => last - (59 - at) * minuteMs);
  const read = await book.read(starts);
  const all = new Map<string, number>();
  for (const [name, count] of read.flatMap((counts) => [...counts])) {
    all.set(name, (all.get(name) ?? 0) + count);
  }
  return {
    minutes: starts.map((atMs, at) => minuteOf(atMs, read[at] ?? new Map())),
    replyMs: percentilesOf(all, 'reply'),
    firstWordMs: percentilesOf(all, 'first'),
  };
}

/** Counts only ever grow; money in millionths of a dollar, so that they are whole. */
async function countsOf(metrics: Metrics): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const add = (name: string, count: number) => counts.set(name, (counts.get(name) ?? 0) + count);
  for (const { labels, value } of (await metrics.prompts.get()).values) {
    // It comes on top of the end that the prompt had before.
    if (labels.outcome === 'undelivered') continue;
    add(labels.outcome === 'answered' ? 'answered' : 'other', value);
  }
  for (const { labels, value } of (await metrics.apiFailures.get()).values) {
    add(`refusal ${labels.class}`, value);
  }
  for (const { value } of (await metrics.costUsd.get()).values) {
    add('micro-usd', Math.round(value * 1e6));
  }
  for (const [name, histogram] of [
    ['reply', metrics.replySeconds],
    ['first', metrics.firstTokenSeconds],
  ] as const) {
    for (const { labels, value, metricName } of (await histogram.get()).values) {
      if (metricName?.endsWith('_bucket') === true) add(`${name} ${labels['le']}`, value);
    }
  }
  return counts;
}

function minuteOf(atMs: number, counts: ReadonlyMap<string, number>): Minute {
  const refusals = [...counts].filter(([name]) => name.startsWith('refusal '));
  return {
    atMs,
    answered: counts.get('answered') ?? 0,
    other: counts.get('other') ?? 0,
    costUsd: (counts.get('micro-usd') ?? 0) / 1e6,
    replyMs: percentilesOf(counts, 'reply'),
    firstWordMs: percentilesOf(counts, 'first'),
    refusals: Object.fromEntries(refusals.map(([name, count]) => [name.slice(8), count])),
  };
}

function percentilesOf(counts: ReadonlyMap<string, number>, name: string): Percentiles | null {
  const buckets = [...counts]
    .filter(([key]) => key.startsWith(`${name} `))
    .map(([key, count]) => ({ upTo: boundOf(key.slice(name.length + 1)), count }))
    .sort((a, b) => a.upTo - b.upTo);
  const all = buckets.at(-1)?.count ?? 0;
  if (all === 0) return null;
  return { p50: quantile(buckets, all * 0.5), p95: quantile(buckets, all * 0.95) };
}

function boundOf(le: string): number {
  return le === '+Inf' ? Infinity : Number(le);
}

/** In ms, taking a bucket's values to lie evenly in it, as Prometheus' `histogram_quantile` does. */
function quantile(
  buckets: readonly { readonly upTo: number; readonly count: number }[],
  rank: number,
): number {
  let below = { upTo: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= rank) {
      if (bucket.upTo === Infinity) break;
      const share = (rank - below.count) / (bucket.count - below.count);
      return Math.round((below.upTo + (bucket.upTo - below.upTo) * share) * 1000);
    }
    below = bucket;
  }
  return below.upTo * 1000;
}
