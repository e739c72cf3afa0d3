import type { Clock } from '../clock.ts';
import { BridgeError, type ErrorCode, isBridgeError } from '../errors.ts';
import { noTracing, type SpanFacts, type Tracing } from '../tracing.ts';
import { type Answer, attempt, type AttemptOptions, type Refused } from './attempt.ts';
import type { InferenceClass } from './classify.ts';
import type { GrokClient } from './client.ts';
import { draw } from './draw.ts';
import { leftOut, plainRequest, RefusedExtras, withoutRefused } from './extras.ts';
import { abortError, refusalError, slugIn } from './failure.ts';
import { redact } from './redact.ts';
import type { GrokRequest } from './request.ts';
import type { Refusal, StampedToken, TokenSession, TokenSource } from './token-source.ts';
import { Watchdog } from './watchdog.ts';

export interface GrokOptions {
  readonly client: GrokClient;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  readonly onFailure?: (failure: FailureReport) => void;
  readonly tracing?: Tracing;
  /** The longest silence of the API; default 300 s. */
  readonly idleMs?: number;
}

/** One failed attempt, for metrics and logs; nothing in it is secret. */
export interface FailureReport {
  readonly prompt: string;
  /** `transient` for a connection that failed or broke. */
  readonly class: InferenceClass;
  /** The API's status; `null` when there was none. */
  readonly status: number | null;
  readonly slug: string | null;
  /** What the API said, redacted, or what befell the connection. */
  readonly text: string;
  /** Which token was refused. */
  readonly credential: string;
  readonly generation: number;
}

export interface AnswerOptions {
  /** All of the answer so far, after each piece; it may begin anew. */
  readonly onText?: (text: string) => void;
  /** Grok works on the answer, which costs from then on; what it has cost, once that is said. */
  readonly onWork?: AttemptOptions['onWork'];
  readonly signal: AbortSignal;
  /** From the call to the last byte, waits for a token included. Default: none. */
  readonly deadlineMs?: number;
}

/** However the refusals follow each other. */
const mostSends = 8;
const ofTheCredential: ReadonlySet<InferenceClass> = new Set([
  'bad-credentials',
  'no-credentials',
  'invalid-api-key',
  'quota',
  'entitlement',
  'rate-limited',
]);
const transientCodes: readonly ErrorCode[] = ['GROK_UNAVAILABLE', 'GROK_INCOMPLETE'];

/**
 * Gets answers: takes a token, sends, and lets the token source say what follows a refusal of it.
 * What helps within one call is done here; a later try is the caller's.
 */
export class Grok {
  readonly #options: GrokOptions;
  readonly #extras = new RefusedExtras();

  constructor(options: GrokOptions) {
    this.#options = options;
  }

  /**
   * @throws BridgeError of a `GROK_*` code; CREDENTIAL_WAIT when no token can serve; DEADLINE_PASSED;
   * on abort the `BridgeError` that is the signal's reason, else STOPPED. What had come of the
   * answer by then was given to `onText`.
   */
  async answer(request: GrokRequest, options: AnswerOptions): Promise<Answer> {
    const { client, clock, tokens } = this.#options;
    using deadline = new Watchdog(clock, options.deadlineMs ?? Infinity, () => {
      return new BridgeError('DEADLINE_PASSED', `no answer within ${options.deadlineMs} ms`);
    });
    const signal = AbortSignal.any([options.signal, deadline.signal]);
    const { prompt, conversation, model } = request;
    const taken = client.takesExtras ? request : plainRequest(request);
    const first = this.#extras.spare(taken, clock.now());
    const session = tokens.begin({ conversation, model, prompt });
    const call = new Call(this.#options, session, { ...options, signal }, this.#extras);
    try {
      return await call.answer(first, request);
    } catch (error) {
      if (signal.aborted) throw abortError(signal);
      throw error;
    }
  }
}

/** One question on its way to its answer. */
class Call {
  readonly #options: GrokOptions;
  readonly #session: TokenSession;
  readonly #asked: AnswerOptions;
  readonly #extras: RefusedExtras;
  #shortened = false;
  #repeated = false;

  constructor(
    options: GrokOptions,
    session: TokenSession,
    asked: AnswerOptions,
    extras: RefusedExtras,
  ) {
    this.#options = options;
    this.#session = session;
    this.#asked = asked;
    this.#extras = extras;
  }

  /** `asked`: what was wanted at first, for what the answer says that it does without. */
  async answer(first: GrokRequest, asked: GrokRequest): Promise<Answer> {
    const { tracing = noTracing } = this.#options;
    let request = first;
    for (let sends = 1; ; sends += 1) {
      const token = await tracing.span('token', {}, async () =>
        this.#session.acquire(this.#asked.signal),
      );
      const { credential, generation } = token;
      const facts = { model: request.model, send: sends, credential, generation };
      const sending = request;
      const result = await tracing.span('grok', { kind: 'client', facts }, async () => {
        const sent = await this.#send(sending, token);
        tracing.set(sent.kind === 'answered' ? { class: 'ok' } : factsOf(sent.refusal));
        return sent;
      });
      if (result.kind === 'answered') {
        const without = leftOut(asked, sending);
        return without.length === 0 ? result.answer : { ...result.answer, without };
      }
      const { refusal } = result;
      const next = await tracing.span('refused', { facts: factsOf(refusal) }, async () =>
        this.#afterRefusal(sending, token, refusal),
      );
      if (next === undefined || sends === mostSends) throw this.#error(result.refusal);
      request = next;
    }
  }

  async #send(request: GrokRequest, token: StampedToken) {
    const { client, clock, idleMs = 300_000 } = this.#options;
    const { onText = () => {}, onWork = () => {}, signal } = this.#asked;
    const onAccepted = () => this.#session.accepted(token);
    try {
      const options = { clock, idleMs, onText, onAccepted, onWork };
      const once = request.isPicture === true ? draw : attempt;
      return await once(client, request, token.secret, options, signal);
    } catch (error) {
      if (isBridgeError(error, ...transientCodes) && !signal.aborted) {
        const report = { class: 'transient', status: null, slug: null } as const;
        this.#report(request, token, { ...report, text: error.message });
      }
      throw error;
    }
  }

  /** @returns what to send next; nothing, if the refusal is the end of it. */
  async #afterRefusal(
    request: GrokRequest,
    token: StampedToken,
    refused: Refused,
  ): Promise<GrokRequest | undefined> {
    const { verdict, status } = refused;
    const text = redact(verdict.message);
    this.#report(request, token, { class: verdict.class, status, slug: slugIn(verdict), text });
    if (ofTheCredential.has(verdict.class)) {
      const advice = await this.#session.refused(token, refusalOf(refused), this.#asked.signal);
      if (advice === 'again') return request;
      if (advice === 'give-up' || verdict.class === 'invalid-api-key') return undefined;
      throw new BridgeError('CREDENTIAL_WAIT', `no credential can serve after ${verdict.class}`);
    }
    if (verdict.class === 'context-too-long' && !this.#shortened && request.history.length > 0) {
      this.#shortened = true;
      return { ...request, history: newerHalf(request.history) };
    }
    if (verdict.class === 'stale-reasoning' && !this.#repeated) {
      this.#repeated = true;
      return request;
    }
    const without = withoutRefused(request, verdict);
    if (without !== undefined) this.#extras.note(request, without, this.#options.clock.now());
    return without;
  }

  #error({ verdict, status }: Refused): BridgeError {
    return refusalError(verdict, status, this.#options.clock.now());
  }

  #report(
    { prompt }: GrokRequest,
    { credential, generation }: StampedToken,
    what: Pick<FailureReport, 'class' | 'status' | 'slug' | 'text'>,
  ): void {
    this.#options.onFailure?.({ prompt, credential, generation, ...what });
  }
}

function factsOf({ verdict, status }: Refused): SpanFacts {
  return { class: verdict.class, ...(status === null ? {} : { status }) };
}

function refusalOf({ verdict, status, streamed }: Refused): Refusal {
  const { retryAfterMs, resetAtMs } = verdict;
  return {
    class: verdict.class,
    status,
    streamed,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(resetAtMs === undefined ? {} : { resetAtMs }),
  };
}

function newerHalf<T>(history: readonly T[]): readonly T[] {
  return history.slice(Math.ceil(history.length / 2));
}
