import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** What a document says of a metric, and how values of several processes become one. */
export interface MetricNote {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
  /** Which processes have it: those with a bridge, those with a worker, or all. */
  readonly from: From;
  /** `sum`: each event is counted in one process. `max`: all processes read the same state. */
  readonly merge: 'sum' | 'max';
}

type From = 'bridge' | 'worker' | 'all';

const secondsBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 900];
const quickBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 75,
];

/** The program's Prometheus metrics: names are a contract. Each process has its own. */
export class Metrics {
  readonly registry = new Registry();
  /** All of them but Node's own, in the order of the documents. */
  readonly notes: MetricNote[] = [];

  readonly info = this.#gauge('info', 'all', 'Always 1; says what runs', ['version', 'sides']);

  readonly prompts = this.#counter(
    'prompts_total',
    'all',
    'Prompts that came to an end, by how; `undelivered` comes on top of the end it had before',
    ['platform', 'outcome'],
  );
  readonly refused = this.#counter(
    'refused_total',
    'bridge',
    'Messages that were not taken: `full`; `too-fast` and `spent`, with whose limit it was: `person`, `chat`, `all`',
    ['platform', 'reason', 'of'],
  );
  readonly replySeconds = this.#histogram(
    'reply_seconds',
    'bridge',
    'From admission to the final shown',
  );
  readonly firstTokenSeconds = this.#histogram(
    'first_token_seconds',
    'worker',
    'From the request to the first word from Grok',
  );
  readonly retries = this.#counter(
    'retries_total',
    'worker',
    'Attempts at a prompt that are made again later',
    ['platform'],
  );
  readonly writes = this.#counter(
    'platform_writes_total',
    'bridge',
    'Posts and edits, by what the platform said',
    ['platform', 'call', 'outcome'],
  );
  readonly resends = this.#counter(
    'resends_total',
    'bridge',
    'Posts sent again because nobody knew whether they had arrived',
    ['platform'],
  );
  readonly apiFailures = this.#counter(
    'api_failures_total',
    'worker',
    'Refusals of Grok, by class',
    ['class'],
  );
  readonly costUsd = this.#counter(
    'cost_usd_total',
    'worker',
    'What xAI said that its answers cost',
    [],
  );

  readonly queueJobs = this.#gauge(
    'queue_jobs',
    'all',
    'How much waits or runs: prompts, replies, conversations, and BullMQ turns by state',
    ['queue', 'state'],
  );
  readonly queueOldest = this.#gauge(
    'queue_oldest_seconds',
    'all',
    'Age of the oldest prompt or reply that is not done; 0: none',
    ['queue'],
  );
  readonly gateClosed = this.#gauge(
    'gate_closed',
    'all',
    '1 while no credential can serve and prompts wait',
    [],
  );

  readonly refreshes = this.#counter(
    'refresh_total',
    'worker',
    'Refreshes of a token, by how they ended',
    ['reason', 'outcome'],
  );
  readonly refreshSends = this.#counter(
    'refresh_sends_total',
    'worker',
    'Times that a refresh token was sent to the authorization server',
    [],
  );
  readonly credentialState = this.#gauge(
    'credential_state',
    'worker',
    '1 for the state that the credential is in, 0 for the others',
    ['credential', 'state'],
  );
  readonly tokenRemaining = this.#gauge(
    'token_remaining_seconds',
    'worker',
    'Life left in the access token',
    ['credential'],
  );
  readonly tokenMandatory = this.#gauge(
    'token_mandatory_seconds',
    'worker',
    'With less life left than this, the token has to be refreshed before it serves',
    ['credential'],
  );
  readonly generation = this.#gauge(
    'credential_generation',
    'worker',
    'Which tokens the credential has: 1 those of its sign-in, one more with each refresh',
    ['credential'],
  );

  readonly ambiguities = this.#counter(
    'ambiguities_total',
    'worker',
    'Generations whose refresh has no known answer, as each process meets them',
    [],
  );
  readonly staleRetries = this.#counter(
    'stale_retries_total',
    'worker',
    'Requests repeated with a newer token that was at hand: no refresh was needed',
    [],
  );
  readonly staleCommits = this.#counter(
    'stale_commits_total',
    'worker',
    'Answers to a refresh that came after a newer sign-in or commit',
    [],
  );
  readonly rollbacks = this.#counter(
    'store_rollbacks_total',
    'worker',
    'Times that Redis had an older generation than this process had seen',
    [],
  );
  readonly spillsReplayed = this.#counter(
    'spills_replayed_total',
    'worker',
    'Answers to a refresh that were committed from disk after their process had died',
    [],
  );
  readonly loops = this.#counter(
    'auth_loops_total',
    'worker',
    'Sign-ins stopped because new tokens were refused too, as each process meets them',
    [],
  );
  readonly exchangeSeconds = this.#histogram(
    'exchange_seconds',
    'worker',
    'A refresh, from the first request to the token endpoint to its answer, retries included',
    quickBuckets,
  );
  readonly commitSeconds = this.#histogram(
    'commit_seconds',
    'worker',
    'From the answer of the token endpoint to its commit in Redis',
    quickBuckets,
  );
  readonly recoverySeconds = this.#histogram(
    'recovery_seconds',
    'worker',
    'What a request that met a stale token waited for the newer one',
    quickBuckets,
  );

  readonly platformUp = this.#gauge(
    'platform_up',
    'bridge',
    '1 while this process is connected to the platform and serves it; a bridge that stands by has 0',
    ['platform'],
  );
  readonly platformLastEvent = this.#gauge(
    'platform_last_event_seconds',
    'bridge',
    'When the platform was last heard of, in seconds since 1970',
    ['platform'],
  );

  /** Runs before every scrape, for gauges that are read rather than kept. */
  readonly #collectors: (() => Promise<void> | void)[] = [];

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  onScrape(collect: () => Promise<void> | void): void {
    this.#collectors.push(collect);
  }

  /** Prometheus' text format. A collector that fails leaves its gauges as they were. */
  async text(): Promise<string> {
    await Promise.allSettled(this.#collectors.map(async (collect) => collect()));
    return this.registry.metrics();
  }

  #counter<const Label extends string>(
    name: string,
    from: From,
    help: string,
    labels: readonly Label[],
  ) {
    const named = this.#named({ name, from, help, labels, type: 'counter', merge: 'sum' });
    return new Counter({ ...named, labelNames: [...labels] });
  }

  #gauge<const Label extends string>(
    name: string,
    from: From,
    help: string,
    labels: readonly Label[],
  ) {
    const named = this.#named({ name, from, help, labels, type: 'gauge', merge: 'max' });
    return new Gauge({ ...named, labelNames: [...labels] });
  }

  #histogram(name: string, from: From, help: string, buckets = secondsBuckets) {
    const named = this.#named({ name, from, help, labels: [], type: 'histogram', merge: 'sum' });
    return new Histogram({ ...named, buckets });
  }

  #named(note: MetricNote) {
    const name = `grok_bridge_${note.name}`;
    this.notes.push({ ...note, name });
    return { name, help: note.help.replaceAll('`', ''), registers: [this.registry] };
  }
}
