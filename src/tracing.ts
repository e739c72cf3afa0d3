/** What is said of a span: ids, classes, counts and times; never a text, a name or a token. */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  /** What it is to others: it hands on, takes over, or calls a service. Default: neither. */
  readonly kind?: 'producer' | 'consumer' | 'client';
  readonly facts?: SpanFacts;
  /** The `traceparent` of the span that led to it in another process, or at another time. */
  readonly from?: string | undefined;
}

/** Follows a prompt on its way through the processes, where somebody wants to see it. */
export interface Tracing {
  /** Does `work` in a span below the one at hand; what it throws is noted by its code alone. */
  span<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T>;
  /** Does `work` below the span of this `traceparent`, without one of its own. */
  under<T>(from: string | undefined, work: () => T): T;
  /** Says something of the span at hand. */
  set(facts: SpanFacts): void;
  /** Notes that something happened within the span at hand. */
  note(what: string, facts?: SpanFacts): void;
  /** The `traceparent` of the span at hand (https://www.w3.org/TR/trace-context/). */
  here(): string | undefined;
}

/** Where nobody wants to see anything. */
export const noTracing: Tracing = {
  span: async (_name, _options, work) => work(),
  under: (_from, work) => work(),
  set: () => undefined,
  note: () => undefined,
  here: () => undefined,
};
