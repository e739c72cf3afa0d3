import { percentile } from './figures.ts';
import { answer, type Contestant, preciseNow, type Stage } from './stage.ts';

export interface Streams {
  readonly streams: number;
  /** Answers shown whole; the others never came. */
  readonly finals: number;
  /** Edits of answers before their last one. */
  readonly previews: number;
  /** Grok's last byte → the answer is shown, in milliseconds. */
  readonly afterP50: number;
  readonly afterP99: number;
  readonly longestMs: number;
  /** Times that Telegram asked for a pause. */
  readonly refusals: number;
}

/** As many people as streams ask at once; Grok writes to all of them at the same time. */
export async function streamToMany(
  { telegram }: Contestant,
  { xai }: Stage,
  { streams, chunkDelayMs }: { streams: number; chunkDelayMs: number },
): Promise<Streams> {
  xai.configure({ firstChunkDelayMs: 300, chunkDelayMs });
  const firstRequest = telegram.requests.length;
  const firstAnswer = xai.requestCount;
  const users = Array.from({ length: streams }, (_, n) => telegram.createUser(`Person ${n}`));
  const saidAt = preciseNow();
  for (const user of users) telegram.say({ user, chat: user, text: `Tell me more, says ${user}.` });

  const shownAt = new Map<number, number>();
  const look = () => {
    for (const user of users) {
      if (shownAt.has(user)) continue;
      if (telegram.messages(user).some(({ text }) => text === answer)) {
        shownAt.set(user, preciseNow());
      }
    }
    return shownAt.size === streams;
  };
  await telegram.waitFor(look, { timeoutMs: 60_000 }).catch(() => undefined);
  xai.configure({ firstChunkDelayMs: 0, chunkDelayMs: 0 });

  const ended = new Map<string, number>();
  for (const { inputs, endedAt } of xai.requests.slice(firstAnswer - xai.requestCount)) {
    if (endedAt !== undefined) ended.set(inputs.at(-1) ?? '', endedAt);
  }
  const after = [...shownAt].map(
    ([user, at]) => at - (ended.get(`Tell me more, says ${user}.`) ?? NaN),
  );
  const edits = users.map((user) =>
    telegram.messages(user).reduce((sum, { edits: all }) => sum + all.length, 0),
  );
  return {
    streams,
    finals: shownAt.size,
    previews: edits.reduce((sum, all) => sum + Math.max(0, all - 1), 0),
    afterP50: percentile(after, 0.5),
    afterP99: percentile(after, 0.99),
    longestMs: Math.max(...shownAt.values()) - saidAt,
    refusals: telegram.requests.slice(firstRequest).filter(({ status }) => status === 429).length,
  };
}
