import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

import type { ProcessNote, RedisPresence } from '../redis/presence.ts';
import type { Foundation } from './foundation.ts';
import type { Incidents } from './incidents.ts';

export interface PresenceParts {
  readonly sides: ProcessNote['sides'];
  readonly accounts: () => ProcessNote['accounts'];
  readonly presence: Pick<RedisPresence, 'tell' | 'leave'>;
  readonly incidents: Pick<Incidents, 'note'>;
}

/** How often the platforms are looked at, and how often a process says that it is there. */
const lookMs = 500;
const tellMs = 5000;

/**
 * Says, for the console of every process, that this one is there and how its platforms are, and
 * notes as incidents when they come and go.
 */
export class Presence implements AsyncDisposable {
  readonly id = randomUUID();
  readonly #parts: PresenceParts;
  readonly #foundation: Pick<Foundation, 'clock' | 'log'>;
  readonly #startedAtMs: number;
  readonly #ended = new AbortController();
  readonly #wasUp = new Set<string>();
  #accounts: ProcessNote['accounts'] = [];
  #toldAtMs = -Infinity;

  constructor(foundation: Pick<Foundation, 'clock' | 'log'>, parts: PresenceParts) {
    this.#foundation = foundation;
    this.#parts = parts;
    this.#startedAtMs = foundation.clock.now();
  }

  /** Begins; resolves once the process has said that it is there. */
  async start(): Promise<void> {
    this.#noteProcess('started');
    await this.look();
    void this.#keep();
  }

  /** Looks once, and tells if something is new or it is time. */
  async look(): Promise<void> {
    const { clock, log } = this.#foundation;
    const accounts = this.#parts.accounts();
    this.#noteChanges(accounts);
    const isNew =
      JSON.stringify(accounts.map(stateOf)) !== JSON.stringify(this.#accounts.map(stateOf));
    this.#accounts = accounts;
    if (!isNew && clock.monotonic() - this.#toldAtMs < tellMs) return;
    try {
      await this.#parts.presence.tell(this.id, {
        sides: this.#parts.sides,
        host: hostname(),
        pid: process.pid,
        startedAtMs: this.#startedAtMs,
        atMs: clock.now(),
        rssBytes: process.memoryUsage.rss(),
        accounts,
      });
      this.#toldAtMs = clock.monotonic();
    } catch (error) {
      log.warn({ err: error }, 'presence not told');
    }
  }

  /** Says good-bye, if Redis listens. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    this.#noteProcess('stopped');
    const { clock, log } = this.#foundation;
    const leaving = this.#parts.presence.leave(this.id).catch((error: unknown) => {
      log.warn({ err: error }, 'presence not withdrawn');
    });
    const over = new AbortController();
    await Promise.race([leaving, clock.sleep(1000, over.signal).catch(() => undefined)]);
    over.abort();
  }

  async #keep(): Promise<void> {
    const { signal } = this.#ended;
    for (;;) {
      try {
        await this.#foundation.clock.sleep(lookMs, signal);
      } catch {
        return;
      }
      await this.look();
    }
  }

  #noteProcess(what: 'started' | 'stopped'): void {
    const subject = `${hostname()} ${process.pid}`;
    const facts = { sides: this.#parts.sides };
    this.#parts.incidents.note({ level: 'info', source: 'process', subject, what, facts });
  }

  /** An account that is coming up has lost nothing yet: what counts is whether it was up before. */
  #noteChanges(accounts: ProcessNote['accounts']): void {
    for (const { account, platform, state } of accounts) {
      const before = this.#accounts.find((known) => known.account === account)?.state ?? 'standby';
      const what = before === state ? undefined : changeOf(state, this.#wasUp.has(account));
      if (state === 'up') this.#wasUp.add(account);
      if (state === 'standby') this.#wasUp.delete(account);
      if (what === undefined) continue;
      const level = what === 'disconnected' ? 'warn' : 'info';
      const facts = { account };
      this.#parts.incidents.note({ level, source: 'platform', subject: platform, what, facts });
    }
  }
}

function changeOf(now: ProcessNote['accounts'][number]['state'], wasUp: boolean) {
  switch (now) {
    case 'up':
      return wasUp ? 'connected' : 'taken';
    case 'down':
      return wasUp ? 'disconnected' : undefined;
    case 'standby':
      return wasUp ? 'given-up' : undefined;
  }
}

function stateOf({ account, state }: ProcessNote['accounts'][number]) {
  return { account, state };
}
