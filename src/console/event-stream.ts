import type { FastifyReply } from 'fastify';

export interface EventStreamOptions {
  /** How many may listen at once. */
  readonly maxClients?: number;
  /** How often a silent stream says that it is alive. */
  readonly heartbeatMs?: number;
  /** Called when the first comes and when the last has gone. */
  readonly onWatched?: (isWatched: boolean) => void;
}

/** Server-sent events to a bounded number of pages; one that does not keep up is cut off, and comes again. */
export class EventStream implements Disposable {
  readonly #maxClients: number;
  readonly #onWatched: (isWatched: boolean) => void;
  readonly #clients = new Set<FastifyReply['raw']>();
  readonly #heartbeat: NodeJS.Timeout;
  #events = 0;

  constructor({ maxClients = 16, heartbeatMs = 15_000, onWatched }: EventStreamOptions = {}) {
    this.#maxClients = maxClients;
    this.#onWatched = onWatched ?? (() => undefined);
    this.#heartbeat = setInterval(() => this.#write(': alive\n\n'), heartbeatMs).unref();
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** Takes a page in, beginning with this event; answers 503 when there are enough. */
  open(reply: FastifyReply, event: string, data: unknown): void {
    if (this.#clients.size >= this.#maxClients) {
      void reply
        .code(503)
        .header('retry-after', '10')
        .send({ error: `${this.#maxClients} pages are open already: close one.` });
      return;
    }
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      // Proxies such as nginx would hold the events back.
      'x-accel-buffering': 'no',
    });
    raw.write(`retry: 2000\n${this.#eventText(event, data)}`);
    raw.on('error', () => raw.destroy());
    raw.once('close', () => this.#leave(raw));
    this.#clients.add(raw);
    if (this.#clients.size === 1) this.#onWatched(true);
  }

  send(event: string, data: unknown): void {
    if (this.#clients.size > 0) this.#write(this.#eventText(event, data));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#heartbeat);
    for (const client of this.#clients) client.destroy();
  }

  #eventText(event: string, data: unknown): string {
    this.#events += 1;
    return `id: ${this.#events}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  }

  #write(text: string): void {
    for (const client of this.#clients) {
      if (client.writableLength > mostUnreadBytes) client.destroy();
      else client.write(text);
    }
  }

  #leave(client: FastifyReply['raw']): void {
    if (this.#clients.delete(client) && this.#clients.size === 0) this.#onWatched(false);
  }
}

const mostUnreadBytes = 1024 * 1024;
