import {
  context,
  type Context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';

import { isBridgeError } from '../errors.ts';
import type { SpanFacts, SpanOptions, Tracing } from '../tracing.ts';

/** `Tracing` by the API of OpenTelemetry. */
export class OtelTracing implements Tracing {
  readonly #tracer: Tracer;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  async span<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
    const { kind, facts = {}, from } = options;
    const parent = from === undefined ? context.active() : contextOf(from);
    const span = this.#tracer.startSpan(
      name,
      { kind: kindOf(kind), attributes: { ...facts }, links: linksTo(parent) },
      parent,
    );
    try {
      return await context.with(trace.setSpan(parent, span), work);
    } catch (error) {
      const code = isBridgeError(error) ? error.code : 'unexpected';
      span.setStatus({ code: SpanStatusCode.ERROR, message: code });
      throw error;
    } finally {
      span.end();
    }
  }

  under<T>(from: string | undefined, work: () => T): T {
    return from === undefined ? work() : context.with(contextOf(from), work);
  }

  set(facts: SpanFacts): void {
    trace.getActiveSpan()?.setAttributes({ ...facts });
  }

  note(what: string, facts: SpanFacts = {}): void {
    trace.getActiveSpan()?.addEvent(what, { ...facts });
  }

  here(): string | undefined {
    const carrier: Record<string, string> = {};
    propagation.inject(context.active(), carrier);
    return carrier['traceparent'];
  }
}

function contextOf(traceparent: string): Context {
  return propagation.extract(ROOT_CONTEXT, { traceparent });
}

/** A turn of BullMQ's may have been added for another prompt: it is linked to, not made the parent. */
function linksTo(parent: Context) {
  const active = trace.getSpanContext(context.active());
  const own = trace.getSpanContext(parent);
  return active === undefined || active.spanId === own?.spanId ? [] : [{ context: active }];
}

function kindOf(kind: SpanOptions['kind']): SpanKind {
  switch (kind) {
    case 'producer':
      return SpanKind.PRODUCER;
    case 'consumer':
      return SpanKind.CONSUMER;
    case 'client':
      return SpanKind.CLIENT;
    case undefined:
      return SpanKind.INTERNAL;
  }
}
