import { telegramLimits } from '../../sandbox/telegram/rate-limits.ts';
import { short } from './figures.ts';
import { streamToMany, type Streams } from './many-streams.ts';
import { type Report, table } from './report.ts';
import type { Stage } from './stage.ts';

/** Whether every answer is shown while very many are being written. */
export async function showStreams(report: Report, stage: Stage): Promise<void> {
  const measured: [string, Streams][] = [];
  const environment = { WORKER_CONCURRENCY: '500' };
  {
    await using bridge = await stage.bridge(await stage.telegram(), environment);
    await streamToMany(bridge, stage, { streams: 50, chunkDelayMs: 50 });
    for (const streams of [200, 500]) {
      const all = await streamToMany(bridge, stage, { streams, chunkDelayMs: 100 });
      measured.push([String(streams), all]);
    }
  }
  await using bridge = await stage.bridge(await stage.telegram(telegramLimits), environment);
  const limited = await streamToMany(bridge, stage, { streams: 60, chunkDelayMs: 100 });
  measured.push(['60, with Telegram’s limits', limited]);
  report.add(
    '### Streams at once',
    table(
      [
        'streams',
        'finals',
        'previews',
        'last byte → shown p50, ms',
        'p99',
        'all shown after, s',
        '429s',
      ],
      measured.map(([name, all]) => [
        name,
        String(all.finals),
        String(all.previews),
        short(all.afterP50),
        short(all.afterP99),
        short(all.longestMs / 1000),
        String(all.refusals),
      ]),
    ),
  );
  const missed = measured.reduce((sum, [, all]) => sum + all.streams - all.finals, 0);
  report.aim('finals missed, all of these streams', '0', String(missed), missed === 0);
}
