import { BridgeError } from '../errors.ts';
import { type Assembly, type CredentialServiceOptions, assemble } from './assemble.ts';
import { isDurable, runOf } from './durability.ts';
import type { CredentialEvent } from './events.ts';
import type { ClosedGate } from './gate.ts';
import type { ImportedTokens } from './import.ts';
import { isCredentialName } from './keys.ts';
import { News } from './news.ts';
import { type PastMoment, readPast } from './past.ts';
import { replaySpills } from './replay.ts';
import { CredentialSession } from './session.ts';
import { signIn } from './sign-in.ts';
import { restoreCopies, verifyRing } from './start.ts';
import { type MemberStatus, statusOf } from './status.ts';
import { Upkeep } from './upkeep.ts';

/** The credentials of the deployment, as one process deals in them. */
export class CredentialService implements AsyncDisposable {
  readonly #options: CredentialServiceOptions;
  readonly #parts: Assembly;
  readonly #news: News | null;
  readonly #upkeep: Upkeep;
  readonly #proven = new Map<string, string>();

  private constructor(options: CredentialServiceOptions) {
    const parts = assemble(options);
    const { pool, waiters, keys, clock, random } = parts;
    const { subscriber } = options;
    this.#options = options;
    this.#parts = parts;
    this.#news =
      subscriber === null ? null : new News(subscriber, keys.channel, pool, waiters, this.#alert);
    this.#upkeep = new Upkeep(clock, random, this.#alert);
  }

  /**
   * Reads the members, restores what Redis lost and replays what it never got. Throws
   * CREDENTIAL_KEY_WRONG or CREDENTIAL_KEY_MISSING, having changed nothing, when a stored sign-in
   * cannot be opened; CONFIG_INVALID, OAUTH_ENDPOINT_REFUSED and REDIS_UNREACHABLE.
   */
  static async start(options: CredentialServiceOptions): Promise<CredentialService> {
    const service = new CredentialService(options);
    try {
      await service.#start();
      return service;
    } catch (error) {
      await service[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Opens one request's way through the pool. */
  begin(request: { conversation: string; model: string; prompt: string }): CredentialSession {
    return new CredentialSession({ ...this.#parts, proven: this.#proven }, request);
  }

  /** Refreshes what is due, for the scheduled job; how many sign-ins got a newer generation. */
  async refreshDue(signal: AbortSignal): Promise<number> {
    return this.#parts.due.run(signal);
  }

  /** When `refreshDue` should run next: between a second and a minute. */
  nextDueInMs(): number {
    return this.#parts.due.nextInMs();
  }

  /** Stores a sign-in under `name`, replacing any of that name; resolves once it is durable. Its epoch. */
  async signIn(name: string, tokens: ImportedTokens): Promise<number> {
    const { ring, redis, owner } = this.#options;
    const spills = this.#parts.spills;
    if (ring === null || spills === null) {
      throw new BridgeError(
        'CREDENTIAL_KEY_MISSING',
        'a sign-in needs a key to seal it; set CREDENTIAL_KEYS',
      );
    }
    if (!isCredentialName(name)) {
      throw new BridgeError(
        'CONFIG_INVALID',
        'the name of a sign-in is 1–40 lower-case letters, digits, ., _ or -, and not api-key',
      );
    }
    const parts = {
      store: this.#parts.store,
      spills,
      ring,
      time: this.#parts.time,
      limits: this.#parts.limits,
      owner,
    };
    const record = await signIn(parts, name, tokens);
    await isDurable(redis);
    await this.#parts.pool.reloadOne(name);
    this.#parts.onEvent({ credential: name, kind: 'signed-in', epoch: record.epoch });
    return record.epoch;
  }

  /** Takes a member out until it is enabled again. Throws CREDENTIAL_UNKNOWN. */
  async disable(name: string): Promise<void> {
    await this.#change(name, 'disable', 'disabled');
  }

  /** Brings a member back; one that is out by a verdict gets one more try. Throws CREDENTIAL_UNKNOWN. */
  async enable(name: string): Promise<void> {
    await this.#change(name, 'enable', 'enabled');
  }

  /** Forgets a member's tokens. Throws CREDENTIAL_UNKNOWN. */
  async remove(name: string): Promise<void> {
    await this.#change(name, 'remove', 'removed');
    await this.#parts.spills?.forget(name);
  }

  async status(): Promise<MemberStatus[]> {
    await this.#parts.pool.reloadCooling().catch(() => undefined);
    return statusOf(this.#parts.pool, this.#parts.store, this.#parts.time);
  }

  /** What befell a sign-in, newest first; nothing for an API key. */
  async past(name: string, count: number): Promise<readonly PastMoment[]> {
    return readPast(this.#options.redis, this.#parts.keys, name, count);
  }

  async gate(): Promise<ClosedGate | null> {
    return this.#parts.gate.read();
  }

  /** Closes the gate if no member can serve at this moment; whether it is closed now. */
  async closeGate(reason: string, credential?: string): Promise<boolean> {
    return this.#parts.gate.close(reason, credential);
  }

  /** Opens the gate if a member can serve after all; whether it is closed now. */
  async recheckGate(): Promise<boolean> {
    return this.#parts.gate.recheck();
  }

  /** Commits the answers on disk that Redis does not have; runs by itself every `spillScanMs`. */
  async replay(): Promise<void> {
    const { ring, owner } = this.#options;
    const { spills, copies, exchange } = this.#parts;
    if (spills === null || copies === null || exchange === null || ring === null) return;
    await replaySpills({
      store: this.#parts.store,
      spills,
      copies,
      ring,
      limits: this.#parts.limits,
      owner,
      onEvent: this.#parts.onEvent,
      live: exchange.live,
      onCommitted: async (name) => this.#parts.pool.reloadOne(name),
    });
    this.#parts.progress.replayed = true;
  }

  /** Reads everything again; runs by itself every `antiEntropyMs`. */
  async reload(): Promise<void> {
    await this.#parts.pool.reload();
  }

  /** Who waits for news here; none, when everything is settled. */
  get waiting(): number {
    return this.#parts.waiters.size;
  }

  /** Waits for exchanges that run (at most `drainMs`), then lets go. The connections are the caller's. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.connection[Symbol.dispose]();
    await this.#news?.[Symbol.asyncDispose]();
    await this.#upkeep[Symbol.asyncDispose]();
    const running = Promise.all(
      this.#parts.pool.credentials.map(async (credential) => credential.settled()),
    )
      .then(async () => this.#parts.exchange?.settled())
      .then(async () => this.#parts.copies?.settled());
    const over = new AbortController();
    const late = this.#parts.clock
      .sleep(this.#parts.limits.drainMs, over.signal)
      .catch(() => undefined);
    await Promise.race([running, late]);
    over.abort();
  }

  async #start(): Promise<void> {
    const { ring, tool } = this.#options;
    await verifyRing(this.#parts.store, ring, this.#parts.spills);
    await this.#news?.listen();
    if (tool !== true) await this.#arrive();
    if (tool !== true && this.#parts.spills !== null) {
      await restoreCopies(
        this.#parts.store,
        this.#parts.spills,
        this.#parts.limits,
        this.#parts.onEvent,
      );
    }
    await this.#parts.pool.reload();
    if (tool === true) return;
    await this.replay();
    await this.#parts.gate.close('no-credential');
    // A Redis that was away may have forgotten: what is on disk and in memory is told again.
    this.#parts.connection.onReturn(async () => {
      await this.#arrive();
      await this.replay();
      await this.#parts.pool.reload();
      // An answer on disk may belong to a generation that was only just put back.
      await this.replay();
    });
    this.#upkeep.every(this.#parts.limits.antiEntropyMs, async () => this.#parts.pool.reload());
    this.#upkeep.every(this.#parts.limits.spillScanMs, async () => this.replay());
  }

  /** A Redis that was restarted may have forgotten what an owner, still at work, has yet to tell it again. */
  async #arrive(): Promise<void> {
    const run = await runOf(this.#options.redis);
    if (run === '') return;
    const knownMs = await this.#parts.store.arrive(run);
    if (knownMs !== null) this.#parts.connection.freshFor(knownMs);
  }

  async #change(
    name: string,
    change: 'disable' | 'enable' | 'remove',
    kind: 'disabled' | 'enabled' | 'removed',
  ): Promise<void> {
    if (!(await this.#parts.store.member(name, change))) {
      throw new BridgeError('CREDENTIAL_UNKNOWN', `there is no credential named ${name}`);
    }
    await this.#parts.pool.reloadOne(name);
    this.#parts.onEvent({ credential: name, kind });
  }

  readonly #alert = (what: string): void => {
    const event: CredentialEvent = { credential: '', kind: 'alert', what };
    this.#parts.onEvent(event);
  };
}
