import { z } from 'zod';

import { median, ratios, spread } from './figures.ts';
import { answerAll, type Round } from './full-load.ts';
import { type Report, table } from './report.ts';
import { type Contestant, ofEach, type Rivals, rivals, type Stage } from './stage.ts';

const load = { users: 200, each: 5 };
/** A process is at its full speed only once it has run for a while. */
const warmUps = 3;
const rounds = 9;
const tookSchema = z.object({ tookMs: z.number() });

/** Prompts per second of the whole path, beside other bots and bare BullMQ, in turns. */
export async function showFullLoad(
  report: Report,
  stage: Stage,
  bots: Rivals<Contestant>,
): Promise<void> {
  const prompts = load.users * load.each;
  const bullmq = await stage.child('./bare-bullmq.ts');
  const queue = await stage.child('./queue-alone.ts');
  const per = ofEach((): Round[] => []);
  const jobs: number[] = [];
  const alone: number[] = [];
  for (let round = 0; round < warmUps + rounds; round += 1) {
    const taken: Round[] = [];
    for (const rival of rivals) taken.push(await answerAll(bots[rival], load));
    const { tookMs: jobsMs } = await bullmq.ask('run', prompts, tookSchema);
    const shape = { prompts, conversations: load.users };
    const { tookMs: queueMs } = await queue.ask('run', shape, tookSchema);
    if (round < warmUps) continue;
    for (const [at, rival] of rivals.entries()) per[rival].push(...taken.slice(at, at + 1));
    jobs.push((prompts / jobsMs) * 1000);
    alone.push((prompts / queueMs) * 1000);
  }
  const cpu = (all: readonly Round[]) => spread(all.map(({ cpuMs }) => cpuMs));
  const rates = ofEach((rival) => per[rival].map(({ perSecond }) => perSecond));
  const overBare = ratios(rates.bridge, rates.bare);
  const overJobs = ratios(rates.bridge, jobs);
  const queueOverJobs = ratios(alone, jobs);
  const row = (name: string, rival: keyof typeof rates) => [
    name,
    spread(rates[rival]),
    cpu(per[rival]),
    rival === 'bare' ? '1' : spread(ratios(rates[rival], rates.bare)),
    spread(ratios(rates[rival], jobs)),
  ];
  report.add(
    `### Full load (${prompts} prompts of ${load.users} people, median of ${rounds} rounds and their range, after ${warmUps} more)`,
    table(
      ['', 'prompts/s', 'CPU of the bot, ms/prompt', 'of the bare bot', 'of bare BullMQ'],
      [
        row('bridge, whole path', 'bridge'),
        row('plain BullMQ, whole path', 'queued'),
        row('bare bot', 'bare'),
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
