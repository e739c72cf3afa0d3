import { countCommands } from './commands-per-prompt.ts';
import { median, percentile, short } from './figures.ts';
import { askOneByOne, noOverheads, type Overheads } from './low-load.ts';
import { type Report, table } from './report.ts';
import type { Contestant, Stage } from './stage.ts';

/** What the bridge adds to an answer while nothing else goes on, beside the bare bot. */
export async function showLowLoad(
  report: Report,
  stage: Stage,
  bridge: Contestant,
  bare: Contestant,
): Promise<void> {
  const { xai } = stage;
  const direct = { bridge: noOverheads(), bare: noOverheads() };
  await askOneByOne(bridge, xai, 30, noOverheads());
  await askOneByOne(bare, xai, 30, noOverheads());
  for (let round = 0; round < 5; round += 1) {
    await askOneByOne(bridge, xai, 30, direct.bridge);
    await askOneByOne(bare, xai, 30, direct.bare);
  }
  const streamed = { bridge: noOverheads(), bare: noOverheads() };
  xai.configure({ firstChunkDelayMs: 100, chunkDelayMs: 20 });
  for (let round = 0; round < 4; round += 1) {
    await askOneByOne(bridge, xai, 5, streamed.bridge);
    await askOneByOne(bare, xai, 5, streamed.bare);
  }
  xai.configure({ firstChunkDelayMs: 0, chunkDelayMs: 0 });

  report.add(
    `### One question at a time (${direct.bridge.before.length} each, ms)`,
    overheadTable([
      ['message → request at Grok', direct, 'before'],
      ['Grok’s last byte → shown', direct, 'after'],
      ['the same after a stream of 0.7 s', streamed, 'after'],
    ]),
  );
  const mine = direct.bridge.before;
  const [p50, p99] = [median(mine), percentile(mine, 0.99)];
  report.aim('message → Grok, p50', '≤ 5 ms', `${short(p50)} ms`, p50 <= 5);
  report.aim('message → Grok, p99', '≤ 25 ms', `${short(p99)} ms`, p99 <= 25);
  for (const [what, of] of [
    ['message → Grok', 'before'],
    ['Grok → shown', 'after'],
  ] as const) {
    const ratio = median(direct.bridge[of]) / median(direct.bare[of]);
    report.aim(`${what}, p50`, '≤ 2 × the bare bot', `${short(ratio)} ×`, ratio <= 2);
  }
  await showCosts(report, stage, bridge);
}

/** The same of processes that have been at work for a while: what is above is a fresh one's. */
export async function showWarmLoad(
  report: Report,
  { xai }: Stage,
  bridge: Contestant,
  bare: Contestant,
): Promise<void> {
  const warm = { bridge: noOverheads(), bare: noOverheads() };
  for (let round = 0; round < 5; round += 1) {
    await askOneByOne(bridge, xai, 30, warm.bridge);
    await askOneByOne(bare, xai, 30, warm.bare);
  }
  report.add(
    `### One question at a time, after the full load (${warm.bridge.before.length} each, ms)`,
    overheadTable([
      ['message → request at Grok', warm, 'before'],
      ['Grok’s last byte → shown', warm, 'after'],
    ]),
  );
}

type Pair = { readonly bridge: Overheads; readonly bare: Overheads };

function overheadTable(rows: readonly [string, Pair, keyof Overheads][]): string {
  return table(
    ['', 'bridge p50', 'p99', 'bare bot p50', 'p99', 'p50 ratio'],
    rows.map(([name, { bridge, bare }, of]) => [
      name,
      short(median(bridge[of])),
      short(percentile(bridge[of], 0.99)),
      short(median(bare[of])),
      short(percentile(bare[of], 0.99)),
      `${short(median(bridge[of]) / median(bare[of]))} ×`,
    ]),
  );
}

async function showCosts(report: Report, stage: Stage, bridge: Contestant): Promise<void> {
  const questions = 30;
  const firstRequest = bridge.telegram.requests.length;
  const commands = await countCommands(stage.redis, async () => {
    await askOneByOne(bridge, stage.xai, questions, noOverheads());
  });
  const calls = new Map<string, number>();
  for (const { method } of bridge.telegram.requests.slice(firstRequest)) {
    calls.set(method, (calls.get(method) ?? 0) + 1);
  }
  const list = (counts: ReadonlyMap<string, number>) =>
    [...counts]
      .toSorted(([, a], [, b]) => b - a)
      .filter(([, count]) => count >= questions / 10)
      .map(([name, count]) => `${name} ${short(count / questions)}`)
      .join(', ');
  report.add(
    `What one of these questions costs the bridge: of Redis ${list(commands)}; of Telegram ${list(calls)}.`,
  );
}
