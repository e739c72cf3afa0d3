/** What `/readyz` asks of one part. */
export type Check =
  | { readonly kind: 'ready'; readonly detail?: Readonly<Record<string, unknown>> }
  | {
      readonly kind: 'not-ready';
      /** What is wrong and what to do, for the operator. */
      readonly reason: string;
      readonly detail?: Readonly<Record<string, unknown>>;
    };

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, Check>>;
}

/** Whether the process can do its work, and what it lacks if not. */
export class Health {
  readonly #checks = new Map<string, () => Promise<Check> | Check>();
  readonly #deadlineMs: number;

  constructor({ deadlineMs = 2000 }: { deadlineMs?: number } = {}) {
    this.#deadlineMs = deadlineMs;
  }

  /** `name` is what `/readyz` calls it: `redis`, `credential`, `discord`. */
  add(name: string, check: () => Promise<Check> | Check): void {
    this.#checks.set(name, check);
  }

  async read(): Promise<Readiness> {
    const entries = await Promise.all(
      [...this.#checks].map(async ([name, check]) => [name, await this.#ask(check)] as const),
    );
    return {
      ready: entries.every(([, check]) => check.kind === 'ready'),
      checks: Object.fromEntries(entries),
    };
  }

  async #ask(check: () => Promise<Check> | Check): Promise<Check> {
    const timeout = AbortSignal.timeout(this.#deadlineMs);
    const late = new Promise<Check>((resolve) => {
      timeout.addEventListener('abort', () =>
        resolve({ kind: 'not-ready', reason: `no answer within ${this.#deadlineMs} ms` }),
      );
    });
    const asked = Promise.resolve()
      .then(check)
      .catch((error: unknown): Check => ({ kind: 'not-ready', reason: messageOf(error) }));
    return Promise.race([asked, late]);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
