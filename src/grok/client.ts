import { OpenAI } from 'openai';
import { _iterSSEMessages } from 'openai/core/streaming';
import { Agent } from 'undici';

import { chatDialect } from './chat-dialect.ts';
import type { Dialect, Step } from './dialect.ts';
import { type Model, modelPaths, readModels } from './models.ts';
import { rawFetch, type RawRefusal, refusalIn } from './raw-fetch.ts';
import { type GrokRequest, opaque } from './request.ts';
import { responsesDialect } from './responses-dialect.ts';

export interface GrokClientOptions {
  /** With the version: `https://api.x.ai/v1`. */
  readonly baseUrl: string;
  readonly api: 'responses' | 'chat';
  readonly connectTimeoutMs?: number;
}

/** An event of the stream: what it says, and all of it as JSON for the classifier. */
export interface GrokEvent {
  readonly steps: readonly Step[];
  readonly raw: () => string;
}

export type Sent =
  | { readonly kind: 'streaming'; readonly events: AsyncIterable<GrokEvent> }
  | { readonly kind: 'refused'; readonly refusal: RawRefusal };

/**
 * How long a connection waits for the next question, unless the server says less: people take more
 * than undici's 4 s to write one. Well below what lets a connection die without a word on its way (RFC
 * 5382, REQ-5: two hours, though not every router heeds it).
 */
const keptOpenMs = 30_000;
/** How long the end of a stream may take once nobody reads it any more. */
const readOutMs = 1000;
/** Made once: an abort without a reason makes an error, with its stack, each time. */
const unread = new Error('the rest of the stream is not waited for');

/**
 * Lets a stream come to its end, which mostly follows its last event at once: only then can the next
 * request use its connection, instead of shaking hands anew. Cuts it off if that takes long. Never
 * rejects.
 */
async function readOut(messages: AsyncIterator<unknown>, reading: AbortController): Promise<void> {
  const late = setTimeout(() => reading.abort(unread), readOutMs);
  try {
    while ((await messages.next()).done !== true);
  } catch {
    // It broke, or was stopped: there is nothing left to read.
  } finally {
    clearTimeout(late);
  }
}

const failed: readonly Step[] = [{ kind: 'error' }];

/**
 * xAI's API over the openai SDK. It sends each request once, as it is told, with the token it is
 * given; nothing comes from `OPENAI_*` variables. There are no timeouts but that of connecting: the
 * signal ends a request that has gone silent.
 */
export class GrokClient implements AsyncDisposable {
  readonly #openai: OpenAI;
  readonly #dialect: Dialect;
  readonly #agent: Agent;

  constructor({ baseUrl, api, connectTimeoutMs = 10_000 }: GrokClientOptions) {
    this.#agent = new Agent({
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: connectTimeoutMs },
      keepAliveTimeout: keptOpenMs,
    });
    this.#dialect = api === 'chat' ? chatDialect : responsesDialect;
    this.#openai = new OpenAI({
      baseURL: baseUrl,
      // Never sent: each request brings its own.
      apiKey: 'none',
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      logLevel: 'off',
      maxRetries: 0,
      // The longest that a timer takes.
      timeout: 2 ** 31 - 1,
      fetch: rawFetch(this.#agent),
    });
  }

  /** Whether requests may carry an effort and search; else both are left out. */
  get takesExtras(): boolean {
    return this.#dialect.takesExtras;
  }

  /** @throws what fetch and the SDK throw, an abort included; so do the events. */
  async send(request: GrokRequest, secret: string, signal: AbortSignal): Promise<Sent> {
    const response = await this.#dialect.send(this.#openai, request, {
      headers: {
        accept: 'text/event-stream',
        authorization: `Bearer ${secret}`,
        'x-grok-conv-id': opaque('conversation', request.conversation),
      },
      signal,
    });
    const refusal = await refusalIn(response);
    if (refusal !== undefined) return { kind: 'refused', refusal };
    return { kind: 'streaming', events: this.#events(response, signal) };
  }

  /** Asks for a picture; the answer as it came, refused or not. @throws as `send` */
  async draw(
    { model, text }: GrokRequest,
    secret: string,
    signal: AbortSignal,
  ): Promise<RawRefusal> {
    const headers = { accept: 'application/json', authorization: `Bearer ${secret}` };
    const body = { model, prompt: text, n: 1, response_format: 'b64_json' };
    const path = '/images/generations';
    const response = await this.#openai.post(path, { body, headers, signal }).asResponse();
    return (await refusalIn(response)) ?? { status: 502, body: '', headers: response.headers };
  }

  /** The models that the key may use; undefined when the server does not say. @throws as `send` */
  async models(secret: string, signal: AbortSignal): Promise<readonly Model[] | undefined> {
    const headers = { accept: 'application/json', authorization: `Bearer ${secret}` };
    for (const path of modelPaths) {
      const response = await this.#openai.get(path, { headers, signal }).asResponse();
      const answer = await refusalIn(response);
      const models = answer === undefined ? undefined : readModels(answer);
      if (models !== undefined) return models;
    }
    return undefined;
  }

  async *#events(response: Response, signal: AbortSignal): AsyncGenerator<GrokEvent> {
    const reading = new AbortController();
    const abort = () => reading.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    // Below the SDK's `Stream`, which throws away what an event says that is an error or no JSON.
    const messages = _iterSSEMessages(response, reading);
    try {
      for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
        const { event, data } = next.value;
        if (data === '[DONE]') return;
        const steps = event === 'error' ? failed : this.#steps(data);
        yield { steps, raw: () => data };
      }
    } finally {
      void readOut(messages, reading).finally(() => signal.removeEventListener('abort', abort));
    }
  }

  #steps(data: string): readonly Step[] {
    let event: unknown;
    try {
      event = JSON.parse(data);
    } catch {
      return failed;
    }
    return this.#dialect.read(event);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }
}
