import { Report, machine } from './report.ts';
import { showBacklog } from './show-backlog.ts';
import { showFullLoad } from './show-full-load.ts';
import { showHandOver } from './show-hand-over.ts';
import { showLowLoad, showWarmLoad } from './show-low-load.ts';
import { showMemory } from './show-memory.ts';
import { showStreams } from './show-streams.ts';
import { Stage } from './stage.ts';

/**
 * The figures of the whole path: `npm run bench` prints them and puts them into docs/benchmarks.md.
 * Everything is on loopback and on this machine; what is compared is measured in turns, since the
 * speed of a machine changes by the minute. `npm run bench -- low full backlog streams hand-over` runs some of
 * the parts, and then leaves the document alone.
 */
const document = new URL('../../docs/benchmarks.md', import.meta.url);
const parts = process.argv.slice(2);
const wants = (part: string) => parts.length === 0 || parts.includes(part);

await using stage = await Stage.build();
const report = new Report();
report.add(await machine(stage.redis));
if (wants('low') || wants('full')) {
  await using bridge = await stage.bridge(await stage.telegram());
  await using queued = await stage.queuedBot(await stage.telegram());
  await using bare = await stage.bareBot(await stage.telegram());
  const bots = { bridge, queued, bare };
  const usage = async () => ({
    bridge: await bridge.usage(),
    queued: await queued.usage(),
    bare: await bare.usage(),
  });
  const idle = await usage();
  if (wants('low')) await showLowLoad(report, stage, bots);
  if (wants('full')) {
    await showFullLoad(report, stage, bots);
    await showWarmLoad(report, stage, bots);
  }
  showMemory(report, idle, await usage());
}
if (wants('backlog')) await showBacklog(report, stage);
if (wants('streams')) await showStreams(report, stage);
if (wants('hand-over')) await showHandOver(report, stage);
report.addAims();
if (parts.length === 0) await report.write(document, 'bench');
