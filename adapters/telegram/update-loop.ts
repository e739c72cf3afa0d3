import { z } from 'zod';

import { BridgeError, type Clock, type Logger } from '#port';

import { Backoff } from './backoff.ts';
import { ask, type Answer, type ApiSignal } from './bot-api.ts';
import { withComments } from './forwards.ts';
import { handOver } from './hand-over.ts';
import { tokenRejected } from './identity.ts';
import { readSafely, type Ears, type ReadUpdate } from './update-reading.ts';
import { updateSchema } from './update-schema.ts';

export interface PollTimes {
  /** How long Telegram may hold a poll that has nothing to tell; it allows 50 at most. */
  readonly holdSeconds: number;
  /** When a poll that has not come back is given up: Telegram has left some open for ever. */
  readonly deadlineMs: number;
  /** When nothing but silence makes us give up: a new process may get through. */
  readonly giveUpMs: number;
}

export const pollTimes: PollTimes = { holdSeconds: 25, deadlineMs: 35_000, giveUpMs: 300_000 };

export interface UpdateSource {
  /** `getUpdates` from `offset` on. */
  poll(offset: number, holdSeconds: number, signal: ApiSignal): Promise<unknown>;
  readonly read: ReadUpdate;
  /** Makes connections of its own for the polls from now on: the ones before may lead nowhere. */
  renew(): void;
}

export interface UpdateLoopTools {
  readonly clock: Clock;
  readonly log: Logger;
  readonly times: PollTimes;
  /** Called after each poll: whether it has come back as it should. */
  readonly polled: (well: boolean) => void;
}

const pace = { firstMs: 500, longestMs: 8_000 };
/** After a 409: another poller comes and goes, or somebody has to act. */
const conflictPauseMs = 3_000;

/**
 * Fetches updates and hands them over until the signal aborts. Asking with an offset confirms all
 * before it (https://core.telegram.org/bots/api#getupdates), so the offset moves on only when the
 * whole batch has been taken; what is fetched twice, the intake knows.
 * A poll that meets silence is given up and made anew on a new connection; an answer of any kind,
 * and a connection that is refused, are not silence.
 * @throws {BridgeError} `PLATFORM_TOKEN_REJECTED`, or `PLATFORM_UNREACHABLE` after `giveUpMs` of silence
 */
export async function runUpdateLoop(
  source: UpdateSource,
  ears: Ears,
  tools: UpdateLoopTools,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log, times } = tools;
  const backoff = new Backoff(clock, pace);
  let offset = 0;
  let isUp = false;
  let silentSinceMs: number | undefined;
  while (!signal.aborted) {
    const askedAtMs = clock.monotonic();
    const answer = await ask(
      async (either) => {
        // A first poll that does not wait tells at once whether we are heard.
        const holdSeconds = isUp ? times.holdSeconds : 0;
        return batchSchema.parse(await source.poll(offset, holdSeconds, either));
      },
      times.deadlineMs,
      signal,
    );
    if (signal.aborted) return;
    isUp = answer.kind === 'ok';
    tools.polled(isUp);
    if (answer.kind !== 'ok') {
      if (answer.kind === 'refused' && answer.code === 401) throw tokenRejected(answer.code);
      if (backoff.isFresh) log.warn(...reportOf(answer));
      const isSilence = answer.kind === 'lost' && answer.isSilence === true;
      silentSinceMs = isSilence ? (silentSinceMs ?? askedAtMs) : undefined;
      if (silentSinceMs !== undefined) {
        if (clock.monotonic() - silentSinceMs >= times.giveUpMs) throw silent(times.giveUpMs);
        source.renew();
      }
      await backoff.wait(signal, pauseAfter(answer));
      continue;
    }
    if (!backoff.isFresh) log.info('updates are coming again');
    backoff.reset();
    silentSinceMs = undefined;
    const batch = answer.result;
    const heard = batch.flatMap((update) => readSafely(update, source.read, log) ?? []);
    if (!(await handOver(withComments(heard), { ears, clock, log }, signal))) return;
    offset = batch.reduce((next, { update_id: id }) => Math.max(next, id + 1), offset);
  }
}

const batchSchema = z.array(updateSchema);

function silent(giveUpMs: number): BridgeError {
  return new BridgeError(
    'PLATFORM_UNREACHABLE',
    `Telegram has not answered getUpdates for ${Math.round(giveUpMs / 1_000)} s, on several ` +
      'connections. The process ends so that its supervisor starts a new one; check the network.',
  );
}

type Failure = Exclude<Answer<unknown>, { kind: 'ok' }>;

function pauseAfter(failure: Failure): number {
  if (failure.kind !== 'refused') return 0;
  return failure.retryAfterMs ?? (failure.code === 409 ? conflictPauseMs : 0);
}

/** Logged once, until updates come again. */
function reportOf(failure: Failure): [object, string] {
  if (failure.kind !== 'refused') return [{ why: failure.why }, 'no updates, trying again'];
  const { code, description } = failure;
  if (code !== 409) return [{ code, description }, 'no updates, trying again'];
  const todo = description.includes('webhook')
    ? 'a webhook is set for this bot: remove it with deleteWebhook, or use another bot'
    : 'another program polls with this token: stop it, or use another bot';
  return [{ code, description, todo }, 'no updates, somebody else has them'];
}
