import type { OutboxOptions } from '../chat/outbox.ts';
import type { Delivery, Outgoing } from '../chat/port.ts';
import type { Metrics } from '../console/metrics.ts';
import { noTracing, type Tracing } from '../tracing.ts';

export interface ObservedParts {
  readonly platform: string;
  readonly metrics: Metrics;
  readonly tracing?: Tracing;
}

type Writer = OutboxOptions['adapter'];
/** With each of its capabilities named, so that none is lost on the way. */
type WholeWriter = { [Part in keyof Required<Writer>]: Writer[Part] };

/** The adapter as the outbox writes to it, with every post and edit counted, and in a span. */
export function observedAdapter(
  adapter: Writer,
  { platform, metrics, tracing = noTracing }: ObservedParts,
): WholeWriter {
  const observed = async (
    call: 'post' | 'edit',
    { role, chunk }: Outgoing,
    write: () => Promise<Delivery>,
  ) =>
    tracing.span(call, { kind: 'client', facts: { platform, role, chunk } }, async () => {
      let outcome: Delivery['kind'] = 'unknown';
      try {
        const delivery = await write();
        outcome = delivery.kind;
        return delivery;
      } finally {
        metrics.writes.inc({ platform, call, outcome });
        tracing.set({ outcome });
      }
    });
  return {
    maxChars: adapter.maxChars,
    takesFiles: adapter.takesFiles,
    takesButtons: adapter.takesButtons,
    knowsNonces: adapter.knowsNonces,
    measure: (markdown) => adapter.measure(markdown),
    previewIntervalMs: (address) => adapter.previewIntervalMs(address),
    chatOf: adapter.chatOf && ((address) => adapter.chatOf?.(address) ?? address),
    typing: async (...args) => adapter.typing(...args),
    post: async (...args) => observed('post', args[1], async () => adapter.post(...args)),
    edit: async (...args) => observed('edit', args[2], async () => adapter.edit(...args)),
  };
}
