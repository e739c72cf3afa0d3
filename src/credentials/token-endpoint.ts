import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

import { type Clock, systemClock } from '../clock.ts';

const answerLimitBytes = 1_048_576;
const unreadMs = 250;

/** What became of one token request. Only `lost` leaves open whether the server acted on it. */
export type TokenAnswer =
  | { kind: 'answered'; status: number; headers: Readonly<Record<string, string>>; body: string }
  | { kind: 'not-sent'; why: string }
  | { kind: 'lost'; why: string };

/**
 * Posts a form on a connection of its own: nothing is pooled, repeated or redirected, because a
 * refresh token that was sent may be spent. Never rejects. `deadlineMs` covers the whole request.
 * A machine that slept or a process that stood still while it connected sends nothing.
 */
export async function postForm(
  url: URL,
  form: Readonly<Record<string, string>>,
  limits: { connectMs: number; deadlineMs: number },
  clock: Pick<Clock, 'now' | 'monotonic'> = systemClock,
): Promise<TokenAnswer> {
  const secure = url.protocol === 'https:';
  const content = new URLSearchParams(form).toString();
  const { promise, resolve } = Promise.withResolvers<TokenAnswer>();
  const startedMs = { wall: clock.now(), monotonic: clock.monotonic() };
  let left = false;
  const request = (secure ? httpsRequest : httpRequest)(url, {
    method: 'POST',
    agent: false,
    headers: {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(content),
      'user-agent': 'grok-bridge',
      connection: 'close',
    },
  });
  const end = (answer: TokenAnswer) => {
    clearTimeout(connecting);
    clearTimeout(deadline);
    resolve(answer);
    request.destroy();
  };
  const ended = (why: string) => end({ kind: left ? 'lost' : 'not-sent', why });
  const connecting = setTimeout(() => {
    if (!left) ended(`no connection within ${limits.connectMs} ms`);
  }, limits.connectMs);
  let deadline = setTimeout(() => {
    // A process that was stopped meanwhile finds its timers over before it reads what has come.
    deadline = setTimeout(() => ended(`no answer within ${limits.deadlineMs} ms`), unreadMs);
  }, limits.deadlineMs);
  request.once('socket', (socket) => {
    // Until this event Node holds the request back, so nothing of it can have been read.
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      // A process that stood still may find the connection made before it finds its timers over,
      // and the monotonic clock does not count the time that a machine slept.
      const tookMs = clock.monotonic() - startedMs.monotonic;
      const passedMs = Math.max(tookMs, clock.now() - startedMs.wall);
      if (passedMs > limits.connectMs) {
        socket.destroy();
        ended(`no connection within ${limits.connectMs} ms`);
      } else {
        left = true;
      }
    });
  });
  request.once('error', (error) => ended(codeOf(error)));
  request.once('response', (response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > answerLimitBytes) ended('an answer of more than 1 MiB');
      else chunks.push(chunk);
    });
    response.once('error', (error) => ended(codeOf(error)));
    response.once('close', () => ended('the answer broke off'));
    response.once('end', () => {
      if (!response.complete) return;
      end({
        kind: 'answered',
        status: response.statusCode ?? 0,
        headers: plainHeaders(response.headers),
        body: Buffer.concat(chunks).toString('utf8'),
      });
    });
  });
  request.end(content);
  return promise;
}

function plainHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) out[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return out;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
