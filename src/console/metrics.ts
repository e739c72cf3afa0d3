import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

const secondsBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 900];

/** The program's Prometheus metrics: names are a contract. Each process has its own. */
export class Metrics {
  readonly registry = new Registry();

  readonly prompts = this.#counter('prompts_total', 'Prompts that came to an end', [
    'platform',
    'outcome',
  ]);
  readonly replySeconds = this.#histogram('reply_seconds', 'From admission to the final shown');
  readonly firstTokenSeconds = this.#histogram(
    'first_token_seconds',
    'From the request to the first word from Grok',
  );
  readonly resends = this.#counter(
    'resends_total',
    'Posts sent again because nobody knew whether they had arrived',
    ['platform'],
  );
  readonly refreshes = this.#counter('refresh_total', 'Refreshes of a token, by how they ended', [
    'reason',
    'outcome',
  ]);
  readonly refreshSends = this.#counter(
    'refresh_sends_total',
    'Times that a refresh token was sent to the authorization server',
    [],
  );
  readonly apiFailures = this.#counter('api_failures_total', 'Refusals of the API by class', [
    'class',
  ]);
  readonly tokenRemaining = this.#gauge(
    'token_remaining_seconds',
    'Life left in the access token',
    ['credential'],
  );
  readonly generation = this.#gauge(
    'credential_generation',
    'How often the credential was refreshed since its sign-in',
    ['credential'],
  );
  readonly queueJobs = this.#gauge('queue_jobs', 'Prompts and turns by state', ['queue', 'state']);
  readonly platformUp = this.#gauge('platform_up', 'Whether the platform is connected', [
    'platform',
  ]);
  readonly platformLastEvent = this.#gauge(
    'platform_last_event_seconds',
    'When the platform was last heard of, in seconds since 1970',
    ['platform'],
  );
  readonly costUsd = this.#counter('cost_usd_total', 'What the API said its answers cost', []);

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

  #counter<const Label extends string>(name: string, help: string, labelNames: readonly Label[]) {
    return new Counter({ ...this.#named(name, help), labelNames: [...labelNames] });
  }

  #gauge<const Label extends string>(name: string, help: string, labelNames: readonly Label[]) {
    return new Gauge({ ...this.#named(name, help), labelNames: [...labelNames] });
  }

  #histogram(name: string, help: string) {
    return new Histogram({ ...this.#named(name, help), buckets: secondsBuckets });
  }

  #named(name: string, help: string) {
    return { name: `grok_bridge_${name}`, help, registers: [this.registry] };
  }
}
