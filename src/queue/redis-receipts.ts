import type { Redis } from 'ioredis';

import { BridgeError } from '../errors.ts';
import { word } from './entry.ts';
import { receiptsLifetimeMs } from './lifetimes.ts';
import { QueueKeys } from './queue-keys.ts';
import { loadScript } from './scripts.ts';

/** What is known of one chunk: its post was begun, or it is there as `messageId`. */
export type RedisReceipt =
  | { readonly state: 'sending' }
  | { readonly state: 'sent'; readonly messageId: string };

/** Notes of what was posted, one hash an anchor, kept for two days after the last note. */
export class RedisReceipts {
  readonly #redis: Redis;
  readonly #keys: QueueKeys;
  readonly #holder: string;

  /** `holder` names this process for as long as it lives; the same as that of `ReplyTurns`. */
  constructor(options: { redis: Redis; prefix: string; holder: string }) {
    this.#redis = options.redis;
    this.#keys = new QueueKeys(options.prefix);
    this.#holder = options.holder;
  }

  /**
   * By chunk; what is absent was never sent.
   * @throws {BridgeError} `RECORD_NEWER` for what a newer version noted
   */
  async load(anchor: string): Promise<ReadonlyMap<number, RedisReceipt>> {
    const fields = await this.#redis.hgetall(this.#key(anchor));
    requireKnown(anchor, fields['v']);
    const receipts = new Map<number, RedisReceipt>();
    for (const [field, value] of Object.entries(fields)) {
      if (!/^\d+$/u.test(field)) continue;
      receipts.set(
        Number(field),
        value === '' ? { state: 'sending' } : { state: 'sent', messageId: value },
      );
    }
    return receipts;
  }

  /** Before a chunk is posted. */
  async sending(anchor: string, chunk: number): Promise<void> {
    await this.#note(anchor, String(chunk), '');
  }

  /** Once it is posted. */
  async sent(anchor: string, chunk: number, messageId: string): Promise<void> {
    await this.#note(anchor, String(chunk), messageId);
  }

  /** When it surely is not there, or not any more. */
  async forget(anchor: string, chunk: number): Promise<void> {
    await this.#redis.hdel(this.#key(anchor), String(chunk));
  }

  /** Whether the anchor's final reply is shown: noted as it leaves its list (`ReplyList.pop`). */
  async isClosed(anchor: string): Promise<boolean> {
    return (await this.#redis.hexists(this.#key(anchor), 'final')) === 1;
  }

  async #note(anchor: string, field: string, value: string): Promise<void> {
    const args = [field, value, this.#holder, receiptsLifetimeMs];
    await noteScript.run(this.#redis, [this.#key(anchor)], args);
  }

  #key(anchor: string): string {
    return this.#keys.receipts(word(anchor));
  }
}

/** Without a version it is of the first one. */
function requireKnown(anchor: string, version = '1'): void {
  if (version === '1') return;
  throw new BridgeError(
    'RECORD_NEWER',
    `What was posted for ${anchor} was noted by a newer version (v ${version}); run that version.`,
  );
}

const noteScript = loadScript('note');
