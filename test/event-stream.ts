import { setTimeout as delay } from 'node:timers/promises';

/** One event of a stream, as a browser would see it. */
export interface ServerEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** A page that listens to server-sent events, without a browser. */
export class Listener implements AsyncDisposable {
  readonly events: ServerEvent[] = [];
  readonly response: Response;
  /** All that came, comments included. */
  raw = '';
  readonly #stop: AbortController;
  readonly #reading: Promise<void>;
  readonly #looks = new Set<() => void>();
  #isOver = false;

  static async open(url: string, headers: Record<string, string> = {}): Promise<Listener> {
    const stop = new AbortController();
    return new Listener(await fetch(url, { headers, signal: stop.signal }), stop);
  }

  private constructor(response: Response, stop: AbortController) {
    this.response = response;
    this.#stop = stop;
    this.#reading = this.#read();
  }

  /** The first event of this name (for which `holds`), past or to come. */
  async event(
    name: string,
    holds: (data: unknown) => boolean = () => true,
    timeoutMs = 10_000,
  ): Promise<ServerEvent> {
    return this.#until(
      () => this.events.find(({ event, data }) => event === name && holds(data)),
      `no “${name}”`,
      timeoutMs,
    );
  }

  /** Resolves once this text has come. */
  async text(text: string, timeoutMs = 10_000): Promise<void> {
    await this.#until(() => this.raw.includes(text) || undefined, `no “${text}”`, timeoutMs);
  }

  /** Resolves once the server has ended the stream. */
  async ended(): Promise<void> {
    await this.#until(() => this.#isOver || undefined, 'it goes on', 10_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#reading;
  }

  async #until<T>(find: () => T | undefined, what: string, timeoutMs: number): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<T>();
    const look = () => {
      const found = find();
      if (found !== undefined) resolve(found);
    };
    const over = new AbortController();
    const late = delay(timeoutMs, undefined, { signal: over.signal }).then(() => {
      throw new Error(`${what} in:\n${this.raw.slice(-4000)}`);
    });
    late.catch(() => undefined);
    this.#looks.add(look);
    look();
    try {
      return await Promise.race([promise, late]);
    } finally {
      over.abort();
      this.#looks.delete(look);
    }
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const bytes of this.response.body ?? []) {
        this.raw += decoder.decode(bytes, { stream: true });
        this.#take();
      }
    } catch {
      // Cut off, by either side.
    }
    this.#isOver = true;
    for (const look of this.#looks) look();
  }

  #take(): void {
    const blocks = this.raw.split('\n\n').slice(0, -1);
    const events = blocks.flatMap((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      const data = field('data');
      if (data === undefined) return [];
      const parsed: unknown = JSON.parse(data);
      return [{ id: field('id') ?? '', event: field('event') ?? 'message', data: parsed }];
    });
    this.events.push(...events.slice(this.events.length));
    for (const look of this.#looks) look();
  }
}
