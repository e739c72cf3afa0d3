import { setTimeout as delay } from 'node:timers/promises';

import type { FastifyInstance, FastifyReply } from 'fastify';

import type { Clock } from '../../src/clock.ts';
import type { Fault, Faults } from '../faults.ts';
import { admit, type Admitted } from './admission.ts';
import type { Answerer } from './answerer.ts';
import { authenticate, type ApiKeys, type Caller } from './bearer.ts';
import { refusalOf, type CannedAnswer } from './bodies.ts';
import type { AnswerHead, Dialect, Reading } from './dialect.ts';
import { playStream } from './event-stream.ts';
import type { Gate } from './gate.ts';
import { goneSignal } from './gone.ts';
import type { Grants } from './grants.ts';
import type { Journal, ModelRequest, RequestOutcome } from './journal.ts';
import { cut, meetFault } from './meet-fault.ts';
import { piecesOf, textOf } from './pieces.ts';
import type { Refusals } from './refusals.ts';
import type { Settings } from './settings.ts';
import { CHARACTERS_PER_TOKEN, type PromptCache, tokensOf, usageOf } from './usage.ts';

export interface Inference {
  grants: Grants;
  apiKeys: ApiKeys;
  faults: Faults;
  refusals: Refusals;
  journal: Journal;
  cache: PromptCache;
  settings: Settings;
  clock: Pick<Clock, 'now'>;
  answerer: () => Answerer;
  answerGate: Gate;
}

/** Serves one of the APIs that answer: as strict as xAI, and as faulty as it is told to be. */
export function serveInference(app: FastifyInstance, dialect: Dialect, parts: Inference): void {
  const { faults, journal, clock } = parts;
  app.post(dialect.path, async (request, reply) => {
    const header = (name: string) => [request.headers[name]].flat()[0];
    const caller = authenticate(request.headers.authorization, parts);
    const reading = dialect.read(request.body, header);
    const entry = entryOf(dialect.path, caller, reading, parts);
    journal.addRequest(entry);
    const settle = (outcome: RequestOutcome) => journal.settle(entry, outcome);
    reply.raw.once('close', () => {
      entry.endedAt = clock.now();
      settle('abandoned');
      journal.changed();
    });

    const { over, fault } = await meetFault(faults, request, reply);
    if (fault !== undefined) entry.fault = fault.kind;
    if (fault?.kind === 'status') entry.status = fault.status;
    const exchange = { reply, entry, fault, settle };
    if (over) {
      settle(fault?.kind === 'status' ? 'refused' : 'cut');
      return reply;
    }
    const admission = admit(caller, reading, parts);
    if (admission.kind === 'refused') {
      entry.refusal = admission.refusal;
      refuse(exchange, admission.answer);
    } else {
      await answer(exchange, dialect, admission, parts);
    }
    return reply;
  });
}

interface Exchange {
  reply: FastifyReply;
  entry: ModelRequest;
  fault: Fault | undefined;
  /** Notes the outcome; only the first counts. */
  settle: (outcome: RequestOutcome) => void;
}

function refuse(
  { reply, entry, fault, settle }: Exchange,
  { status, body, headers }: CannedAnswer & { status: number },
): void {
  entry.status = status;
  if (fault?.kind === 'drop-after') {
    settle('cut');
    cut(reply);
    return;
  }
  settle('refused');
  void reply
    .code(status)
    .headers({ 'content-type': 'application/json', ...headers })
    .send(body);
}

async function answer(
  exchange: Exchange,
  dialect: Dialect,
  admitted: Admitted,
  parts: Inference,
): Promise<void> {
  const { reply, entry, fault, settle } = exchange;
  const { asked } = admitted;
  const signal = goneSignal(reply.raw);
  try {
    await parts.answerGate.pass(signal);
    const said = await parts.answerer()({
      model: admitted.model.id,
      turns: asked.turns,
      text: admitted.question,
      conversation: asked.conversation,
      asker: admitted.asker,
      signal,
    });
    const head = headOf(admitted, parts);
    entry.status = 200;
    if (fault?.kind === 'drop-after') {
      await textOf(said);
      settle('cut');
      cut(reply);
    } else if (asked.stream) {
      await stream(exchange, dialect, head, admitted, said, parts);
    } else {
      const { firstChunkDelayMs } = parts.settings;
      if (firstChunkDelayMs > 0) await delay(firstChunkDelayMs, undefined, { signal });
      const text = await textOf(said);
      const limit = maxCharacters(head);
      settle('answered');
      void reply.send(dialect.whole(head, text.slice(0, limit), text.length > limit));
    }
  } catch (error) {
    if (signal.aborted) settle('abandoned');
    else fail(exchange, error);
  }
}

async function stream(
  { reply, entry, fault, settle }: Exchange,
  dialect: Dialect,
  head: AnswerHead,
  { interruption }: Admitted,
  said: string | AsyncIterable<string>,
  { settings, clock }: Inference,
): Promise<void> {
  reply.hijack();
  reply.raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-request-id': reply.request.id,
  });
  entry.firstByteAt = clock.now();
  const played = await playStream(reply.raw, {
    wire: dialect.wire(head),
    pieces: piecesOf(said),
    firstChunkDelayMs: settings.firstChunkDelayMs,
    chunkDelayMs: settings.chunkDelayMs,
    maxCharacters: maxCharacters(head),
    fault,
    ...(interruption === undefined
      ? {}
      : {
          interruption: {
            event: asEvent(interruption.answer.body),
            afterEvents: interruption.afterEvents,
          },
        }),
    onStalled: () => settle('stalled'),
  });
  if (played === 'interrupted') entry.refusal = interruption?.kind ?? played;
  settle(played === 'interrupted' ? 'refused' : played);
}

/** An answerer that throws is an internal error of the API, inside a stream as an event. */
function fail(exchange: Exchange, error: unknown): void {
  const { reply, entry, settle } = exchange;
  entry.refusal = `the answerer failed: ${String(error)}`;
  if (reply.sent) {
    settle('refused');
    reply.raw.end(asEvent(refusalOf('error-event').body));
  } else {
    const { body } = refusalOf('internal-error');
    refuse(exchange, { status: 500, body });
  }
}

function headOf({ asked, model, teamId, promptTokens }: Admitted, parts: Inference): AnswerHead {
  const cached = parts.cache.lookUp(teamId, asked.conversation, promptTokens);
  return {
    asked,
    model,
    createdAt: Math.floor(parts.clock.now() / 1000),
    usage: (text) => usageOf(model, promptTokens, cached, tokensOf(text.length)),
  };
}

function maxCharacters({ asked }: AnswerHead): number {
  return (asked.maxOutputTokens ?? Infinity) * CHARACTERS_PER_TOKEN;
}

function entryOf(path: string, caller: Caller, reading: Reading, parts: Inference): ModelRequest {
  const asked = reading.kind === 'asked' ? reading.asked : undefined;
  return {
    id: parts.journal.requestCount + 1,
    at: parts.clock.now(),
    path,
    credential: caller.credential,
    model: asked?.model ?? '',
    ...(asked?.conversation === undefined ? {} : { conversation: asked.conversation }),
    inputs: asked?.turns.map(({ text }) => text) ?? [],
    ...(asked?.store === undefined ? {} : { store: asked.store }),
    ...(asked?.effort === undefined ? {} : { effort: asked.effort }),
    ...(asked?.tools === undefined ? {} : { tools: asked.tools }),
    stream: asked?.stream ?? false,
    outcome: 'pending',
  };
}

/** As a server-sent event, named by its type. */
function asEvent(body: string): string {
  const type = /"type":"([\w.]+)"/.exec(body)?.[1];
  return `${type === undefined ? '' : `event: ${type}\n`}data: ${body}\n\n`;
}
