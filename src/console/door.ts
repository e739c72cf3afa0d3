import { createHmac, timingSafeEqual } from 'node:crypto';
import { isIPv4 } from 'node:net';

import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Clock } from '../clock.ts';
import { sendPage } from './assets.ts';

export interface DoorOptions {
  /** Where the console listens. */
  readonly host: string;
  /** `HTTP_TOKEN`. */
  readonly token: string | undefined;
  readonly clock: Clock;
  /** What a browser is shown that has to sign in. */
  readonly signInPage: string;
}

/**
 * Who may see the console. With a token: who has it, as a bearer token or, in a browser, by a
 * cookie got for it. Without one: who asks the loopback address under a loopback name; a page from
 * elsewhere that had its own name point here (DNS rebinding) is turned away.
 */
export class Door {
  readonly #options: DoorOptions;
  #refusedAtMs: number[] = [];

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /** A hook before a page that is not for everybody. */
  readonly guard = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { token, host } = this.#options;
    if (token === undefined) {
      if (isLoopback(host) && isLoopback(nameOf(request.headers.host))) return undefined;
      const error = isLoopback(host)
        ? 'Open it as http://127.0.0.1 or http://localhost, or set HTTP_TOKEN.'
        : 'Set HTTP_TOKEN to see this page from elsewhere.';
      return reply.code(403).send({ error });
    }
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined && this.#isToken(bearer)) return undefined;
    if (this.#isSession(cookieOf(request))) return undefined;
    reply.code(401).header('www-authenticate', 'Bearer');
    if (request.method === 'GET' && request.headers.accept?.includes('text/html') === true) {
      return sendPage(reply, this.#options.signInPage);
    }
    return reply.send({ error: 'Send HTTP_TOKEN as a bearer token.' });
  };

  /** A hook before what changes something: only our own pages may ask for it. */
  readonly ownPagesOnly = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { origin, host } = request.headers;
    const isOurs = origin !== undefined && URL.parse(origin)?.host === host;
    if (isOurs) return undefined;
    return reply.code(403).send({ error: 'Only the pages of the console may ask for this.' });
  };

  /**
   * The cookie for who brings the token; `wrong` for anything else, and `wait` after many of those.
   */
  signIn(given: string): { readonly cookie: string } | 'wrong' | 'wait' {
    const nowMs = this.#options.clock.now();
    this.#refusedAtMs = this.#refusedAtMs.filter((atMs) => atMs > nowMs - 60_000);
    if (this.#refusedAtMs.length >= refusalsPerMinute) return 'wait';
    if (!this.#isToken(given)) {
      this.#refusedAtMs.push(nowMs);
      return 'wrong';
    }
    const untilMs = nowMs + sessionMs;
    const value = `${untilMs}.${this.#seal(untilMs)}`;
    return { cookie: `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict` };
  }

  #isToken(given: string): boolean {
    const { token } = this.#options;
    return token !== undefined && isSame(given, token);
  }

  #isSession(value: string): boolean {
    const [until = '', seal = ''] = value.split('.');
    const untilMs = Number(until);
    const isLive = Number.isInteger(untilMs) && untilMs > this.#options.clock.now();
    return isLive && isSame(seal, this.#seal(untilMs));
  }

  /** Another token makes all of them void. */
  #seal(untilMs: number): string {
    const key = `console session ${this.#options.token ?? ''}`;
    return createHmac('sha256', key).update(String(untilMs)).digest('base64url');
  }
}

const cookieName = 'grok-bridge-console';
const sessionMs = 12 * 60 * 60_000;
const refusalsPerMinute = 10;

/** Whether a host, as one listens on it or asks for it, is this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** `127.0.0.1:8080` and `[::1]:8080` without the port. */
function nameOf(host: string | undefined): string {
  return URL.parse(`http://${host ?? ''}`)?.hostname.replace(/^\[(.*)\]$/, '$1') ?? '';
}

function cookieOf({ headers }: FastifyRequest): string {
  const all = (headers.cookie ?? '').split('; ').map((pair) => pair.split('=', 2));
  return all.find(([name]) => name === cookieName)?.[1] ?? '';
}

/** Takes the same time wherever they differ. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
