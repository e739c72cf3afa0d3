import { expect } from 'vitest';

import type { Adapter, Delivery, Outgoing } from '../../src/chat/port.ts';

/** The first message of a reply. */
export function outgoing(text: string, role: Outgoing['role'] = 'answer', nonce = 'n0'): Outgoing {
  return { text, role, chunk: 0, nonce };
}

/** The message's id, if it was delivered. */
export function idOf(delivery: Delivery): string {
  if (delivery.kind !== 'done') throw new Error(`not delivered: ${JSON.stringify(delivery)}`);
  return delivery.messageId;
}

/** That the platform asks for a pause of at least so long. */
export function expectPause(delivery: Delivery, afterMs: number): void {
  expect(delivery.kind).toBe('wait');
  if (delivery.kind === 'wait') expect(delivery.afterMs).toBeGreaterThanOrEqual(afterMs);
}

/** Markdown with code in it that is just as long as the adapter takes. */
export function longest(adapter: Adapter): string {
  const text = (lines: number) =>
    `Some *code*:\n\n\`\`\`ts\n${'a < b && c > d;\n'.repeat(lines)}\`\`\`\n\nThe end & nothing more`;
  let lines = 1;
  while (lines < 1_000 && adapter.measure(text(lines + 1)) <= adapter.maxChars) lines += 1;
  return text(lines);
}
