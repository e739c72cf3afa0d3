import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { text as textOf } from 'node:stream/consumers';

import { type Clock, systemClock } from '../../src/clock.ts';
import { type AnswerOptions, type FailureReport, Grok } from '../../src/grok/answer.ts';
import { GrokClient } from '../../src/grok/client.ts';
import type { GrokRequest } from '../../src/grok/request.ts';
import type {
  Refusal,
  StampedToken,
  TokenSession,
  TokenSource,
} from '../../src/grok/token-source.ts';

type Advice = Awaited<ReturnType<TokenSession['refused']>>;

/** Hands out the secrets in order, the last one for ever, and advises as it is told. */
export class ScriptedTokens implements TokenSource {
  readonly began: { conversation: string; model: string; prompt: string }[] = [];
  readonly refusals: Refusal[] = [];
  readonly accepted: string[] = [];
  readonly #secrets: readonly string[];
  readonly #advice: readonly Advice[];

  constructor(secrets: readonly string[], advice: readonly Advice[] = []) {
    this.#secrets = secrets;
    this.#advice = advice;
  }

  begin(request: { conversation: string; model: string; prompt: string }): TokenSession {
    this.began.push(request);
    let given = 0;
    return {
      acquire: async (signal) => {
        signal.throwIfAborted();
        const generation = Math.min(given, this.#secrets.length - 1);
        given += 1;
        const secret = this.#secrets[generation] ?? '';
        return { secret, credential: 'test', epoch: 1, generation };
      },
      refused: async (_token: StampedToken, refusal: Refusal) => {
        this.refusals.push(refusal);
        return this.#advice[this.refusals.length - 1] ?? 'give-up';
      },
      accepted: ({ secret }) => {
        this.accepted.push(secret);
      },
    };
  }
}

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** An HTTP server of a test's own that notes what it is asked and answers as told. */
export class FakeServer implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly #server: Server;

  static async start(
    answer: (response: ServerResponse, asked: Asked) => void,
  ): Promise<FakeServer> {
    const fake = new FakeServer(answer);
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  private constructor(answer: (response: ServerResponse, asked: Asked) => void) {
    this.#server = createServer((request, response) => {
      void textOf(request).then((body) => {
        const { method = '', url = '', headers } = request;
        const asked = {
          method,
          url,
          headers,
          body: body === '' ? '' : (JSON.parse(body) as unknown),
        };
        this.asked.push(asked);
        answer(response, asked);
      });
    });
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return `http://127.0.0.1:${address.port}/v1`;
  }

  /** For how long; without this 5 s, as Node has it. */
  keepConnections(ms: number): void {
    this.#server.keepAliveTimeout = ms;
  }

  onConnection(heard: (socket: Socket) => void): void {
    this.#server.on('connection', heard);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Starts an event stream with these events; the caller ends it, or does not. */
export function sendEvents(response: ServerResponse, ...events: (object | string)[]): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events) {
    response.write(typeof event === 'string' ? event : `data: ${JSON.stringify(event)}\n\n`);
  }
}

export const delta = (text: string) => ({ type: 'response.output_text.delta', delta: text });

export const completed = (text: string, more: object = {}) => ({
  type: 'response.completed',
  response: {
    id: 'resp_1',
    model: 'grok-4.3',
    output: [{ type: 'message', content: [{ type: 'output_text', text, annotations: [] }] }],
    usage: { input_tokens: 3, output_tokens: 2, cost_in_usd_ticks: 5 },
    ...more,
  },
});

export const question: GrokRequest = {
  prompt: 'tg-1-7',
  conversation: 'telegram-1.42',
  author: 'telegram:99',
  model: 'grok-4.3',
  instructions: 'Be brief.',
  history: [],
  text: 'How are you?',
};

export interface AskingOptions {
  readonly api?: 'responses' | 'chat';
  readonly tokens?: ScriptedTokens;
  readonly clock?: Clock;
}

/** A client of `baseUrl` with scripted tokens, and all that it reports. */
export class Asking implements AsyncDisposable {
  readonly failures: FailureReport[] = [];
  readonly shown: string[] = [];
  readonly tokens: ScriptedTokens;
  readonly grok: Grok;
  readonly #client: GrokClient;

  constructor(baseUrl: string, options: AskingOptions = {}) {
    const { api = 'responses', tokens = new ScriptedTokens(['secret']), clock } = options;
    this.#client = new GrokClient({ baseUrl, api });
    this.tokens = tokens;
    this.grok = new Grok({
      client: this.#client,
      tokens,
      clock: clock ?? systemClock,
      onFailure: (failure) => this.failures.push(failure),
    });
  }

  /** Asks `question` with what is changed in it. */
  ask(
    changes: Partial<GrokRequest> = {},
    { signal = new AbortController().signal, ...more }: Partial<AnswerOptions> = {},
  ) {
    const onText = (text: string) => {
      this.shown.push(text);
      more.onText?.(text);
    };
    return this.grok.answer({ ...question, ...changes }, { signal, ...more, onText });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }
}
