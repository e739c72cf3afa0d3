import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

import fc from 'fast-check';

import { BridgeError } from '../../src/errors.ts';
import { Asking, completed, delta } from '../unit/grok-harness.ts';
import { broken, mutated } from './foreign.ts';
import { target } from './fuzz.ts';

const whole = 'The answer';
const events = mutated(
  { type: 'response.created', response: { id: 'resp_1', model: 'grok-4.3', output: [] } },
  delta('The '),
  delta('answer'),
  {
    type: 'response.output_text.annotation.added',
    annotation: { type: 'url_citation', url: 'https://x.ai' },
  },
  { type: 'response.failed', response: { error: { code: 'server_error', message: 'x' } } },
  {
    type: 'response.incomplete',
    response: { incomplete_details: { reason: 'max_output_tokens' } },
  },
  { type: 'error', code: 'rate_limit_exceeded', message: 'x' },
  completed(whole),
).map((event) => `data: ${JSON.stringify(event)}\n\n`);

const lines = fc.constantFrom(
  ': comment\n\n',
  'event: x\n',
  'data: [DONE]\n\n',
  'retry: 1\n',
  '\r\n\r\n',
  'data:\n\n',
  '\ufeff',
);
const piece = fc.oneof(
  { weight: 6, arbitrary: events },
  { weight: 2, arbitrary: lines },
  broken(events),
);
const streams = fc.record({
  text: fc.array(piece, { maxLength: 8 }).map((all) => all.join('')),
  isEnded: fc.boolean(),
});

interface Opened {
  readonly server: Server;
  readonly asking: Asking;
}

let opened: Promise<Opened> | undefined;
let next: { text: string; isEnded: boolean } = { text: '', isEnded: true };

async function open(): Promise<Opened> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(next.text, 'utf8', () => {
      if (next.isEnded) response.end();
      else response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port to be had');
  return { server, asking: new Asking(`http://127.0.0.1:${address.port}/v1`) };
}

/**
 * An answer, or an error of ours: nothing else ever comes out of a stream; and an answer only where
 * the stream said that it was complete, or cut at the longest that Grok writes, and then marked so.
 */
const stream = target({
  name: 'streams of Grok',
  inputs: streams,
  check: async (given) => {
    opened ??= open();
    const { asking } = await opened;
    next = given;
    try {
      const { cut } = await asking.ask({}, { deadlineMs: 5_000 });
      const isAllowed = cut
        ? given.text.includes('max_output_tokens')
        : given.text.includes('response.completed');
      if (!isAllowed) throw new Error('a part passed for an answer');
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      if (error.code === 'DEADLINE_PASSED') throw new Error('it took too long', { cause: error });
    }
  },
  close: async () => {
    const { server, asking } = (await opened) ?? {};
    opened = undefined;
    await asking?.[Symbol.asyncDispose]();
    server?.closeAllConnections();
    server?.close();
  },
});

export const ofStreams = [stream];
