import type { Telemetry } from 'bullmq';

import { noTracing, type Tracing } from '../tracing.ts';
import type { Foundation } from './foundation.ts';
import { programVersion } from './version.ts';

/** How a process is traced. */
export interface Traced {
  readonly tracing: Tracing;
  /** For BullMQ's queues and workers; absent: nobody wants to see them. */
  readonly queueTelemetry?: Telemetry | undefined;
}

/** Traces by OpenTelemetry where a collector is configured; else nothing of it is even loaded. */
export async function openTelemetry(
  { config, clock, log }: Pick<Foundation, 'config' | 'clock' | 'log'>,
  sides: string,
  stack: AsyncDisposableStack,
): Promise<Traced> {
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined) return { tracing: noTracing };
  const { OtlpTelemetry } = await import('../telemetry/otlp.ts');
  const headers = config.OTEL_EXPORTER_OTLP_HEADERS;
  const onTrouble = () => {
    log.warn('traces not taken: see OTEL_EXPORTER_OTLP_ENDPOINT and the collector there');
  };
  const version = programVersion();
  const telemetry = stack.use(
    new OtlpTelemetry({ endpoint, headers, version, sides, clock, onTrouble }),
  );
  return { tracing: telemetry.tracing, queueTelemetry: telemetry.queues };
}
