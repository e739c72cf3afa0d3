import type { CannedAnswer } from './bodies.ts';

/** Which requests are refused; everything left out matches. */
export interface RefusalScope {
  /** How many; default 1. */
  times?: number;
  /** The name of the sign-in or of the API key. */
  credential?: string;
  /** An id, not an alias. */
  model?: string;
  /** A part of the user's newest text. */
  input?: string;
  /** Beside or instead of the body's own. */
  headers?: Record<string, string>;
  /** For an event inside a stream: after how many events; default 5. */
  afterEvents?: number;
}

export interface Refusal {
  readonly kind: string;
  readonly answer: CannedAnswer;
  readonly afterEvents: number;
}

/** Refusals of requests that would otherwise be answered, waiting for them. */
export class Refusals {
  #rules: { refusal: Refusal; scope: RefusalScope; left: number }[] = [];

  add(kind: string, answer: CannedAnswer, scope: RefusalScope): void {
    const headers = { ...answer.headers, ...scope.headers };
    const refusal = {
      kind,
      answer: { ...answer, headers },
      afterEvents: scope.afterEvents ?? 5,
    };
    this.#rules.push({ refusal, scope, left: scope.times ?? 1 });
  }

  take(credential: string, model: string, input: string): Refusal | undefined {
    const rule = this.#rules.find(
      ({ scope }) =>
        (scope.credential ?? credential) === credential &&
        (scope.model ?? model) === model &&
        input.includes(scope.input ?? ''),
    );
    if (rule === undefined) return undefined;
    rule.left -= 1;
    if (rule.left <= 0) this.#rules = this.#rules.filter((other) => other !== rule);
    return rule.refusal;
  }

  clear(): void {
    this.#rules = [];
  }
}
