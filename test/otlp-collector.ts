import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { json } from 'node:stream/consumers';

import { z } from 'zod';

const valueSchema = z.union([
  z.object({ stringValue: z.string() }).transform((value) => value.stringValue),
  z.object({ intValue: z.coerce.number() }).transform((value) => value.intValue),
  z.object({ doubleValue: z.number() }).transform((value) => value.doubleValue),
  z.object({ boolValue: z.boolean() }).transform((value) => value.boolValue),
]);
const attributesSchema = z
  .array(z.object({ key: z.string(), value: valueSchema }))
  .default([])
  .transform((all) => Object.fromEntries(all.map(({ key, value }) => [key, value])));
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  startTimeUnixNano: z.coerce.bigint(),
  endTimeUnixNano: z.coerce.bigint(),
  attributes: attributesSchema,
  events: z.array(z.object({ name: z.string(), attributes: attributesSchema })).default([]),
});
const bodySchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: attributesSchema }),
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
});

export type CollectedSpan = z.infer<typeof spanSchema> & {
  readonly resource: Readonly<Record<string, unknown>>;
};

/** Takes traces by OTLP over HTTP, as JSON, and keeps them. */
export class OtlpCollector implements AsyncDisposable {
  readonly spans: CollectedSpan[] = [];
  readonly headers: IncomingHttpHeaders[] = [];
  /** All that came, as it came. */
  text = '';
  readonly url: string;
  readonly #server: Server;
  readonly #waiting = new Set<() => void>();

  static async start(): Promise<OtlpCollector> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new OtlpCollector(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port to be had');
    this.url = `http://127.0.0.1:${address.port}`;
    server.on('request', (request, response) => {
      const take = async () => {
        if (request.url !== '/v1/traces') throw new Error(`asked for ${request.url}`);
        const body: unknown = await json(request);
        this.text += JSON.stringify(body);
        this.headers.push(request.headers);
        for (const { resource, scopeSpans } of bodySchema.parse(body).resourceSpans) {
          const spans = scopeSpans.flatMap((scope) => scope.spans);
          for (const span of spans) this.spans.push({ ...span, resource: resource.attributes });
        }
        response.setHeader('content-type', 'application/json').end('{}');
        for (const wake of this.#waiting) wake();
      };
      take().catch((error: unknown) => response.writeHead(400).end(String(error)));
    });
  }

  /** Resolves with what `find` finds, once it does. */
  async until<T>(find: (spans: readonly CollectedSpan[]) => T | undefined): Promise<T> {
    const deadline = AbortSignal.timeout(20_000);
    for (;;) {
      const found = find(this.spans);
      if (found !== undefined) return found;
      if (deadline.aborted) {
        throw new Error(`not among ${JSON.stringify(this.spans.map(({ name }) => name))}`);
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      deadline.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      this.#waiting.delete(resolve);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close').catch(() => undefined);
  }
}
