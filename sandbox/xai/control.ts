import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

import type { FaultRule } from '../faults.ts';
import { refusalKindSchema } from './bodies.ts';
import type { XaiSandbox } from './sandbox.ts';
import { settingsChangeSchema } from './settings.ts';

/**
 * `POST /__sandbox/COMMAND` with a JSON body does what the method of that name does, and
 * `GET /__sandbox/state` shows what it has seen: for tests with several processes, and for curl,
 * as in `curl -d '{"kind":"entitlement"}' http://127.0.0.1:PORT/__sandbox/refuse`.
 */
export function serveControl(app: FastifyInstance, sandbox: XaiSandbox): void {
  // Whatever type curl says it sends.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
  app.get('/__sandbox/state', () => stateOf(sandbox));
  for (const [name, run] of commandsOf(sandbox)) {
    app.post(`/__sandbox/${name}`, async (request, reply) => {
      try {
        return { ok: true, result: (await run(parsed(request.body))) ?? null };
      } catch (error) {
        const message = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
        return reply.code(400).send({ ok: false, error: message });
      }
    });
  }
}

function parsed(body: unknown): unknown {
  return typeof body === 'string' && body.trim() !== '' ? JSON.parse(body) : {};
}

type Command = [name: string, run: (body: unknown) => unknown];

function commandsOf(sandbox: XaiSandbox): Command[] {
  return [
    command('sign-in', signIn, ({ name, ...rest }) => sandbox.signIn(name, rest)),
    command('add-api-key', addApiKey, ({ name, ...rest }) => sandbox.addApiKey(name, rest)),
    command('approve-device', device, ({ userCode, name }) =>
      sandbox.approveDevice(userCode, name),
    ),
    command('deny-device', device, ({ userCode }) => sandbox.denyDevice(userCode)),
    command('expire-access-tokens', named, ({ name }) => sandbox.expireAccessTokens(name)),
    command('revoke-sign-in', named, ({ name }) => sandbox.revokeSignIn(name)),
    command('refuse', refuse, ({ kind, ...scope }) => sandbox.refuse(kind, scope)),
    command('respond-with', respondWith, ({ answer, ...scope }) =>
      sandbox.respondWith(answer, scope),
    ),
    command('garble-token-answer', canned, (answer) => sandbox.garbleTokenAnswer(answer)),
    command('hold', held, ({ what }) => sandbox.hold(what)),
    command('release', held, ({ what }) => sandbox.release(what)),
    command('inject', faultRule, (rule) => sandbox.faults.inject(rule)),
    command('behave', nothing, () => sandbox.behave()),
    command('configure', settingsChangeSchema, (changes) => sandbox.configure(changes)),
    command('answer-with', answerWith, ({ text }) => sandbox.answerWith(() => text)),
    command('wait-for', waitFor, ({ timeoutMs, ...counts }) =>
      sandbox.waitFor((now) => reached(countsOf(now), counts), { timeoutMs }),
    ),
  ];
}

function command<T>(name: string, schema: z.ZodType<T>, run: (body: T) => unknown): Command {
  return [name, (body) => run(schema.parse(body))];
}

const text = z.string().exactOptional();
const count = z.int().nonnegative().exactOptional();
const name = z.string().default('owner');
const nothing = z.unknown();
const named = z.strictObject({ name: text });
const signIn = z.strictObject({ name, team: text, scope: text });
const addApiKey = z.strictObject({ name: z.string(), key: text, team: text });
const device = z.strictObject({ userCode: z.string(), name });
const scope = {
  times: z.number().positive().exactOptional(),
  credential: text,
  model: text,
  input: text,
  afterEvents: count,
  headers: z.record(z.string(), z.string()).exactOptional(),
};
const refuse = z.strictObject({ kind: refusalKindSchema, ...scope });
const canned = z.strictObject({
  status: z.int().min(200).max(599).nullable(),
  body: z.string(),
  headers: z.record(z.string(), z.string()).exactOptional(),
});
const respondWith = z.strictObject({ answer: canned, ...scope });
const held = z.strictObject({ what: z.enum(['tokens', 'answers']) });
const answerWith = z.strictObject({ text: z.string() });
/** Each count is a least one. */
const waitFor = z.strictObject({
  timeoutMs: z.number().positive().default(5000),
  tokenCalls: count,
  refreshCalls: count,
  requests: count,
  answered: count,
  inFlight: count,
  pendingDevices: count,
});

/** A rule as JSON: `match` is a substring, or `{ "pattern": "…" }` for a regular expression. */
const faultRule: z.ZodType<FaultRule> = z.strictObject({
  match: z.union([
    z.string(),
    z.strictObject({ pattern: z.string() }).transform(({ pattern }) => new RegExp(pattern)),
  ]),
  fault: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.enum(['drop-after', 'drop-before']) }),
    z.strictObject({
      kind: z.literal('status'),
      status: z.int().min(200).max(599),
      body: text,
      headers: z.record(z.string(), z.string()).exactOptional(),
    }),
    z.strictObject({ kind: z.literal('hang'), ms: z.number().positive().exactOptional() }),
    z.strictObject({
      kind: z.enum(['cut-stream', 'stall-stream']),
      afterEvents: z.int().nonnegative(),
    }),
  ]),
  times: z.int().positive().exactOptional(),
});

interface Counts {
  tokenCalls: number;
  refreshCalls: number;
  requests: number;
  answered: number;
  inFlight: number;
  pendingDevices: number;
}

function countsOf(sandbox: XaiSandbox): Counts {
  return {
    tokenCalls: sandbox.tokenCalls,
    refreshCalls: sandbox.refreshCalls,
    requests: sandbox.requestCount,
    answered: sandbox.answeredCount,
    inFlight: sandbox.inFlight,
    pendingDevices: sandbox.pendingDevices().length,
  };
}

function reached(counts: Counts, wanted: Partial<Counts>): boolean {
  return (
    counts.tokenCalls >= (wanted.tokenCalls ?? 0) &&
    counts.refreshCalls >= (wanted.refreshCalls ?? 0) &&
    counts.requests >= (wanted.requests ?? 0) &&
    counts.answered >= (wanted.answered ?? 0) &&
    counts.inFlight >= (wanted.inFlight ?? 0) &&
    counts.pendingDevices >= (wanted.pendingDevices ?? 0)
  );
}

function stateOf(sandbox: XaiSandbox): object {
  const { apiUrl, authUrl, clientId, apiKey, settings, families, tokenLog, requests } = sandbox;
  return {
    apiUrl,
    authUrl,
    clientId,
    apiKey,
    settings,
    counts: countsOf(sandbox),
    families,
    pendingDevices: sandbox.pendingDevices(),
    sendsPerRefreshToken: Object.fromEntries(sandbox.sendsPerRefreshToken),
    tokenLog,
    requests: requests.slice(-100),
  };
}
