import { hostname } from 'node:os';

import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Telemetry } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';

import type { Clock } from '../clock.ts';
import type { Tracing } from '../tracing.ts';
import { OtelTracing } from './otel-tracing.ts';
import { promptsOnly } from './prompts-only.ts';

export interface OtlpOptions {
  /** Base of the collector's URL; traces go to `/v1/traces` below it, as JSON. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly version: string;
  /** What the process does: `bridge`, `worker` or `both`. */
  readonly sides: string;
  readonly clock: Clock;
  /** Told that spans were not taken, at most once a minute. */
  readonly onTrouble: () => void;
}

/** What is not sent by then, when the process ends, is lost. */
const flushMs = 3_000;
const quietMs = 60_000;

/** Sends traces by OTLP over HTTP; one in a process, since OpenTelemetry is registered for all of it. */
export class OtlpTelemetry implements AsyncDisposable {
  readonly tracing: Tracing;
  /** For BullMQ's queues and workers. */
  readonly queues: Telemetry;
  readonly #provider: TracerProvider;
  readonly #clock: Clock;

  constructor({ endpoint, headers, version, sides, clock, onTrouble }: OtlpOptions) {
    const exporter = new OTLPTraceExporter({
      url: `${endpoint}/v1/traces`,
      headers: { ...headers },
      timeoutMillis: flushMs,
    });
    this.#clock = clock;
    this.#provider = new TracerProvider({
      sampler: promptsOnly,
      resource: resourceFromAttributes({
        'service.name': 'grok-bridge',
        'service.version': version,
        'service.instance.id': `${hostname()}-${process.pid}`,
        'grok_bridge.sides': sides,
      }),
      spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1000 })],
    });
    let toldAtMs = -Infinity;
    // What it is told may hold what the collector said; that it was told is enough.
    setGlobalErrorHandler(() => {
      if (clock.monotonic() - toldAtMs < quietMs) return;
      toldAtMs = clock.monotonic();
      onTrouble();
    });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(this.#provider);
    this.tracing = new OtelTracing(trace.getTracer('grok-bridge', version));
    this.queues = new BullMQOtel({ tracerName: 'bullmq' });
  }

  /** Sends what is left, as far as the collector takes it in time. */
  async [Symbol.asyncDispose](): Promise<void> {
    const over = new AbortController();
    const late = this.#clock.sleep(flushMs, over.signal).catch(() => undefined);
    await Promise.race([this.#provider.shutdown().catch(() => undefined), late]);
    over.abort();
    trace.disable();
    context.disable();
    propagation.disable();
  }
}
