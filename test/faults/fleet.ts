import { setTimeout as delay } from 'node:timers/promises';

import type { Daemon } from '../daemon.ts';
import type { Stage } from '../stage.ts';

/**
 * Two bridges, of which one stands by, and three workers: whoever is killed is replaced at once, and
 * whoever ends by itself is started again, as a supervisor does.
 */
export class SoakFleet {
  readonly #stage: Stage;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #roles = ['bridge', 'bridge', 'worker', 'worker', 'worker'] as const;
  readonly #running: Daemon[] = [];
  readonly #frozen = new Set<Daemon>();
  readonly #leaving = new Set<Daemon>();
  #isOver = false;
  kills = 0;
  /** How many ended by themselves, for a Redis or a platform that was away as they started perhaps. */
  exits = 0;

  constructor(stage: Stage, environment: Readonly<Record<string, string>>) {
    this.#stage = stage;
    this.#environment = environment;
  }

  get size(): number {
    return this.#roles.length;
  }

  async start(): Promise<void> {
    const roles = [...this.#roles.entries()];
    await Promise.all(
      roles.map(async ([at, role]) => {
        this.#running[at] = await this.#stage.up(role, this.#environment);
        void this.#supervise(at, this.#running[at]);
      }),
    );
  }

  /** Ends one as a crash would, and starts another. */
  async kill(at: number): Promise<void> {
    await this.#replace(at, async (daemon) => daemon.kill());
    this.kills += 1;
  }

  async killAll(): Promise<void> {
    await Promise.all(this.#roles.map(async (_, at) => this.kill(at)));
  }

  /** Asks one to end while others go on. */
  async stop(at: number): Promise<void> {
    await this.#replace(at, async (daemon) => {
      await daemon.stop();
    });
  }

  /** Holds one for longer than its lock or its lease lasts. */
  async freeze(at: number, ms: number): Promise<void> {
    const daemon = this.#at(at);
    if (this.#frozen.has(daemon)) return;
    this.#frozen.add(daemon);
    daemon.signal('SIGSTOP');
    await delay(ms);
    daemon.signal('SIGCONT');
    this.#frozen.delete(daemon);
  }

  /** Ends all of them in order; their exit codes. */
  async end(): Promise<(number | string)[]> {
    this.#isOver = true;
    return Promise.all(this.#running.map(async (daemon) => daemon.stop()));
  }

  async #supervise(at: number, daemon: Daemon): Promise<void> {
    await daemon.ended({ timeoutMs: 2 ** 31 - 1 });
    if (this.#isOver || this.#leaving.has(daemon)) return;
    this.exits += 1;
    await delay(300);
    if (!this.#isOver && this.#running[at] === daemon) this.#launch(at);
  }

  #launch(at: number): void {
    const daemon = this.#stage.run([this.#roles[at] ?? 'worker'], this.#environment);
    this.#running[at] = daemon;
    void this.#supervise(at, daemon);
  }

  async #replace(at: number, end: (daemon: Daemon) => Promise<void>): Promise<void> {
    const daemon = this.#at(at);
    if (this.#frozen.has(daemon) || daemon.hasEnded) return;
    this.#leaving.add(daemon);
    this.#launch(at);
    await end(daemon);
  }

  #at(at: number): Daemon {
    const daemon = this.#running[at];
    if (daemon === undefined) throw new Error('the fleet was not started');
    return daemon;
  }
}
