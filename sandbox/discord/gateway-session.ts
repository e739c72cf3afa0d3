import type { Clock } from '../../src/clock.ts';
import type { GatewayConnection } from './gateway-connection.ts';

/** The bits of `intents` that decide who gets which event. */
export const intents = {
  guilds: 1 << 0,
  guildMembers: 1 << 1,
  guildPresences: 1 << 8,
  guildMessages: 1 << 9,
  directMessages: 1 << 12,
  messageContent: 1 << 15,
} as const;

export interface Dispatch {
  readonly t: string;
  readonly d: unknown;
}

interface Sent extends Dispatch {
  readonly s: number;
}

/** One identified bot: outlives its connections, and keeps what it may have missed. */
export class GatewaySession {
  readonly id = crypto.randomUUID().replaceAll('-', '');
  readonly intents: number;
  #seq = 0;
  #unconfirmed: Sent[] = [];
  #connection: GatewayConnection | undefined;
  #leftAtMs = 0;
  readonly #clock: Clock;

  constructor(intentBits: number, connection: GatewayConnection, clock: Clock) {
    this.intents = intentBits;
    this.#connection = connection;
    this.#clock = clock;
  }

  get seq(): number {
    return this.#seq;
  }

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  /** How long it has been without a connection. */
  get awayMs(): number {
    return this.isConnected ? 0 : this.#clock.monotonic() - this.#leftAtMs;
  }

  has(intent: keyof typeof intents): boolean {
    return (this.intents & intents[intent]) !== 0;
  }

  /** Sends an event, now or when the session is resumed. */
  dispatch({ t, d }: Dispatch): void {
    this.#seq += 1;
    const sent = { t, d, s: this.#seq };
    this.#unconfirmed.push(sent);
    this.#connection?.send({ op: 0, ...sent });
  }

  /** The client has everything up to there: no need to keep it. */
  confirm(seq: number): void {
    const next = this.#unconfirmed.findIndex(({ s }) => s > seq);
    this.#unconfirmed = next === -1 ? [] : this.#unconfirmed.slice(next);
  }

  /** Goes on over another connection, from the event after `seq`. */
  resume(connection: GatewayConnection, seq: number): void {
    this.#connection = connection;
    this.confirm(seq);
    for (const sent of this.#unconfirmed) connection.send({ op: 0, ...sent });
    this.dispatch({ t: 'RESUMED', d: {} });
  }

  detach(connection: GatewayConnection): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#leftAtMs = this.#clock.monotonic();
  }
}
