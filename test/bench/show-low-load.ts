import { countCommands } from './commands-per-prompt.ts';
import { median, percentile, short } from './figures.ts';
import { askOneByOne, noOverheads, type Overheads } from './low-load.ts';
import { type Report, table } from './report.ts';
import { type Contestant, ofEach, type Rivals, rivals, type Stage } from './stage.ts';

type Bots = Rivals<Contestant>;

/** What the bridge adds to an answer while nothing else goes on, beside bots that do less. */
export async function showLowLoad(report: Report, stage: Stage, bots: Bots): Promise<void> {
  const { xai } = stage;
  await askInTurns(bots, stage, { rounds: 1, each: 30 });
  const direct = await askInTurns(bots, stage, { rounds: 5, each: 30 });
  xai.configure({ firstChunkDelayMs: 100, chunkDelayMs: 20 });
  const streamed = await askInTurns(bots, stage, { rounds: 4, each: 5 });
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
    const ratio = timesBare(direct, 'bridge', of);
    const plain = short(timesBare(direct, 'queued', of));
    const measured = `${short(ratio)} × (plain BullMQ ${plain} ×)`;
    report.aim(`${what}, p50`, '≤ 2 × the bare bot', measured, ratio <= 2);
  }
  await showCosts(report, stage, bots.bridge);
}

/** The same of processes that have been at work for a while: what is above is a fresh one's. */
export async function showWarmLoad(report: Report, stage: Stage, bots: Bots): Promise<void> {
  const warm = await askInTurns(bots, stage, { rounds: 5, each: 30 });
  report.add(
    `### One question at a time, after the full load (${warm.bridge.before.length} each, ms)`,
    overheadTable([
      ['message → request at Grok', warm, 'before'],
      ['Grok’s last byte → shown', warm, 'after'],
    ]),
  );
  const p50 = median(warm.bridge.before);
  report.aim('message → Grok after the full load, p50', '≤ 5 ms', `${short(p50)} ms`, p50 <= 5);
}

/** Round by round, one bot after the other: the speed of a machine changes by the minute. */
async function askInTurns(
  bots: Bots,
  { xai }: Stage,
  { rounds, each }: { readonly rounds: number; readonly each: number },
): Promise<Rivals<Overheads>> {
  const taken = ofEach(noOverheads);
  for (let round = 0; round < rounds; round += 1) {
    for (const rival of rivals) await askOneByOne(bots[rival], xai, each, taken[rival]);
  }
  return taken;
}

function overheadTable(
  rows: readonly (readonly [string, Rivals<Overheads>, keyof Overheads])[],
): string {
  const head = ['bridge p50', 'p99', 'plain BullMQ p50', 'p99', 'bare bot p50', 'p99'];
  return table(
    ['', ...head, 'bridge ÷ bare, p50', 'plain BullMQ ÷ bare'],
    rows.map(([name, taken, of]) => [
      name,
      ...rivals.flatMap((rival) => [
        short(median(taken[rival][of])),
        short(percentile(taken[rival][of], 0.99)),
      ]),
      `${short(timesBare(taken, 'bridge', of))} ×`,
      `${short(timesBare(taken, 'queued', of))} ×`,
    ]),
  );
}

function timesBare(
  taken: Rivals<Overheads>,
  rival: keyof Rivals<unknown>,
  of: keyof Overheads,
): number {
  return median(taken[rival][of]) / median(taken.bare[of]);
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
