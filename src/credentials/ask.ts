import { isBridgeError } from '../errors.ts';
import type { ExchangeParts, Won } from './exchange-parts.ts';
import type { Heartbeat } from './heartbeat.ts';
import { openToken } from './minted.ts';
import { type TokenAnswer, postForm } from './token-endpoint.ts';
import { type Verdict, judge } from './verdict.ts';

/** Posts until there is an answer that decides, at most `retries` times more than once. */
export async function ask(
  parts: ExchangeParts,
  won: Won,
  endpoint: URL,
  heart: Heartbeat,
): Promise<{ verdict: Verdict; askedAtMs: number }> {
  const { clock, limits, ring, random, classify } = parts;
  const { name } = won.fence;
  const clientId = won.record.clientId === '' ? parts.clientId : won.record.clientId;
  const form = {
    grant_type: 'refresh_token',
    refresh_token: openToken(ring, name, won.record, 'rt'),
    ...(clientId === undefined ? {} : { client_id: clientId }),
  };
  let firstMs: number | null = null;
  for (let tries = 0; ; tries += 1) {
    const sentAtMs = await leave(parts, won).catch(unsent);
    if (sentAtMs === null) {
      return { verdict: { kind: 'not-sent', code: 'no-leave' }, askedAtMs: 0 };
    }
    heart.sent(sentAtMs);
    firstMs ??= clock.monotonic();
    const deadlineMs = limits.exchangeMs - (clock.monotonic() - firstMs);
    parts.onEvent({
      credential: name,
      kind: 'send',
      reason: won.reason,
      generation: won.record.generation,
    });
    const spans = { connectMs: limits.connectMs, deadlineMs };
    const answer = await postForm(endpoint, form, spans, clock);
    await write(parts, won, answer, sentAtMs);
    const verdict = judge(answer, classify);
    const again =
      verdict.kind === 'not-sent' || (verdict.kind === 'refused' && verdict.class === 'transient');
    const asked = verdict.kind === 'refused' ? verdict.retryAfterMs : null;
    const waitMs = asked ?? 200 + 1800 * random() * (tries + 1) * 0.5;
    const inTime = clock.monotonic() - firstMs + waitMs < limits.retryWindowMs;
    if (!again || tries >= limits.retries || !inTime) return { verdict, askedAtMs: sentAtMs };
    await clock.sleep(waitMs);
  }
}

/** Records the send; when it may go ahead, the time of it by Redis' clock. */
async function leave(parts: ExchangeParts, won: Won): Promise<number | null> {
  const { clock, store, limits, durable, time, losses } = parts;
  for (let tries = 0; tries < 3; tries += 1) {
    if (losses() !== won.losses) return null;
    // Taken first: a process may stand still before it reads that its intent was written, too.
    const wall = clock.now();
    const monotonic = clock.monotonic();
    const sentAtMs = await store.sent(won.fence);
    if (sentAtMs === null) return null;
    if (!(await durable().catch(() => false))) return null;
    if (!(await isMarked(parts, won))) return null;
    const tookMs = clock.monotonic() - monotonic;
    if (losses() !== won.losses) return null;
    const driftMs = Math.abs(clock.now() - wall - tookMs);
    if (tookMs <= limits.sentToWriteMs && driftMs <= limits.sentToWriteMs) return time.now();
  }
  return null;
}

/** Notes the send on disk. Where that fails, only a refresh that somebody waits for goes on. */
async function isMarked(parts: ExchangeParts, won: Won): Promise<boolean> {
  try {
    await won.spill?.markSent(won.record.refreshPrint);
    return true;
  } catch (error) {
    alert(parts, won, `the send could not be noted on disk: ${messageOf(error)}`);
    return won.reason !== 'proactive';
  }
}

/** Puts an answer with tokens in it on disk before anything else looks at it. */
async function write(
  parts: ExchangeParts,
  won: Won,
  answer: TokenAnswer,
  mintedAtMs: number,
): Promise<void> {
  if (answer.kind !== 'answered' || answer.status >= 300) return;
  try {
    await won.spill?.answer({ mintedAtMs, reason: won.reason, answer: answer.body });
  } catch (error) {
    alert(parts, won, `the answer could not be written to disk: ${messageOf(error)}`);
  }
}

// A step that failed before the request is a request that did not leave.
function unsent(error: unknown): null {
  if (isBridgeError(error, 'REDIS_UNREACHABLE')) return null;
  throw error;
}

function alert(parts: ExchangeParts, won: Won, what: string): void {
  parts.onEvent({ credential: won.fence.name, kind: 'alert', what });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
