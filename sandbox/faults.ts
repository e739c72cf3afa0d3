/** What a sandbox server can be told to do instead of answering as it should. */
export type Fault =
  /** Does what was asked, then cuts the connection instead of answering. */
  | { kind: 'drop-after' }
  /** Cuts the connection before anything is done. */
  | { kind: 'drop-before' }
  /** Answers with this and does nothing. */
  | { kind: 'status'; status: number; body?: string; headers?: Record<string, string> }
  /** Holds the request open until the client gives up or `ms` have passed, then goes on. */
  | { kind: 'hang'; ms?: number }
  /** Streams only: cuts the connection after that many events. */
  | { kind: 'cut-stream'; afterEvents: number }
  /** Streams only: stops sending after that many events, the connection left open. */
  | { kind: 'stall-stream'; afterEvents: number };

export interface FaultRule {
  /** Of the request's `METHOD /path` (or the Bot API's method name): a substring or a pattern. */
  match: string | RegExp;
  fault: Fault;
  /** How often it strikes; default 1. */
  times?: number;
}

/** The faults waiting to strike. */
export class Faults {
  #rules: { match: string | RegExp; fault: Fault; left: number }[] = [];

  inject(rule: FaultRule): void {
    this.#rules.push({ match: rule.match, fault: rule.fault, left: rule.times ?? 1 });
  }

  /** The fault for this request, if one is due; counts it down. */
  take(request: string): Fault | undefined {
    const rule = this.#rules.find(({ match, left }) => left > 0 && matches(match, request));
    if (rule === undefined) return undefined;
    rule.left -= 1;
    this.#rules = this.#rules.filter(({ left }) => left > 0);
    return rule.fault;
  }

  clear(): void {
    this.#rules = [];
  }
}

function matches(match: string | RegExp, request: string): boolean {
  return typeof match === 'string' ? request.includes(match) : match.test(request);
}
