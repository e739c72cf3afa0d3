import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';

import { freePort } from '../redis-server.ts';

/** What the token endpoint does with one request. `lost-*`: the connection is cut without an answer. */
export type Behaviour =
  | { kind: 'ok'; withoutRefreshToken?: boolean }
  | { kind: 'lost-before' }
  | { kind: 'lost-after' }
  | { kind: 'status'; status: number; body: string; headers?: Record<string, string> };

/**
 * An authorization server as strict as RFC 6819 section 5.2.2.3 allows: every refresh token is good
 * once, a second use revokes the family. It counts what the credential service must keep at one.
 */
export class TokenServer implements AsyncDisposable {
  readonly port: number;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  /** Sends by refresh token, refused ones included. */
  readonly sends = new Map<string, number>();
  /** Those of them that were not plainly refused without rotating anything. */
  readonly unanswered = new Map<string, number>();
  /** Which refresh token was handed out beside which access token. */
  readonly pairs = new Map<string, string>();
  /** What the next requests meet; `ok` when empty. */
  readonly plan: Behaviour[] = [];
  /** Awaited by every token request after it was counted. */
  hold: Promise<void> = Promise.resolve();
  lifeS = 21_600;
  /** Whether the newest spent refresh token is answered once more, with what it was answered before. */
  forgiving = false;
  reuses = 0;
  revoked = false;
  form: URLSearchParams | null = null;
  #arrived: (() => void)[] = [];
  #current: { access: string; refresh: string };
  #family = 0;
  /** The newest of those that were spent. */
  #last = '';
  /** Spent refresh tokens, by the family they belong to. */
  readonly #spent = new Map<string, number>();

  private constructor(port: number) {
    this.port = port;
    this.#current = this.#mint();
  }

  static async start(): Promise<TokenServer> {
    const server = new TokenServer(await freePort());
    server.#server.listen(server.port, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get tokens(): { access: string; refresh: string } {
    return this.#current;
  }

  get totalSends(): number {
    return [...this.sends.values()].reduce((sum, count) => sum + count, 0);
  }

  /** A sign-in by hand: a new family. */
  signIn(): { access: string; refresh: string } {
    this.#current = this.#mint();
    this.revoked = false;
    this.#family += 1;
    this.reuses = 0;
    return this.#current;
  }

  /** Forgets what was counted and planned. */
  reset(): void {
    for (const counted of [this.sends, this.unanswered, this.pairs]) counted.clear();
    this.plan.length = 0;
    this.reuses = 0;
    this.hold = Promise.resolve();
  }

  /** As if the running access token had ended early: the API refuses it from now on. */
  expireAccess(): void {
    this.#current = { ...this.#current, access: `gone-${randomUUID()}` };
  }

  accepts(access: string): boolean {
    return !this.revoked && access === this.#current.access;
  }

  /** Resolves when the next token request has arrived. */
  async arrival(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#arrived.push(resolve);
    await promise;
  }

  /** Cuts every connection. */
  dropAll(): void {
    this.#server.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.startsWith('/.well-known') === true) {
      const { issuer } = this;
      json(response, 200, { issuer, token_endpoint: `${issuer}/oauth2/token` });
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    this.form = new URLSearchParams(Buffer.concat(chunks).toString());
    const refresh = this.form.get('refresh_token') ?? '';
    this.sends.set(refresh, (this.sends.get(refresh) ?? 0) + 1);
    const behaviour: Behaviour = this.plan.shift() ?? { kind: 'ok' };
    for (const arrived of this.#arrived.splice(0)) arrived();
    await this.hold;
    if (!isRefusal(behaviour)) {
      this.unanswered.set(refresh, (this.unanswered.get(refresh) ?? 0) + 1);
    }
    switch (behaviour.kind) {
      case 'lost-before':
        request.socket.destroy();
        return;
      case 'status':
        response.writeHead(behaviour.status, behaviour.headers ?? {}).end(behaviour.body);
        return;
      case 'lost-after':
        this.#rotate(refresh);
        request.socket.destroy();
        return;
      case 'ok': {
        const minted = this.#rotate(refresh);
        if (minted === null) {
          json(response, 400, { error: 'invalid_grant', error_description: 'revoked' });
          return;
        }
        json(response, 200, {
          access_token: minted.access,
          ...(behaviour.withoutRefreshToken === true ? {} : { refresh_token: minted.refresh }),
          expires_in: this.lifeS,
          token_type: 'Bearer',
        });
      }
    }
  }

  #mint(): { access: string; refresh: string } {
    const made = mint();
    this.pairs.set(made.access, made.refresh);
    return made;
  }

  #rotate(refresh: string): { access: string; refresh: string } | null {
    if (this.forgiving && refresh === this.#last) return this.#current;
    if (this.#spent.get(refresh) === this.#family) {
      this.reuses += 1;
      this.revoked = true;
    }
    if (this.revoked || refresh !== this.#current.refresh) return null;
    this.#spent.set(refresh, this.#family);
    this.#last = refresh;
    this.#current = this.#mint();
    return this.#current;
  }
}

function mint(): { access: string; refresh: string } {
  return { access: `at-canary-${randomUUID()}`, refresh: `rt-canary-${randomUUID()}` };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** A 4xx, or a 5xx with an OAuth error in it. */
function isRefusal(behaviour: Behaviour): boolean {
  if (behaviour.kind !== 'status') return false;
  return behaviour.status < 500 ? behaviour.status >= 400 : behaviour.body.includes('"error":"');
}
