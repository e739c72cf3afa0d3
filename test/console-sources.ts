import type { ConsoleSources } from '../src/console/sources.ts';

/** Sources of a console at which nothing has ever happened; any of them may be replaced. */
export function quietSources(changes: Partial<ConsoleSources> = {}): ConsoleSources {
  const always =
    <Value>(value: Value) =>
    async () =>
      Promise.resolve(value);
  return {
    about: always({ version: '1', model: 'grok', hasPlayground: false, hasQueueBoard: false }),
    checks: always([]),
    platforms: always([]),
    credentials: always([]),
    queues: always({
      prompts: 0,
      conversations: 0,
      oldestAtMs: null,
      deadLetters: 0,
      turns: [],
      closedBecause: null,
    }),
    hour: always({ minutes: [], replyMs: null, firstWordMs: null }),
    today: always({ answers: 0, tokens: 0, costUsd: 0 }),
    incidents: always([]),
    processes: always([]),
    ...changes,
  };
}
