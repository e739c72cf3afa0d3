import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { BridgeError } from '#port';

/** The largest body that is read; Telegram's updates are some kilobytes. */
const mostBytes = 1_000_000;
const secretHeader = 'x-telegram-bot-api-secret-token';

export interface WebhookServerOptions {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  /** Takes the body of an update: whether it is safe now, and Telegram may forget it. */
  readonly take: (body: string) => Promise<boolean>;
}

/**
 * Where Telegram posts updates. Answers 200 once an update is safe, 503 when it is not (Telegram
 * then repeats it), 401 to whoever does not know the secret.
 */
export class WebhookServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #options: WebhookServerOptions;
  readonly #underWay = new Set<Promise<void>>();

  private constructor(options: WebhookServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      const answering = this.#answer(request, response).catch(() => void response.destroy());
      this.#underWay.add(answering);
      void answering.finally(() => this.#underWay.delete(answering));
    });
  }

  /** @throws {BridgeError} `CONFIG_INVALID` when the address cannot be listened on */
  static async listen(options: WebhookServerOptions): Promise<WebhookServer> {
    const webhook = new WebhookServer(options);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    webhook.#server.once('error', reject);
    webhook.#server.listen(options.port, options.host, resolve);
    try {
      await promise;
    } catch (error) {
      const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      throw new BridgeError(
        'CONFIG_INVALID',
        `The webhook cannot listen on ${options.host}:${options.port} (${why}). Correct ` +
          'TELEGRAM_WEBHOOK_HOST and TELEGRAM_WEBHOOK_PORT, or end what listens there.',
      );
    }
    return webhook;
  }

  /** Where it listens: of use when it was told to take any. */
  get port(): number {
    const address = this.#server.address();
    return address === null || typeof address === 'string' ? 0 : address.port;
  }

  /** Takes no more updates; those under way are answered. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    this.#server.closeIdleConnections();
    await Promise.all(this.#underWay);
    this.#server.closeAllConnections();
    await closed.promise;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const status = await this.#statusFor(request);
    if (status === undefined) return void response.destroy();
    response.writeHead(status).end();
  }

  /** Undefined when nothing whole came. */
  async #statusFor(request: IncomingMessage): Promise<number | undefined> {
    if (request.method !== 'POST') return 405;
    if (!sameText(String(request.headers[secretHeader] ?? ''), this.#options.secret)) return 401;
    const parts: Buffer[] = [];
    let bytes = 0;
    for await (const part of request) {
      // A request without an encoding yields buffers.
      const buffer = part as Buffer;
      bytes += buffer.length;
      if (bytes > mostBytes) return undefined;
      parts.push(buffer);
    }
    return (await this.#options.take(Buffer.concat(parts).toString('utf8'))) ? 200 : 503;
  }
}

/** Takes as long for every text: what is compared are digests of one length. */
function sameText(given: string, wanted: string): boolean {
  const [left, right] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}
