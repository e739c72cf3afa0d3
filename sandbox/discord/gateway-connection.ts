import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';

import type { GatewaySession } from './gateway-session.ts';

/** What a client sends; `d` is read by opcode. */
const payload = z.object({ op: z.int(), d: z.unknown().optional() });

const identify = z.object({
  token: z.string(),
  intents: z.int().min(0),
  properties: z.looseObject({}),
  shard: z.tuple([z.int(), z.int()]).optional(),
});

const resume = z.object({ token: z.string(), session_id: z.string(), seq: z.int() });

export type Identify = z.infer<typeof identify>;
export type Resume = z.infer<typeof resume>;

/** What a connection asks of the gateway behind it. */
export interface Reception {
  /** The session, or the code to close the connection with. */
  identify(asked: Identify, connection: GatewayConnection): GatewaySession | number;
  /** As `identify`; undefined: there is no such session, identify anew. */
  resume(asked: Resume, connection: GatewayConnection): GatewaySession | number | undefined;
  closed(connection: GatewayConnection, code: number): void;
}

const sendsPerMinute = 120;

/** One WebSocket of the gateway: says hello, answers heartbeats, closes on what is not allowed. */
export class GatewayConnection {
  session: GatewaySession | undefined;
  readonly #socket: WebSocket;
  readonly #reception: Reception;
  readonly #heartbeatIntervalMs: number;
  #silent = false;
  #received: number[] = [];
  #heartbeatTimer: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, reception: Reception, heartbeatIntervalMs: number) {
    this.#socket = socket;
    this.#reception = reception;
    this.#heartbeatIntervalMs = heartbeatIntervalMs;
    socket.on('message', (data) => this.#receive(data));
    socket.on('error', () => socket.terminate());
    socket.on('close', (code) => {
      clearTimeout(this.#heartbeatTimer);
      this.session?.detach(this);
      reception.closed(this, code);
    });
    this.send({ op: 10, d: { heartbeat_interval: heartbeatIntervalMs } });
    this.#awaitHeartbeat();
  }

  send(message: object): void {
    if (this.#silent || this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(JSON.stringify({ d: null, s: null, t: null, ...message }));
  }

  /** Without a code: the network is cut. */
  close(code?: number): void {
    if (code === undefined) this.#socket.terminate();
    else this.#socket.close(code);
  }

  /** From now on the socket stays open and nothing comes of it any more. */
  silence(): void {
    this.#silent = true;
    clearTimeout(this.#heartbeatTimer);
  }

  #receive(data: RawData): void {
    if (this.#silent) return;
    if (this.#isFlooding()) return this.close(4008);
    const message = payload.safeParse(jsonOf(data));
    if (!message.success) return this.close(4002);
    const { op, d } = message.data;
    switch (op) {
      case 1:
        return this.#heartbeat(d);
      case 2:
        return this.#identify(d);
      case 6:
        return this.#resume(d);
      case 3:
      case 4:
      case 8:
        // Presence, voice and member lists: taken, of no effect here.
        return this.session === undefined ? this.close(4003) : undefined;
      default:
        return this.close(4001);
    }
  }

  #heartbeat(seq: unknown): void {
    if (typeof seq === 'number') this.session?.confirm(seq);
    this.send({ op: 11 });
    this.#awaitHeartbeat();
  }

  #identify(d: unknown): void {
    if (this.session !== undefined) return this.close(4005);
    const asked = identify.safeParse(d);
    if (!asked.success) return this.close(4002);
    const answer = this.#reception.identify(asked.data, this);
    if (typeof answer === 'number') this.close(answer);
  }

  #resume(d: unknown): void {
    if (this.session !== undefined) return this.close(4005);
    const asked = resume.safeParse(d);
    if (!asked.success) return this.close(4002);
    const answer = this.#reception.resume(asked.data, this);
    if (typeof answer === 'number') this.close(answer);
    else if (answer === undefined) this.send({ op: 9, d: false });
  }

  /** A client that lets two heartbeats go by has timed out. */
  #awaitHeartbeat(): void {
    clearTimeout(this.#heartbeatTimer);
    this.#heartbeatTimer = setTimeout(() => this.close(4009), 2 * this.#heartbeatIntervalMs);
    this.#heartbeatTimer.unref();
  }

  #isFlooding(): boolean {
    const now = performance.now();
    this.#received = [...this.#received.filter((atMs) => atMs > now - 60_000), now];
    return this.#received.length > sendsPerMinute;
  }
}

function jsonOf(data: RawData): unknown {
  try {
    return JSON.parse(textOf(data));
  } catch {
    return undefined;
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString();
}
