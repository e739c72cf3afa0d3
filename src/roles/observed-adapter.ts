import type { OutboxOptions } from '../chat/outbox.ts';
import type { Delivery } from '../chat/port.ts';
import type { Metrics } from '../console/metrics.ts';

type Writer = OutboxOptions['adapter'];

/** The adapter as the outbox writes to it, with every post and edit counted by what came of it. */
export function observedAdapter(
  adapter: Writer,
  { platform, metrics }: { readonly platform: string; readonly metrics: Metrics },
): Writer {
  const observed = async (call: 'post' | 'edit', write: () => Promise<Delivery>) => {
    let outcome: Delivery['kind'] = 'unknown';
    try {
      const delivery = await write();
      outcome = delivery.kind;
      return delivery;
    } finally {
      metrics.writes.inc({ platform, call, outcome });
    }
  };
  return {
    maxChars: adapter.maxChars,
    ...(adapter.takesFiles === undefined ? {} : { takesFiles: adapter.takesFiles }),
    measure: (markdown) => adapter.measure(markdown),
    previewIntervalMs: (address) => adapter.previewIntervalMs(address),
    typing: async (...args) => adapter.typing(...args),
    post: async (...args) => observed('post', async () => adapter.post(...args)),
    edit: async (...args) => observed('edit', async () => adapter.edit(...args)),
  };
}
