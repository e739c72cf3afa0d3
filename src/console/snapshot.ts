/** All that the console shows, by section. Holds names, numbers and codes: no token, no text of a message. */
export interface Snapshot {
  readonly about: About;
  readonly checks: readonly CheckView[];
  readonly platforms: readonly PlatformView[];
  readonly credentials: readonly CredentialView[];
  readonly queues: QueuesView;
  /** The last hour, oldest first, one for each minute. */
  readonly hour: Hour;
  readonly today: Today;
  /** Newest first. */
  readonly incidents: readonly Incident[];
  readonly processes: readonly ProcessView[];
}

export type SectionName = keyof Snapshot;

/** A section, or why it cannot be shown at this moment. */
export type Section<Value> =
  | { readonly kind: 'known'; readonly value: Value }
  | { readonly kind: 'unknown'; readonly why: string };

/** What one message of the stream may hold; `Name` is what has changed. */
export type Sections<Name extends SectionName = SectionName> = {
  readonly [Key in Name]: Section<Snapshot[Key]>;
};

export interface About {
  readonly version: string;
  readonly model: string;
  /** There is a playground. */
  readonly hasPlayground: boolean;
  /** There is Bull Board. */
  readonly hasQueueBoard: boolean;
}

/** A line of `/readyz`, as this process sees it. */
export interface CheckView {
  readonly name: string;
  /** What is wrong and what to do; undefined: nothing. */
  readonly problem?: string | undefined;
}

/** An account on a platform. */
export interface PlatformView {
  readonly platform: string;
  readonly account: string;
  readonly displayName: string;
  /** `gone`: the process that served it was not heard of lately. */
  readonly state: 'up' | 'down' | 'standby' | 'gone';
  /** When the platform was last heard of. */
  readonly lastEventAtMs: number | null;
  /** Who serves it, as in `processes`. */
  readonly process: string;
  /** How many more processes would take over. */
  readonly standbys: number;
}

/** A sign-in or an API key. */
export interface CredentialView {
  readonly name: string;
  readonly kind: 'oauth' | 'key';
  readonly state: CredentialState;
  readonly epoch: number;
  readonly generation: number;
  /** When the access token ends; null for an API key. */
  readonly expiresAtMs: number | null;
  readonly refreshedAtMs: number | null;
  readonly nextAttemptAtMs: number | null;
  /** Out until then: quota, or a limited rate. */
  readonly benchedUntilMs: number | null;
  /** Why it is out, or what its last failure was; empty: nothing to say. */
  readonly reason: string;
  /** Newest first. */
  readonly past: readonly CredentialMoment[];
}

export type CredentialState =
  | 'active'
  | 'refreshing'
  | 'interrupted'
  | 'ambiguous'
  | 'waiting'
  | 'expired'
  | 'at-only'
  | 'quarantined'
  | 'disabled'
  | 'unknown';

/** Something that befell a sign-in, from its history in Redis. */
export interface CredentialMoment {
  readonly id: string;
  readonly atMs: number;
  readonly kind: string;
  readonly generation: number;
  /** Why it was refreshed, or the code it failed with. */
  readonly detail: string;
}

export interface QueuesView {
  /** Prompts in all conversations, those being answered included. */
  readonly prompts: number;
  readonly conversations: number;
  readonly oldestAtMs: number | null;
  /** Entries nobody could work on. */
  readonly deadLetters: number;
  readonly turns: readonly {
    readonly queue: string;
    readonly waiting: number;
    readonly active: number;
    readonly delayed: number;
    readonly failed: number;
  }[];
  /** Why nobody is answered at this moment; null: they are. */
  readonly closedBecause: string | null;
}

/** Sixty minutes, oldest first, and what only all of them together tell. */
export interface Hour {
  readonly minutes: readonly Minute[];
  readonly replyMs: Percentiles | null;
  readonly firstWordMs: Percentiles | null;
}

export interface Minute {
  readonly atMs: number;
  readonly answered: number;
  /** Prompts that ended otherwise: stopped, refused, failed. */
  readonly other: number;
  readonly costUsd: number;
  /** From a question's admission to its answer shown; null: there was none. */
  readonly replyMs: Percentiles | null;
  /** From the request to Grok's first word. */
  readonly firstWordMs: Percentiles | null;
  /** Refusals by the API, by class. */
  readonly refusals: Readonly<Record<string, number>>;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** Since midnight, UTC. */
export interface Today {
  readonly answers: number;
  readonly tokens: number;
  readonly costUsd: number;
}

export interface Incident {
  readonly id: string;
  readonly atMs: number;
  readonly level: 'info' | 'warn' | 'error';
  /** Such as `credential`, `platform`, `process`. */
  readonly source: string;
  readonly subject: string;
  /** A code, such as `quarantined`. */
  readonly what: string;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  /** How often it was noted close together, by whichever process. */
  readonly times: number;
}

export interface ProcessView {
  readonly id: string;
  readonly sides: 'bridge' | 'worker' | 'both';
  readonly host: string;
  readonly pid: number;
  readonly startedAtMs: number;
  readonly rssBytes: number;
  /** Whether it was heard of lately. */
  readonly isHere: boolean;
  /** This very process. */
  readonly isThis: boolean;
}
