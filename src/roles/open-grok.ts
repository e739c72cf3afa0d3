import { type AnswerOptions, Grok, type FailureReport } from '../grok/answer.ts';
import type { Answer } from '../grok/attempt.ts';
import { GrokClient } from '../grok/client.ts';
import type { GrokRequest } from '../grok/request.ts';
import type { TokenSource } from '../grok/token-source.ts';
import { partLog } from '../log.ts';
import type { Foundation } from './foundation.ts';
import type { OwnerNotices } from './owner-notices.ts';

export interface GrokHooks {
  /** All of the answer so far. */
  readonly onText?: (text: string) => void;
  readonly onWork?: AnswerOptions['onWork'];
  /** The API refused an attempt, or the connection failed. */
  readonly onRefusal?: () => void;
}

/** Sends one request to Grok; rejects as `Grok.answer`. */
export type Send = (request: GrokRequest, hooks: GrokHooks, signal: AbortSignal) => Promise<Answer>;

/** Puts the Grok client on a foundation: failures are counted and logged, owners told of theirs. */
export function openGrok(
  { config, metrics, clock, ...foundation }: Foundation,
  { tokens, owners }: { readonly tokens: TokenSource; readonly owners: OwnerNotices },
  stack: AsyncDisposableStack,
): Send {
  const log = partLog(foundation.log, 'grok');
  const client = stack.use(new GrokClient({ baseUrl: config.XAI_API_URL, api: config.GROK_API }));
  const asking = new Map<string, { readonly model: string; readonly onRefusal?: () => void }>();
  const grok = new Grok({
    client,
    tokens,
    clock,
    tracing: foundation.tracing,
    idleMs: config.GROK_IDLE_SECONDS * 1000,
    onFailure: (failure) => {
      metrics.apiFailures.inc({ class: failure.class });
      log.warn(failure, 'grok refused');
      const asked = asking.get(failure.prompt);
      asked?.onRefusal?.();
      tellOwners(failure, asked?.model ?? config.GROK_MODEL, owners).catch((error: unknown) => {
        log.warn({ err: error, prompt: failure.prompt }, 'owners not told');
      });
    },
  });
  return async (request, { onText, onWork, onRefusal }, signal) => {
    const { prompt, model } = request;
    asking.set(prompt, { model, ...(onRefusal === undefined ? {} : { onRefusal }) });
    log.debug({ prompt, model, exchanges: request.history.length }, 'asking grok');
    const askedAtMs = clock.monotonic();
    try {
      const answer = await grok.answer(request, {
        ...(onText === undefined ? {} : { onText }),
        ...(onWork === undefined ? {} : { onWork }),
        signal,
      });
      const { inputTokens, outputTokens } = answer.usage;
      const tookMs = Math.round(clock.monotonic() - askedAtMs);
      const facts = { model: answer.model, tookMs, inputTokens, outputTokens };
      log.debug({ prompt, ...facts }, 'grok answered');
      return answer;
    } finally {
      asking.delete(prompt);
    }
  };
}

async function tellOwners(
  { class: what }: FailureReport,
  model: string,
  owners: OwnerNotices,
): Promise<void> {
  if (what !== 'forbidden' && what !== 'model-unavailable') return;
  await owners.tell(`${what}.${model}`, (words) => words.ownerModelRefused(model, what));
}
