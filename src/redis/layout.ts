import type { Redis } from 'ioredis';

import { BridgeError } from '../errors.ts';
import { layoutKey } from './keys.ts';

/**
 * How keys are named and what their counters, sets and hashes mean. Records and payloads have a `v` of
 * their own and change without this; it is raised when a process of the version before could spoil
 * something by what it does to the keys themselves.
 */
const layout = 1;

/** Notes the layout where none is noted. */
export async function noteLayout(redis: Redis, prefix: string): Promise<void> {
  await redis.set(layoutKey(prefix), String(layout), 'NX');
}

/**
 * Refuses to go on under a later layout; none is the first one. Changes nothing.
 * @throws {BridgeError} `RECORD_NEWER`
 */
export async function requireKnownLayout(redis: Redis, prefix: string): Promise<void> {
  const found = Number((await redis.get(layoutKey(prefix))) ?? layout);
  if (found <= layout) return;
  throw new BridgeError(
    'RECORD_NEWER',
    `What Redis keeps under ${prefix} was laid out by a newer version (layout ${found}, this one knows ${layout}). Run that version; nothing was changed.`,
  );
}
