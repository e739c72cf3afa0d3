import { z } from 'zod';

import { median, ratios, spread } from './figures.ts';
import { answerAll, type Round } from './full-load.ts';
import { type Report, table } from './report.ts';
import type { Contestant, Stage } from './stage.ts';

const load = { users: 200, each: 5 };
/** A process is at its full speed only once it has run for a while. */
const warmUps = 2;
const rounds = 5;
const tookSchema = z.object({ tookMs: z.number() });

/** Prompts per second of the whole path, beside the bare bot and bare BullMQ, in turns. */
export async function showFullLoad(
  report: Report,
  stage: Stage,
  bridge: Contestant,
  bare: Contestant,
): Promise<void> {
  const prompts = load.users * load.each;
  const bullmq = await stage.child('./bare-bullmq.ts');
  const queue = await stage.child('./queue-alone.ts');
  const per = { bridge: [] as Round[], bare: [] as Round[] };
  const jobs: number[] = [];
  const alone: number[] = [];
  for (let round = 0; round < warmUps + rounds; round += 1) {
    const mine = await answerAll(bridge, load);
    const base = await answerAll(bare, load);
    const { tookMs: jobsMs } = await bullmq.ask('run', prompts, tookSchema);
    const shape = { prompts, conversations: load.users };
    const { tookMs: queueMs } = await queue.ask('run', shape, tookSchema);
    if (round < warmUps) continue;
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
    `### Full load (${prompts} prompts of ${load.users} people, median of ${rounds} rounds and their range, after ${warmUps} more)`,
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
    report.aim(what, `≥ 0.5 × ${of}`, `${spread(all)} ×`, median(all) >= 0.5);
  atLeast('throughput, whole path', 'the bare bot', overBare);
  atLeast('throughput, whole path', 'bare BullMQ', overJobs);
  atLeast('throughput, queues alone', 'bare BullMQ', queueOverJobs);
}
