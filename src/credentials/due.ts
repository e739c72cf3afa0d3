import type { Clock } from '../clock.ts';
import type { Credential } from './credential.ts';
import type { Pool } from './pool.ts';
import type { RedisTime } from './redis-time.ts';
import { processJitterMs } from './schedule.ts';
import { orGiveUp, pause } from './waiters.ts';

const spacingMs = 250;
const floorMs = 1_000;
const longestMs = 60_000;
/** An exchange that takes longer goes on by itself. */
const longestRunMs = 120_000;

/** The scheduled refresh: any process may run it, any time; Redis grants each one once. */
export class DueRefresh {
  readonly #pool: Pool;
  readonly #time: RedisTime;
  readonly #clock: Clock;
  /** This process's place in the spread, so that not all of them begin at once. */
  readonly #share: number;

  constructor(pool: Pool, time: RedisTime, clock: Clock, random: () => number) {
    this.#pool = pool;
    this.#time = time;
    this.#clock = clock;
    this.#share = random();
  }

  /** Refreshes what is due, one sign-in after the other; how many got a newer generation. */
  async run(signal: AbortSignal): Promise<number> {
    let refreshed = 0;
    for (const credential of this.#pool.credentials) {
      const record = credential.record;
      if (record === null || this.#dueAtMs(credential) > this.#time.now()) continue;
      signal.throwIfAborted();
      if (refreshed > 0) await pause(this.#clock, spacingMs, signal);
      const reason = credential.isMandatory() ? 'mandatory' : 'proactive';
      const asked = credential.refresh(reason, record);
      const result = await orGiveUp(asked, this.#clock, longestRunMs, signal);
      if (result?.kind === 'fresh') refreshed += 1;
    }
    return refreshed;
  }

  /** When to run it next: at least a second from now, at most a minute. */
  nextInMs(): number {
    const dues = this.#pool.credentials.map((credential) => this.#dueAtMs(credential));
    const next = Math.min(...dues, Infinity) - this.#time.now();
    return Math.min(longestMs, Math.max(floorMs, next));
  }

  #dueAtMs(credential: Credential): number {
    const record = credential.record;
    if (record?.state !== 'active') return Infinity;
    const begin = record.dueAtMs + processJitterMs(record.lifeMs, this.#share);
    const due = record.rejected ? 0 : Math.min(begin, record.mandatoryAtMs);
    return Math.max(due, credential.quietUntilMs());
  }
}
