import { Events } from 'discord.js';
import { z } from 'zod';

import type { AdapterHealth, BridgeError, Clock, Logger } from '#port';

import { GatewayClient } from './gateway-client.ts';
import { fatalClose, fatalLogin, tooSilent } from './gateway-end.ts';
import { Places } from './places.ts';
import type { DiscordRest } from './rest.ts';

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/** One event of Discord's, as it came. */
export type OnEvent = (name: string, data: unknown, places: Places) => void;

export interface GatewayTimes {
  /** How long a connection may go without an event or an answered heartbeat before it is made anew. */
  readonly silentMs: number;
  /** When nothing but silence, on new connections too, makes us give up. */
  readonly giveUpMs: number;
}

/** Discord asks for a heartbeat about every 41 s. */
export const gatewayTimes: GatewayTimes = { silentMs: 180_000, giveUpMs: 600_000 };

type SessionEnd =
  | { readonly kind: 'aborted' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'fatal'; readonly error: BridgeError }
  | { readonly kind: 'failed'; readonly why: string };

const dispatchSchema = z.object({ t: z.string(), d: z.unknown() });

/**
 * The gateway connection. discord.js holds it, reconnects and resumes; this makes a new client where
 * discord.js gives up, and says how the connection is.
 */
export class Gateway {
  readonly #apiUrl: string;
  readonly #token: string;
  readonly #botId: string;
  readonly #rest: DiscordRest;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #times: GatewayTimes;
  #current: GatewayClient | undefined;
  #silentSinceMs: number | undefined;
  #up = false;
  #lastEventAtMs: number | null = null;

  constructor(
    { apiUrl, token, botId }: { apiUrl: string; token: string; botId: string },
    rest: DiscordRest,
    { clock, log }: { clock: Clock; log: Logger },
    times: GatewayTimes = gatewayTimes,
  ) {
    this.#times = times;
    this.#apiUrl = apiUrl;
    this.#token = token;
    this.#botId = botId;
    this.#rest = rest;
    this.#clock = clock;
    this.#log = log;
  }

  /** Resolves when the signal has aborted and the connection is closed; rejects with what is final. */
  async run(onEvent: OnEvent, signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      const startedAtMs = this.#clock.monotonic();
      const end = await this.#session(onEvent, signal);
      if (end.kind === 'aborted') return;
      if (end.kind === 'fatal') throw end.error;
      if (end.kind === 'silent') {
        this.#endure(startedAtMs);
        continue;
      }
      this.#silentSinceMs = undefined;
      if (this.#clock.monotonic() - startedAtMs > longestPauseMs) failures = 0;
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
      this.#log.warn({ why: end.why, pauseMs }, 'gateway not reached');
      // Rejects only when the signal aborts, which ends the loop.
      await this.#clock.sleep(pauseMs, signal).catch(() => undefined);
    }
  }

  /** A new connection is tried, until silence has lasted too long. */
  #endure(startedAtMs: number): void {
    const { silentMs, giveUpMs } = this.#times;
    this.#silentSinceMs ??= startedAtMs;
    const lastedMs = this.#clock.monotonic() - this.#silentSinceMs;
    if (lastedMs >= giveUpMs) throw tooSilent(giveUpMs);
    this.#log.warn({ silentMs }, 'gateway silent, connecting anew');
  }

  health(): AdapterHealth {
    const shard = this.#current?.client.ws.shards.first();
    // discord.js notes when the last heartbeat that was answered was sent.
    const beatAtMs =
      shard === undefined || shard.lastPingTimestamp < 0 ? 0 : shard.lastPingTimestamp;
    const lastEventAtMs = Math.max(this.#lastEventAtMs ?? 0, beatAtMs);
    return { up: this.#up, lastEventAtMs: lastEventAtMs === 0 ? null : lastEventAtMs };
  }

  async #session(onEvent: OnEvent, signal: AbortSignal): Promise<SessionEnd> {
    const gateway = new GatewayClient(this.#apiUrl);
    const { client } = gateway;
    const places = new Places(client, this.#rest, this.#botId);
    const ended = Promise.withResolvers<SessionEnd>();
    const stop = () => ended.resolve({ kind: 'aborted' });
    let isOver = false;
    signal.addEventListener('abort', stop, { once: true });

    client.on(Events.Raw, (dispatch: unknown) => {
      const event = dispatchSchema.safeParse(dispatch).data;
      if (event === undefined || isOver) return;
      this.#lastEventAtMs = this.#clock.now();
      this.#silentSinceMs = undefined;
      if (event.t === 'READY' || event.t === 'RESUMED') this.#connected(event.t);
      onEvent(event.t, event.d, places);
    });
    client.on(Events.ShardReconnecting, () => this.#disconnected());
    client.on(Events.ShardDisconnect, ({ code }) => {
      this.#disconnected();
      const error = fatalClose(code);
      ended.resolve(
        error === undefined
          ? { kind: 'failed', why: `closed with code ${code}` }
          : { kind: 'fatal', error },
      );
    });
    client.on(Events.ShardError, ({ name }) => this.#log.warn({ error: name }, 'gateway error'));
    client.on(Events.Error, ({ name }) => this.#log.warn({ error: name }, 'gateway client error'));

    this.#current = gateway;
    const watching = new AbortController();
    const silence = this.#silence(watching.signal).then(() => ended.resolve({ kind: 'silent' }));
    // Rejects only when the watching ends.
    silence.catch(() => undefined);
    client.login(this.#token).catch((error: unknown) => {
      const fatal = fatalLogin(error);
      const why = error instanceof Error ? error.name : 'unknown failure';
      ended.resolve(fatal ? { kind: 'fatal', error: fatal } : { kind: 'failed', why });
    });
    try {
      return await ended.promise;
    } finally {
      signal.removeEventListener('abort', stop);
      watching.abort();
      isOver = true;
      this.#up = false;
      this.#current = undefined;
      await gateway.close();
    }
  }

  /** Resolves once nothing has been heard for too long. */
  async #silence(signal: AbortSignal): Promise<void> {
    const { silentMs } = this.#times;
    const beganAtMs = this.#clock.now();
    for (;;) {
      const heardAtMs = Math.max(beganAtMs, this.health().lastEventAtMs ?? 0);
      const leftMs = heardAtMs + silentMs - this.#clock.now();
      if (leftMs <= 0) return;
      await this.#clock.sleep(leftMs, signal);
    }
  }

  /** READY: a new session; what was said since the last one does not come. RESUMED: nothing is missing. */
  #connected(how: 'READY' | 'RESUMED'): void {
    this.#up = true;
    this.#log.info({ resumed: how === 'RESUMED' }, 'gateway connected');
  }

  #disconnected(): void {
    if (this.#up) this.#log.warn('gateway connection lost');
    this.#up = false;
  }
}
