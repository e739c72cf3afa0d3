import { z } from 'zod';

import { countCommands } from './commands-per-prompt.ts';
import { median, percentile, ratios, short, spread } from './figures.ts';
import { answerAll, type Round } from './full-load.ts';
import { askOneByOne, noOverheads, type Overheads } from './low-load.ts';
import { streamToMany, type Streams } from './many-streams.ts';
import { type Aim, machine, Report, table } from './report.ts';
import { type Contestant, Stage } from './stage.ts';

/**
 * The figures of the whole path: `npm run bench` prints them and puts them into docs/benchmarks.md.
 * Everything is on loopback and on this machine; what is compared is measured in turns, since the
 * speed of a machine changes by the minute.
 */
const document = new URL('../../docs/benchmarks.md', import.meta.url);
const load = { users: 200, each: 10 };
const rounds = 3;
const tookSchema = z.object({ tookMs: z.number() });
const pileSchema = z.object({ enqueueMs: z.number(), drainMs: z.number(), bytes: z.number() });

const report = new Report();
const aims: Aim[] = [];
const aim = (what: string, target: string, measured: string, isMet: boolean) => {
  aims.push({ what, target, measured, isMet });
};

await using stage = await Stage.build();
report.add(await machine(stage.redis));
const telegram = await stage.telegram();
{
  await using bridge = await stage.bridge(telegram);
  await using bare = await stage.bareBot(await stage.telegram());
  const idle = await bridge.usage();
  await lowLoad(bridge, bare);
  await fullLoad(bridge, bare);
  const loaded = await bridge.usage();
  const bareUsage = await bare.usage();
  report.add(
    '### Memory of the process',
    table(
      ['', 'idle, MB', 'after the load, MB'],
      [
        ['bridge', short(idle.residentMb), short(loaded.residentMb)],
        ['bare bot', '', short(bareUsage.residentMb)],
      ],
    ),
  );
}
await backlog();
await streams();
report.addAims(aims);
await report.write(document, 'bench');

async function lowLoad(bridge: Contestant, bare: Contestant): Promise<void> {
  const { xai } = stage;
  const direct = { bridge: noOverheads(), bare: noOverheads() };
  await askOneByOne(bridge, xai, 60, noOverheads());
  await askOneByOne(bare, xai, 60, noOverheads());
  for (let round = 0; round < 8; round += 1) {
    await askOneByOne(bridge, xai, 50, direct.bridge);
    await askOneByOne(bare, xai, 50, direct.bare);
  }
  const streamed = { bridge: noOverheads(), bare: noOverheads() };
  xai.configure({ firstChunkDelayMs: 100, chunkDelayMs: 20 });
  for (let round = 0; round < 4; round += 1) {
    await askOneByOne(bridge, xai, 8, streamed.bridge);
    await askOneByOne(bare, xai, 8, streamed.bare);
  }
  xai.configure({ firstChunkDelayMs: 0, chunkDelayMs: 0 });

  const row = (name: string, mine: Overheads, base: Overheads, of: keyof Overheads) => [
    name,
    short(median(mine[of])),
    short(percentile(mine[of], 0.99)),
    short(median(base[of])),
    short(percentile(base[of], 0.99)),
    `${short(median(mine[of]) / median(base[of]))} ×`,
  ];
  report.add(
    `### One question at a time (${direct.bridge.before.length} each, ms)`,
    table(
      ['', 'bridge p50', 'p99', 'bare bot p50', 'p99', 'p50 ratio'],
      [
        row('message → request at Grok', direct.bridge, direct.bare, 'before'),
        row('Grok’s last byte → shown', direct.bridge, direct.bare, 'after'),
        row('the same after a stream of 0.7 s', streamed.bridge, streamed.bare, 'after'),
      ],
    ),
  );
  const mine = direct.bridge.before;
  const [p50, p99] = [median(mine), percentile(mine, 0.99)];
  aim('message → Grok, p50', '≤ 5 ms', `${short(p50)} ms`, p50 <= 5);
  aim('message → Grok, p99', '≤ 25 ms', `${short(p99)} ms`, p99 <= 25);
  for (const [what, of] of [
    ['message → Grok', 'before'],
    ['Grok → shown', 'after'],
  ] as const) {
    const ratio = median(direct.bridge[of]) / median(direct.bare[of]);
    aim(`${what}, p50`, '≤ 2 × the bare bot', `${short(ratio)} ×`, ratio <= 2);
  }
  await costs(bridge);
}

async function costs(bridge: Contestant): Promise<void> {
  const questions = 50;
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

async function fullLoad(bridge: Contestant, bare: Contestant): Promise<void> {
  const prompts = load.users * load.each;
  const bullmq = await stage.child('./bare-bullmq.ts');
  const queue = await stage.child('./queue-alone.ts');
  const per = { bridge: [] as Round[], bare: [] as Round[] };
  const jobs: number[] = [];
  const alone: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const mine = await answerAll(bridge, load);
    const base = await answerAll(bare, load);
    const { tookMs: jobsMs } = await bullmq.ask('run', prompts, tookSchema);
    const shape = { prompts, conversations: load.users };
    const { tookMs: queueMs } = await queue.ask('run', shape, tookSchema);
    // The first round warms up.
    if (round === 0) continue;
    per.bridge.push(mine);
    per.bare.push(base);
    jobs.push((prompts / jobsMs) * 1000);
    alone.push((prompts / queueMs) * 1000);
  }
  const rates = (all: readonly Round[]) => all.map(({ perSecond }) => perSecond);
  const cpu = (all: readonly Round[]) => spread(all.map(({ cpuMs }) => cpuMs));
  const [mine, base] = [rates(per.bridge), rates(per.bare)];
  const overBare = ratios(mine, base);
  const overJobs = ratios(mine, jobs);
  const queueOverJobs = ratios(alone, jobs);
  report.add(
    `### Full load (${prompts} prompts of ${load.users} people, median of ${rounds} rounds and their range)`,
    table(
      ['', 'prompts/s', 'CPU of the bot, ms/prompt', 'of the bare bot', 'of bare BullMQ'],
      [
        ['bridge, whole path', spread(mine), cpu(per.bridge), spread(overBare), spread(overJobs)],
        ['bare bot', spread(base), cpu(per.bare), '1', spread(ratios(base, jobs))],
        ['queues of the bridge alone', spread(alone), '', '', spread(queueOverJobs)],
        ['bare BullMQ, add + process', spread(jobs), '', '', '1'],
      ],
    ),
  );
  const atLeast = (what: string, of: string, all: readonly number[]) =>
    aim(what, `≥ 0.5 × ${of}`, `${spread(all)} ×`, median(all) >= 0.5);
  atLeast('throughput, whole path', 'the bare bot', overBare);
  atLeast('throughput, whole path', 'bare BullMQ', overJobs);
  atLeast('throughput, queues alone', 'bare BullMQ', queueOverJobs);
}

async function backlog(): Promise<void> {
  const queue = await stage.child('./queue-alone.ts');
  const sizes = [1000, 5000, 20_000];
  const rows: string[][] = [];
  const perPrompt: number[] = [];
  await queue.ask('pileUp', { prompts: 1000, conversations: 250 }, pileSchema);
  for (const prompts of sizes) {
    const conversations = prompts / 4;
    const measured = await queue.ask('pileUp', { prompts, conversations }, pileSchema);
    const { enqueueMs, drainMs, bytes } = measured;
    perPrompt.push((enqueueMs + drainMs) / prompts);
    rows.push([
      `${short(prompts)} prompts in ${short(conversations)} conversations`,
      short((prompts / enqueueMs) * 1000),
      short((prompts / drainMs) * 1000),
      short((bytes / 2 ** 20 / prompts) * 10_000),
    ]);
  }
  report.add(
    '### What waits (queues alone, prompts of 300 characters)',
    table(['', 'put in, /s', 'drained, /s', 'Redis, MB per 10,000'], rows),
  );
  const growth = (perPrompt.at(-1) ?? NaN) / (perPrompt[1] ?? NaN);
  const what = 'cost of a prompt, 20,000 waiting beside 5,000';
  aim(what, '≤ 1.5 ×', `${short(growth)} ×`, growth <= 1.5);
}

async function streams(): Promise<void> {
  const measured: [string, Streams][] = [];
  await using bridge = await stage.bridge(telegram, { WORKER_CONCURRENCY: '500' });
  await streamToMany(bridge, stage, { streams: 50, chunkDelayMs: 50 });
  for (const streams of [200, 500]) {
    measured.push([
      `${streams}`,
      await streamToMany(bridge, stage, { streams, chunkDelayMs: 100 }),
    ]);
  }
  report.add(
    '### Streams at once',
    table(
      ['streams', 'finals', 'previews', 'last byte → shown p50, ms', 'p99', 'all shown after, s'],
      measured.map(([name, all]) => [
        name,
        String(all.finals),
        String(all.previews),
        short(all.afterP50),
        short(all.afterP99),
        short(all.longestMs / 1000),
      ]),
    ),
  );
  const missed = measured.reduce((sum, [, all]) => sum + all.streams - all.finals, 0);
  aim('finals missed of 500 streams at once', '0', String(missed), missed === 0);
}
