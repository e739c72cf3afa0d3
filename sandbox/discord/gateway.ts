import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

import { WebSocketServer } from 'ws';

import type { Faults } from '../faults.ts';
import {
  GatewayConnection,
  type Identify,
  type Reception,
  type Resume,
} from './gateway-connection.ts';
import { dispatchOf } from './gateway-events.ts';
import { GatewaySession, intents } from './gateway-session.ts';
import type { Happening } from './happenings.ts';
import { applicationOnWire } from './rest-application.ts';
import type { Service } from './service.ts';
import { userOnWire } from './wire-places.ts';

const knownIntents = 0b11_0011_0000_1111_1111_1111_1111;

/** How long a session without a connection is kept; Discord says no more than "a few minutes". */
const resumableMs = 5 * 60_000;

/** Discord's gateway v10, JSON, uncompressed, one shard. */
export class Gateway implements Reception {
  identifies = 0;
  resumes = 0;
  readonly #service: Service;
  readonly #faults: Faults;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #connections = new Set<GatewayConnection>();
  readonly #sessions = new Map<string, GatewaySession>();

  constructor(server: Server, service: Service, faults: Faults) {
    this.#service = service;
    this.#faults = faults;
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    service.happenings.listen((happening) => this.#tell(happening));
  }

  /** How many identified clients are connected now. */
  get connected(): number {
    return [...this.#sessions.values()].filter(({ isConnected }) => isConnected).length;
  }

  /** Cuts every connection, or closes it with a code; sessions that cannot be resumed are forgotten. */
  drop(code: number | undefined, resumable: boolean): void {
    if (!resumable) this.#sessions.clear();
    for (const connection of this.#connections) connection.close(code);
  }

  /** Every connection that is open now stays open and says no more. */
  silence(): void {
    for (const connection of this.#connections) connection.silence();
  }

  /** Asks every client to connect anew and resume, as Discord does when it moves servers. */
  askToReconnect(): void {
    for (const connection of this.#connections) connection.send({ op: 7 });
  }

  close(): void {
    this.drop(undefined, false);
    this.#sockets.close();
  }

  identify(asked: Identify, connection: GatewayConnection): GatewaySession | number {
    const { token, settings, world, happenings } = this.#service;
    if (asked.token !== token) return 4004;
    if (asked.shard !== undefined && (asked.shard[0] !== 0 || asked.shard[1] !== 1)) return 4010;
    if ((asked.intents & ~knownIntents) !== 0) return 4013;
    const privileged =
      intents.guildMembers |
      intents.guildPresences |
      (settings.messageContent ? 0 : intents.messageContent);
    if ((asked.intents & privileged) !== 0) return 4014;

    const session = new GatewaySession(asked.intents, connection, settings.clock);
    connection.session = session;
    this.#sessions.set(session.id, session);
    this.identifies += 1;
    session.dispatch({ t: 'READY', d: this.#ready(session) });
    for (const guild of world.guilds()) this.#dispatch(session, { kind: 'guild-joined', guild });
    happenings.note();
    return session;
  }

  resume(asked: Resume, connection: GatewayConnection): GatewaySession | number | undefined {
    if (asked.token !== this.#service.token) return 4004;
    const session = this.#sessions.get(asked.session_id);
    if (session === undefined) return undefined;
    if (asked.seq > session.seq) return 4007;
    connection.session = session;
    this.resumes += 1;
    session.resume(connection, asked.seq);
    this.#service.happenings.note();
    return session;
  }

  /** A client that closes with 1000 or 1001 ends its session for good. */
  closed(connection: GatewayConnection, code: number): void {
    this.#connections.delete(connection);
    const { session } = connection;
    if (session !== undefined && (code === 1000 || code === 1001))
      this.#sessions.delete(session.id);
    this.#service.happenings.note();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { pathname, searchParams: asked } = new URL(request.url ?? '/', 'ws://localhost');
    const fault = this.#faults.take('GET /gateway/socket');
    if (fault?.kind === 'drop-before') return void socket.destroy();
    if (fault?.kind === 'status') return refuse(socket, fault.status);
    if (fault !== undefined) throw new Error(`${fault.kind} cannot strike the gateway's door.`);
    // Neither compression nor Erlang terms: a client that asks for them would misread everything.
    const isPlain = (asked.get('encoding') ?? 'json') === 'json' && !asked.has('compress');
    if (!/^\/gateway\/?$/.test(pathname)) return refuse(socket, 404);
    if (!isPlain) return refuse(socket, 400);
    this.#sockets.handleUpgrade(request, socket, head, (open) => {
      if (asked.get('v') !== '10') return open.close(4012);
      const { heartbeatIntervalMs } = this.#service.settings;
      this.#connections.add(new GatewayConnection(open, this, heartbeatIntervalMs));
    });
  }

  #tell(happening: Happening): void {
    for (const session of this.#sessions.values()) {
      if (session.awayMs > resumableMs) this.#sessions.delete(session.id);
      else this.#dispatch(session, happening);
    }
  }

  #dispatch(session: GatewaySession, happening: Happening): void {
    const dispatch = dispatchOf(happening, session, this.#service);
    if (dispatch === undefined) return;
    const fault = this.#faults.take(`DISPATCH ${dispatch.t}`);
    if (fault?.kind === 'drop-before') this.drop(undefined, true);
    session.dispatch(dispatch);
    if (fault?.kind === 'drop-after') this.drop(undefined, true);
  }

  #ready(session: GatewaySession): object {
    const { id, flags } = applicationOnWire(this.#service);
    return {
      v: 10,
      user: { ...userOnWire(this.#service.world.bot), verified: true, email: null },
      user_settings: {},
      guilds: this.#service.world.guilds().map((guild) => ({ id: guild.id, unavailable: true })),
      private_channels: [],
      session_id: session.id,
      resume_gateway_url: `${this.#service.origin.replace('http', 'ws')}/gateway`,
      shard: [0, 1],
      application: { id, flags },
    };
  }
}

function refuse(socket: Duplex, status: number): void {
  socket.end(
    `HTTP/1.1 ${status} Refused by the sandbox\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}
