import type { Adapter, Incoming, Intake } from '../../src/chat/port.ts';
import type { Place, PlatformFault, Stage } from './adapter-stage.ts';
import { MemoryPlatform } from './memory-platform.ts';

/** The platform in memory, with people on it: shows that the contract of adapters can be kept. */
export class MemoryStage implements Stage {
  readonly #platform = new MemoryPlatform({ maxChars: 500, takesFiles: true });
  readonly #untaken: Incoming[] = [];
  #news = Promise.withResolvers<void>();
  #said = 0;
  #listeners = 0;

  readonly wrongToken = {
    key: 'MEMORY_TOKEN',
    adapter: (): Adapter => this.#adapter('wrong'),
  };

  readonly group = {
    mutter: async (text: string) => this.#hear('group', text, { isAddressed: false }),
    reply: async (messageId: string, text: string) => {
      const said = this.#platform.messages.find(({ id }) => id === messageId);
      this.#hear('group', text, { chain: [{ text: said?.text ?? '', isOurs: true }] });
    },
    asBot: async (text: string) => this.#hear('group', text, { fromBot: true }),
    command: async (name: string, rest: string) =>
      this.#hear('group', `/${name} ${rest}`, { refusal: 'here' }),
  };

  readonly paceMs = { private: 1_200, group: 1_200 };

  readonly faults = {
    inject: (call: 'post' | 'edit', fault: PlatformFault) =>
      void this.#platform.faults[call].push(fault),
    remove: (_: Place, messageId: string) => this.#platform.remove(messageId),
  };

  adapter(): Adapter {
    return this.#adapter('right');
  }

  async say(place: Place, text: string): Promise<void> {
    this.#hear(place, text);
  }

  async forward(texts: readonly string[]): Promise<void> {
    const part = { kind: 'forward' } as const;
    for (const text of texts) this.#hear('private', '', { part, forwarded: [{ text }] });
  }

  shown(place: Place): readonly string[] {
    return this.#platform.texts(place);
  }

  files(place: Place) {
    return this.#platform.messages
      .filter(({ address }) => address === place)
      .flatMap(({ file }) => (file === undefined ? [] : [file]))
      .map(({ name, bytes }) => ({ name, text: Buffer.from(bytes).toString() }));
  }

  connections(): number {
    return this.#listeners;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #hear(place: Place, text: string, more: Partial<Incoming> = {}): void {
    this.#said += 1;
    this.#untaken.push({
      id: `mem-${this.#said}`,
      conversation: place,
      address: place,
      author: { id: 'memory:ann', name: 'Ann' },
      fromBot: false,
      isPrivate: place !== 'group',
      isAddressed: true,
      places: [`memory:chat:${place}`],
      text,
      ...more,
    });
    this.#news.resolve();
  }

  #adapter(token: 'right' | 'wrong'): Adapter {
    const platform = this.#platform;
    let account = '';
    return {
      get account() {
        if (account === '') throw new Error('not connected');
        return account;
      },
      displayName: 'memory bot',
      maxChars: platform.maxChars,
      takesFiles: platform.takesFiles,
      knowsNonces: true,
      measure: (text) => platform.measure(text),
      previewIntervalMs: () => platform.previewIntervalMs(),
      connect: async () => {
        if (token === 'wrong') {
          throw Object.assign(new Error('MEMORY_TOKEN is not known'), {
            code: 'PLATFORM_TOKEN_REJECTED',
          });
        }
        account = 'memory-1';
      },
      listen: (intake, signal) => this.#listen(intake, signal),
      post: (...args) => platform.post(...args),
      edit: (...args) => platform.edit(...args),
      typing: (address) => platform.typing(address),
      health: () => ({ up: this.#listeners > 0, lastEventAtMs: null }),
      [Symbol.asyncDispose]: async () => {},
    };
  }

  /** One conversation after the other would do, were it not for one that hangs. */
  async #listen(intake: Intake, signal: AbortSignal): Promise<void> {
    this.#listeners += 1;
    const busy = new Map<string, Promise<void>>();
    signal.addEventListener('abort', () => this.#news.resolve());
    while (!signal.aborted) {
      for (const message of this.#untaken) {
        const { conversation } = message;
        if (busy.has(conversation)) continue;
        const taken = this.#offer(message, intake, signal).finally(() => {
          busy.delete(conversation);
          this.#news.resolve();
        });
        busy.set(conversation, taken);
      }
      await this.#news.promise;
      this.#news = Promise.withResolvers();
    }
    await Promise.all(busy.values());
    this.#listeners -= 1;
  }

  async #offer(message: Incoming, intake: Intake, signal: AbortSignal): Promise<void> {
    try {
      await intake.receive(message, signal);
      this.#untaken.splice(this.#untaken.indexOf(message), 1);
    } catch {
      // It stays, and is offered again.
      await Promise.resolve();
    }
  }
}
